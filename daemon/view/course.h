/* SPDX-License-Identifier: MIT */
/* course - how something went within a time: what followed what. */
#ifndef VIEW_COURSE_H
#define VIEW_COURSE_H

#include "base/text.h"
#include "store/query.h"

struct course_piece {
	wall_ms since, until;
	enum bucket bucket;
};

struct course {
	wall_ms from, to;
	struct course_piece *pieces; /* in order; two neighbours differ */
	size_t count, size;
};

/* Nothing yet; from < to. */
void course_init(struct course *c, wall_ms from, wall_ms to);
void course_done(struct course *c);
/*
 * What comes next, cut to the time; until <= since adds nothing.  What lies
 * between it and the one before is unknown.
 */
void course_add(struct course *c, wall_ms since, wall_ms until, enum bucket b);
/* Of one endpoint, after course_init(); ERR_LIMIT beyond COURSE_MAX pieces. */
enum { COURSE_MAX = 50000 };
MUST_CHECK
enum status course_read(struct course *c, struct query *q, int64_t endpoint,
    struct fail *f);

int64_t course_sum(const struct course *c, enum bucket b);
/* How often it was so. */
size_t course_spells(const struct course *c, enum bucket b);
/* Nothing but up, as far as it is known. */
bool course_is_calm(const struct course *c);

#endif
