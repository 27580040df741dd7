/* SPDX-License-Identifier: MIT */
/*
 * life - how recoveries went: a life table, which says of those that had come
 * so far how many failed again later.
 */
#ifndef VIEW_LIFE_H
#define VIEW_LIFE_H

#include <stddef.h>

#include "base/clock.h"
#include "core/names.h"

enum { LIFE_STEPS = 8 };

struct life {
	unsigned held, relapsed;
	unsigned later[LIFE_STEPS]; /* failed again after more than that */
	enum { LIFE_ELSE, LIFE_FAILING, LIFE_GOOD } at; /* private from here */
	wall_ms until;
	span_ms good;
};

/* Zeroed at first; spans of one endpoint in order.  One not over is not in. */
void life_add(struct life *l, wall_ms since, wall_ms until, enum bucket b);

/* How long it is good at a step; that of the first is 0. */
span_ms life_step(size_t i);
/* How many came so far. */
unsigned life_reached(const struct life *l, size_t i);

#endif
