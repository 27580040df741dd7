/* SPDX-License-Identifier: MIT */
/* own - what is stored of the monitor itself. */
#ifndef STORE_OWN_H
#define STORE_OWN_H

#include "store/query.h"

enum { OWN_INSTANCE_BYTES = 40 };
/* The name of this installation; "" when it has none yet. */
MUST_CHECK
enum status own_instance(struct query *q, char buf[OWN_INSTANCE_BYTES],
    struct fail *f);

struct own_events { /* strings are borrowed for the call */
	/* The last start of the daemon; not called before the first. */
	void (*on_start)(void *arg, wall_ms at, const char *version);
	/* Nobody looked within [from, until); the newest first. */
	void (*on_gap)(void *arg, wall_ms from, wall_ms until);
	/* The last answer of a canary, or that there was none. */
	void (*on_canary)(void *arg, const char *name, bool good, wall_ms at);
	void *arg;
};
/* Gaps that ended since then, at most max; canaries asked in the last hour. */
MUST_CHECK
enum status own_read(struct query *q, wall_ms gaps_since, size_t max,
    const struct own_events *on, struct fail *f);

#endif
