/* SPDX-License-Identifier: MIT */
/* scratch - a folder of a test's own, gone afterwards. */
#ifndef SCRATCH_H
#define SCRATCH_H

#include <stddef.h>

struct scratch {
	char folder[64];
	char path[96]; /* of the last scratch_path() */
};

void scratch_make(struct scratch *s); /* aborts when it cannot */
void scratch_remove(struct scratch *s);
/* FOLDER/name; valid until the next call. */
const char *scratch_path(struct scratch *s, const char *name);

#endif
