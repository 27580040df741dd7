/* SPDX-License-Identifier: MIT */
/* inputrow - what the core was told, as columns; private to this room. */
#ifndef STORE_INPUTROW_H
#define STORE_INPUTROW_H

#include "core/input.h"
#include "store/db.h"

/*
 * The next row of SAMPLES_AFTER, or of INPUTS_AFTER; false after the last.
 * in->endpoint is ENDPOINT_NONE, *endpoint the row.
 */
bool inputrow_sample(struct use *u, struct input *in, int64_t *endpoint);
bool inputrow_other(struct use *u, struct input *in, int64_t *endpoint);

#endif
