/* SPDX-License-Identifier: MIT */
/* input - bytes of a fuzzer as text or as a file. */
#ifndef FUZZ_INPUT_H
#define FUZZ_INPUT_H

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

enum { INPUT_PATH_BYTES = 64 };

/* With a NUL behind them; owned by caller (free()). */
static inline char *
input_text(const void *bytes, size_t n)
{
	char *s = malloc(n + 1);

	if (s == NULL)
		abort();
	if (n > 0)
		memcpy(s, bytes, n);
	s[n] = '\0';
	return s;
}

/* A file in memory that holds them; close() it.  path is how to open it. */
static inline int
input_file(const void *bytes, size_t n, char path[INPUT_PATH_BYTES])
{
	int fd = memfd_create("input", MFD_CLOEXEC);

	if (fd < 0 || write(fd, bytes, n) != (ssize_t)n)
		abort();
	if (lseek(fd, 0, SEEK_SET) != 0)
		abort();
	(void)snprintf(path, INPUT_PATH_BYTES, "/proc/self/fd/%d", fd);
	return fd;
}

#endif
