/* SPDX-License-Identifier: MIT */
/*
 * bins - how time was spent, hour by hour, day by day or week by week in UTC,
 * of one endpoint or several.
 */
#ifndef VIEW_BINS_H
#define VIEW_BINS_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/names.h"

enum { BINS_MAX = 90 };

/* Weeks begin on Monday (ISO 8601). */
enum grain { GRAIN_HOUR, GRAIN_DAY, GRAIN_WEEK, GRAIN_COUNT };

struct bins {
	enum grain grain;
	wall_ms from; /* when the first begins */
	size_t count;
	int64_t ms[BINS_MAX][BUCKET_COUNT];
};

/* The last `count` (at most BINS_MAX) of them, that of `now` among them. */
void bins_init(struct bins *b, enum grain grain, wall_ms now, size_t count);
/* What lies outside of them is left out; until <= since adds nothing. */
void bins_add(struct bins *b, wall_ms since, wall_ms until, enum bucket in);

span_ms grain_ms(enum grain grain);
/* When one begins; the end of the last for i = count. */
wall_ms bins_at(const struct bins *b, size_t i);
/* Of all of them. */
int64_t bins_sum(const struct bins *b, enum bucket in);
/* Of one, of all buckets: 0 where nothing was watched yet. */
int64_t bins_watched(const struct bins *b, size_t i);

#endif
