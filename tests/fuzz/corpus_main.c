/* SPDX-License-Identifier: MIT */
/*
 * corpus_main - feeds a fuzzer each file of its corpus once, without libFuzzer.
 *
 *	fuzz_X FOLDER
 */
#include <dirent.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include "fuzz.h"

enum { INPUT_MAX = 1024 * 1024, PATH_MAX_BYTES = 4096 };

/* Exactly n bytes on the heap, so that a step beyond them is seen. */
static void
try(const unsigned char *bytes, size_t n)
{
	unsigned char *copy = malloc(n == 0 ? 1 : n);

	if (copy == NULL)
		abort();
	for (size_t i = 0; i < n; i++)
		copy[i] = bytes[i];
	(void)LLVMFuzzerTestOneInput(copy, n);
	free(copy);
}

static int
try_file(const char *folder, const char *name, unsigned char *room)
{
	char path[PATH_MAX_BYTES];
	FILE *f;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", folder, name);
	f = fopen(path, "rb");
	if (f == NULL) {
		perror(path);
		return 1;
	}
	n = fread(room, 1, INPUT_MAX, f);
	(void)fclose(f);
	try(room, n);
	return 0;
}

int
main(int argc, char **argv)
{
	DIR *d = argc == 2 ? opendir(argv[1]) : NULL;
	unsigned char *room = malloc(INPUT_MAX);
	const struct dirent *e;
	int failed = 0, count = 0;

	if (d == NULL || room == NULL) {
		(void)fprintf(stderr, "usage: fuzz_X FOLDER\n");
		free(room);
		return 64;
	}
	try(room, 0);
	while ((e = readdir(d)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		failed += try_file(argv[1], e->d_name, room);
		count++;
	}
	(void)closedir(d);
	free(room);
	(void)printf("%d inputs\n", count);
	return failed == 0 && count > 0 ? 0 : 1;
}
