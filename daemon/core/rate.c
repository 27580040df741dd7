/* SPDX-License-Identifier: MIT */
#include "core/rate.h"

#include "core/fixed.h"

enum {
	ONE = 1 << 16,
	HIGH = 13108, /* the first above .20 */
	LOW = 3277    /* the first above .05 */
};

static const span_ms half_life = 10 * (span_ms)MINUTE_MS;
static const span_ms window = 20 * (span_ms)MINUTE_MS;

static void
note_failing(struct rate *s, wall_ms start)
{
	uint32_t start_s = (uint32_t)(start / SECOND_MS);
	uint32_t since =
	    s->fail_s > 0 && start_s > s->fail_s ? start_s - s->fail_s : 0;

	if (s->fail_s == 0)
		since = UINT16_MAX;
	for (unsigned i = RATE_FAILS - 1; i-- > 0;) {
		uint32_t ago = since + (i > 0 ? s->earlier_s[i - 1] : 0);

		s->earlier_s[i] =
		    (uint16_t)(ago < UINT16_MAX ? ago : UINT16_MAX);
	}
	s->fail_s = start_s;
}

void
rate_count(struct rate *s, const struct rate_sample *x, span_ms interval)
{
	span_ms dt = s->at > 0 ? x->at - s->at : interval;
	uint32_t level;

	if (x->extra && dt < interval)
		return;
	/* What was kept may be of a later time than the present. */
	dt = dt < 0 ? 0 : dt > interval ? interval : dt;
	level = x->failing
	    ? ONE - fixed_decay(ONE - (uint32_t)s->level, dt, half_life)
	    : fixed_decay(s->level, dt, half_life);
	s->level = (uint16_t)(level < ONE ? level : ONE - 1);
	s->at = x->at;
	if (s->checks == 0)
		s->checks = 1;
	s->checks = s->checks << 1 | x->failing |
	    (s->checks & (uint32_t)1 << RATE_CHECKS_MAX);
	if (x->failing)
		note_failing(s, x->start);
}

wall_ms
rate_since(const struct rate *s)
{
	return ((wall_ms)s->fail_s - s->earlier_s[RATE_FAILS - 2]) * SECOND_MS;
}

bool
rate_high(const struct rate *s, wall_ms now)
{
	return s->level >= HIGH && s->earlier_s[RATE_FAILS - 2] < UINT16_MAX &&
	    now - rate_since(s) <= window;
}

bool
rate_low(const struct rate *s)
{
	return s->level < LOW;
}

span_ms
rate_wait(const struct rate *s)
{
	if (rate_low(s))
		return 0;
	return (span_ms)fixed_log2_q16(s->level, LOW) * half_life / ONE;
}

struct rate_told
rate_tell(const struct rate *s, span_ms interval)
{
	struct rate_told t = {0};
	unsigned most = RATE_CHECKS_MAX;

	if (window / interval < RATE_CHECKS_MAX)
		most = (unsigned)(window / interval) + 1;
	for (uint32_t bits = s->checks; bits > 1 && t.checks < most;
	     bits >>= 1) {
		t.failed += bits & 1;
		t.checks++;
	}
	return t;
}
