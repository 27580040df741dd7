/* SPDX-License-Identifier: MIT */
/* pause - the endpoints that somebody paused; store_put_input() writes them. */
#ifndef STORE_PAUSE_H
#define STORE_PAUSE_H

#include "store/store.h"

struct pause_row {
	int64_t endpoint;
	wall_ms since, until;     /* until 0: until resumed */
	const char *author, *why; /* why may be NULL; borrowed for the call */
};

MUST_CHECK
enum status store_load_pauses(struct store *s,
    void (*fn)(void *arg, const struct pause_row *r), void *arg,
    struct fail *f);

#endif
