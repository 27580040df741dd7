/* SPDX-License-Identifier: MIT */
/*
 * secret - what a target may show of itself: the one line of a file of
 * credentials, or the whole of a PEM file; read once and zeroed when it goes.
 */
#ifndef PROBES_SECRET_H
#define PROBES_SECRET_H

#include <stdbool.h>
#include <stddef.h>

#include "wire/target.h"

enum {
	SECRET_BYTES_MAX = 4096,     /* of a line */
	SECRET_PEM_BYTES_MAX = 65536 /* of a key, or a chain of certificates */
};

struct secrets { /* owned; NULL for what a target does not have */
	char *text[TARGET_SECRETS];
};

/*
 * From descriptors that came with a target, in the order of its files; they
 * stay the caller's.  A line is the first of a regular file, without white
 * space around it.  What cannot be read, or is empty, is NULL; so are a
 * certificate without its key and a key without its certificate.  False when
 * anything the target names is NULL.
 */
bool secrets_read(struct secrets *s, const struct target *t, const int *fds,
    size_t n);
void secrets_forget(struct secrets *s); /* zeroes and frees */

#endif
