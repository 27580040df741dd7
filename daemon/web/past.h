/* SPDX-License-Identifier: MIT */
/* past - a year of an endpoint, in figures; private to this room. */
#ifndef WEB_PAST_H
#define WEB_PAST_H

#include "view/agreed.h"
#include "view/bins.h"
#include "view/life.h"

enum { PAST_WINDOWS = 5 };

/* From one walk over a year. */
struct past {
	wall_ms now;
	struct bins days;
	struct life life;
	int64_t ms[PAST_WINDOWS][BUCKET_COUNT];
	struct agreed agreed;
	int64_t planned[PAST_WINDOWS]; /* of maintenance */
};

MUST_CHECK
enum status past_read(struct past *p, struct query *q, int64_t endpoint,
    wall_ms now, struct fail *f);
/* A section each; nothing of recoveries where there were none. */
void past_add_availability(struct text *t, const struct past *p);
void past_add_recoveries(struct text *t, const struct past *p);

#endif
