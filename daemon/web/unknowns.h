/* SPDX-License-Identifier: MIT */
/*
 * unknowns - for how long nothing was known of each endpoint, since it is
 * watched: a sum that never gets less while this process lives, which is what
 * a counter has to be; private to this room.
 *
 * All of history is read once.  What is a day old is kept as a sum from then
 * on, for it does not change any more.
 */
#ifndef WEB_UNKNOWNS_H
#define WEB_UNKNOWNS_H

#include "store/query.h"

struct unknown {
	int64_t endpoint;
	int64_t settled, late; /* ms, before and after `settled` below */
	int64_t told;          /* the most so far */
};
struct unknowns {
	struct unknown *all; /* by endpoint */
	size_t count, size;
	wall_ms settled;
	bool known; /* a sum was read at all */
};

void unknowns_done(struct unknowns *u);
/*
 * As of that instant.  ERR_LIMIT: there is more history than can be read at
 * once, and nothing has changed.
 */
MUST_CHECK
enum status unknowns_read(struct unknowns *u, struct query *q, wall_ms as_of,
    struct fail *f);
int64_t unknowns_ms(const struct unknowns *u, int64_t endpoint);

#endif
