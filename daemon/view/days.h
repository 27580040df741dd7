/* SPDX-License-Identifier: MIT */
/* days - how time was spent, day by day in UTC, of one endpoint or several. */
#ifndef VIEW_DAYS_H
#define VIEW_DAYS_H

#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/names.h"

enum { DAYS_MAX = 90 };

struct days {
	wall_ms from; /* midnight, when the first begins */
	size_t count;
	int64_t ms[DAYS_MAX][BUCKET_COUNT];
};

/* The last `count` (at most DAYS_MAX) days, that of `now` among them. */
void days_init(struct days *d, wall_ms now, size_t count);
/* What lies outside of them is left out; until <= since adds nothing. */
void days_add(struct days *d, wall_ms since, wall_ms until, enum bucket b);

/* Of all of them. */
int64_t days_sum(const struct days *d, enum bucket b);
/* Of a day, of all buckets: 0 where nothing was watched yet. */
int64_t days_watched(const struct days *d, size_t day);

#endif
