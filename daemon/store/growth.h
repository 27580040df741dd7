/* SPDX-License-Identifier: MIT */
/*
 * growth - how large a database gets, from what it holds and gains a day.
 * Pure, in integers; what does not fit is INT64_MAX.
 */
#ifndef STORE_GROWTH_H
#define STORE_GROWTH_H

#include "store/measure.h"

struct growth_part {
	int64_t bytes;   /* at present */
	int64_t empty;   /* of it, what stays when its rows have gone */
	int64_t per_day; /* bytes gained */
	wall_ms oldest;  /* since when it has been kept */
	span_ms keep;    /* what is older goes; 0: nothing does */
};

struct growth {
	struct growth_part parts[MEASURE_PARTS];
	wall_ms now;
};

/*
 * False when there is no basis: not one whole day, or sizes that are not
 * known.
 */
MUST_CHECK
bool growth_of(const struct measure *m, const struct store_retention *keep,
    struct growth *g);

/* a * b / c, rounded down; 0 unless all are positive. */
int64_t growth_share(int64_t a, int64_t b, int64_t c);

/* When the first of a part goes; 0: never. */
wall_ms growth_full(const struct growth_part *p);
/* Of a part, or of all, at a time that is not before g->now. */
int64_t growth_part_bytes(const struct growth_part *p, wall_ms now, wall_ms at);
int64_t growth_bytes(const struct growth *g, wall_ms at);
/* Bytes gained a day at that time, by the parts of which nothing goes yet. */
int64_t growth_per_day(const struct growth *g, wall_ms at);

#endif
