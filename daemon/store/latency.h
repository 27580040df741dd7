/* SPDX-License-Identifier: MIT */
/* latency - what the samples of an endpoint were like, step by step. */
#ifndef STORE_LATENCY_H
#define STORE_LATENCY_H

#include "store/query.h"
#include "store/rollup.h"

enum { LATENCY_STEPS_MAX = 400 };

/*
 * The step in which a time is shown: the least of whole periods that makes no
 * more than LATENCY_STEPS_MAX of it.  from < to.
 */
span_ms latency_step(wall_ms from, wall_ms to);

struct latency_part {
	int64_t endpoint;
	wall_ms from, to; /* from < to */
	span_ms step;     /* whole periods, at most LATENCY_STEPS_MAX of it;
			     0: latency_step() */
};
/* Of [since, until), where there was any sample; borrowed for the call. */
typedef bool latency_fn(void *arg, wall_ms since, wall_ms until,
    const struct rollup *r);
/*
 * In order, from the step that holds `from` on.  What is of the present five
 * minutes is not among it yet.
 */
MUST_CHECK
enum status latency_read(struct query *q, const struct latency_part *part,
    latency_fn *fn, void *arg, struct fail *f);

#endif
