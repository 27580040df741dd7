/* SPDX-License-Identifier: MIT */
/* chart - how long answers took, as a picture; private to this room. */
#ifndef WEB_CHART_H
#define WEB_CHART_H

#include "store/latency.h"
#include "view/course.h"

enum { CHART_WIDTH = 1000, CHART_HEIGHT = 200 };

struct chart_point {
	wall_ms since, until;
	uint32_t n, good, failing;
	uint32_t p50_us, p95_us, p99_us; /* 0 where nothing was good */
};

struct chart {
	wall_ms from, to;
	struct chart_point points[LATENCY_STEPS_MAX + 1];
	size_t count;
	struct rollup sum; /* of all of them */
};

MUST_CHECK
enum status chart_read(struct chart *c, struct query *q,
    const struct latency_part *part, struct fail *f);

/*
 * Median, the band up to the 95th percentile, and the 99th; what failed meanwhile is
 * shaded.  Points that do not touch are not joined.  With the same as a table.
 */
void chart_add(struct text *t, const struct chart *c,
    const struct course *course, const char *name);

#endif
