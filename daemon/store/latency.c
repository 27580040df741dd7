/* SPDX-License-Identifier: MIT */
#include "store/latency.h"

#include "store/reader.h"
#include "store/rolluprow.h"

static const span_ms lengths[ROLLUP_PERIODS] = {[ROLLUP_5MIN] =
						    5 * (span_ms)MINUTE_MS,
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

/* The longest of which a step is made. */
static enum rollup_period
period_in(span_ms step)
{
	return step % lengths[ROLLUP_DAY] == 0 ? ROLLUP_DAY
	    : step % lengths[ROLLUP_HOUR] == 0 ? ROLLUP_HOUR
					       : ROLLUP_5MIN;
}

enum status
latency_read(struct query *q, const struct latency_part *part, latency_fn *fn,
    void *arg, struct fail *f)
{
	span_ms step =
	    part->step > 0 ? part->step : latency_step(part->from, part->to);
	enum rollup_period p = period_in(step);
	wall_ms first = part->from - part->from % step, at = first;
	struct rollup sum = {.n = 0}, one;
	struct use u = reader_ask(q, SQL_Q_ROLLUPS);
	bool more = true;

	use_int(&u, p);
	use_int(&u, part->endpoint);
	use_int(&u, first);
	use_int(&u, lengths[p]);
	use_int(&u, first + (part->to - first + step - 1) / step * step);
	while (more && use_next(&u)) {
		wall_ms since = use_col(&u, 8);

		if (sum.n > 0 && since >= at + step) {
			more = fn(arg, at, at + step, &sum);
			sum = (struct rollup){.n = 0};
		}
		at = since - (since - first) % step;
		one = (struct rollup){.n = 0};
		rolluprow_take(&u, &one);
		rollup_merge(&sum, &one);
	}
	use_end(&u);
	if (more && sum.n > 0)
		(void)fn(arg, at, at + step, &sum);
	return reader_told(q, f);
}
