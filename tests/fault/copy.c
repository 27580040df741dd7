/* SPDX-License-Identifier: MIT */
#include "copy.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/sendfile.h>
#include <sys/stat.h>
#include <unistd.h>

enum { NAME_BYTES = 512 };

static void
copy_file(const char *from, const char *to)
{
	int in = open(from, O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	struct stat st;

	if (in < 0 || out < 0 || fstat(in, &st) != 0)
		abort();
	for (off_t left = st.st_size; left > 0;) {
		ssize_t n = sendfile(out, in, NULL, (size_t)left);

		if (n <= 0)
			abort();
		left -= n;
	}
	(void)close(in);
	(void)close(out);
}

void
copy_folder(const char *from, char to[COPY_PATH_BYTES])
{
	const char *base = strrchr(from, '/');
	char source[NAME_BYTES], target[NAME_BYTES];
	const struct dirent *e;
	DIR *folder = opendir(from);

	if (folder == NULL || base == NULL)
		abort();
	(void)snprintf(to, COPY_PATH_BYTES, "%.*s/vigie-test-XXXXXX",
	    (int)(base - from), from);
	if (mkdtemp(to) == NULL)
		abort();
	while ((e = readdir(folder)) != NULL) {
		if (e->d_name[0] == '.')
			continue;
		(void)snprintf(source, sizeof(source), "%s/%s", from,
		    e->d_name);
		(void)snprintf(target, sizeof(target), "%s/%s", to, e->d_name);
		copy_file(source, target);
	}
	(void)closedir(folder);
}

void
copy_remove(const char *folder)
{
	char name[NAME_BYTES];
	const struct dirent *e;
	DIR *d = opendir(folder);

	while (d != NULL && (e = readdir(d)) != NULL) {
		(void)snprintf(name, sizeof(name), "%s/%s", folder, e->d_name);
		(void)unlink(name); /* not "." and ".." */
	}
	if (d != NULL)
		(void)closedir(d);
	(void)rmdir(folder);
}
