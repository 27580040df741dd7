/* SPDX-License-Identifier: MIT */
#include "store/latency.h"

#include "store/reader.h"
#include "store/rolluprow.h"

static const span_ms lengths[ROLLUP_PERIODS] = {[ROLLUP_5MIN] = 5 * MINUTE_MS,
    [ROLLUP_HOUR] = HOUR_MS,
    [ROLLUP_DAY] = DAY_MS};

/* Of few enough rows for any time that is asked for. */
static enum rollup_period
period_of(span_ms time)
{
	return time <= 2 * (span_ms)DAY_MS ? ROLLUP_5MIN
	    : time <= 60 * (span_ms)DAY_MS ? ROLLUP_HOUR
					   : ROLLUP_DAY;
}

span_ms
latency_step(wall_ms from, wall_ms to)
{
	span_ms length = lengths[period_of(to - from)];
	int64_t rows = (to - from + length - 1) / length;

	return length * ((rows + LATENCY_STEPS_MAX - 1) / LATENCY_STEPS_MAX);
}

enum status
latency_read(struct query *q, int64_t endpoint, wall_ms from, wall_ms to,
    latency_fn *fn, void *arg, struct fail *f)
{
	enum rollup_period p = period_of(to - from);
	span_ms step = latency_step(from, to);
	bool more = true;

	reader_begin(q);
	for (wall_ms since = from - from % step; since < to && more;
	     since += step) {
		struct rollup sum = {.n = 0};

		for (wall_ms at = since; at < since + step; at += lengths[p]) {
			struct rollup one = {.n = 0};

			rolluprow_read(&q->db, p, at, endpoint, &one);
			rollup_merge(&sum, &one);
		}
		if (sum.n > 0)
			more = fn(arg, since, since + step, &sum);
	}
	return reader_told(q, f);
}
