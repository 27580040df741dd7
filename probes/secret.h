/* SPDX-License-Identifier: MIT */
/* secret - the one line of a credential file, read once and soon forgotten. */
#ifndef PROBES_SECRET_H
#define PROBES_SECRET_H

#include <stdbool.h>

enum { SECRET_BYTES_MAX = 4096 };

struct secret {
	char bytes[SECRET_BYTES_MAX + 1];
	const char *line; /* trimmed; within bytes */
};

/*
 * The first line of a regular file, from its beginning, without white space
 * around it; false and "" when there is nothing to read.  The descriptor stays
 * the caller's.
 */
bool secret_read(struct secret *s, int fd);
void secret_forget(struct secret *s); /* zeroes */

#endif
