/* SPDX-License-Identifier: MIT */
#include "core/latency.h"

#include <string.h>

#include "core/sample.h"

enum {
	OCTAVE = 256, /* of codes */
	PART = 8,     /* of a code */
	/* Of 20: what is below a p95 pulls it down by 1, what is above up by
	   19.  A step of 1/34 octave, and four times that at the beginning. */
	STEP = 60,
	EARLY = 4,
	LEARNED = 200,
	KNOWN = 60, /* answers, before any is judged */
	LEAST_DEVIATION = OCTAVE * PART / 10,
	FIRST_DEVIATION = OCTAVE * PART / 4,
	UNIT = 256, /* of the sum */
	HIGHEST = 20 * UNIT,
	HIGH = 14 * UNIT,
	LOW = 5 * UNIT / 2,
	COARSE = 5, /* bits */
	OVER_RUN = 3,
	OVER_MS = MINUTE_MS,
	ABOVE_US = 200000,
	CALM_S = 600,
	LONG_S = 24 * 3600
};

static uint16_t
moved(uint16_t from, int by)
{
	int to = from + by;

	return (uint16_t)(to < 0 ? 0 : to > UINT16_MAX ? UINT16_MAX : to);
}

static void
learn(struct latency *l, uint16_t code)
{
	int x = code * PART, step = l->count < LEARNED ? STEP * EARLY : STEP;

	if (l->count == 0) {
		l->p50 = (uint16_t)x;
		l->p95 = moved(l->p50, 2 * FIRST_DEVIATION);
	}
	l->p50 = moved(l->p50,
	    x > l->p50       ? step / 2
		: x < l->p50 ? -step / 2
			     : 0);
	l->p95 = moved(l->p95, x > l->p95 ? step * 19 / 20 : -step / 20);
	if (l->count < LEARNED)
		l->count++;
}

/* How far above the usual, in 1/UNIT of a deviation. */
static int
above(const struct latency *l, uint16_t code)
{
	int wide = l->p95 > l->p50 ? (l->p95 - l->p50) * 1000 / 1645 : 0;
	int sd = wide > LEAST_DEVIATION ? wide : LEAST_DEVIATION;
	int z = (code * PART - l->p50) * UNIT / sd;

	return z < -3 * UNIT ? -3 * UNIT : z > 4 * UNIT ? 4 * UNIT : z;
}

static void
remember(struct latency *l, uint16_t code)
{
	memmove(l->recent + 1, l->recent, LATENCY_RECENT - 1);
	l->recent[0] = (uint8_t)(code >> COARSE);
}

static uint16_t
median(const struct latency *l)
{
	for (unsigned i = 0; i < LATENCY_RECENT; i++) {
		unsigned below = 0, same = 0;

		for (unsigned k = 0; k < LATENCY_RECENT; k++) {
			below += l->recent[k] < l->recent[i];
			same += l->recent[k] == l->recent[i];
		}
		if (below <= LATENCY_RECENT / 2 &&
		    below + same > LATENCY_RECENT / 2)
			return (uint16_t)((l->recent[i] << COARSE) +
			    (1 << (COARSE - 1)));
	}
	return 0;
}

uint32_t
latency_usual(const struct latency *l)
{
	return l->count < KNOWN ? 0 : latency_us(l->p50 / PART);
}

uint32_t
latency_recent(const struct latency *l)
{
	return l->count < LATENCY_RECENT ? 0 : latency_us(median(l));
}

static uint8_t
over_run(span_ms interval)
{
	span_ms n = (OVER_MS + interval - 1) / interval + 1;

	return (uint8_t)(n < OVER_RUN ? OVER_RUN
		: n > UINT8_MAX       ? UINT8_MAX
				      : n);
}

bool
latency_over(const struct latency *l, span_ms interval)
{
	return l->over >= over_run(interval);
}

static bool
shifted(const struct latency *l)
{
	return l->sum >= HIGH && median(l) * PART >= l->p50 + OCTAVE * PART &&
	    latency_us(median(l)) >= latency_us(l->p50 / PART) + ABOVE_US;
}

static bool
restless(const struct latency *l, bool over)
{
	return l->sum > LOW || over;
}

void
latency_drop(struct latency *l)
{
	l->sum = 0;
	l->over = 0;
	l->since_s = 0;
}

wall_ms
latency_since(const struct latency *l)
{
	return (wall_ms)l->since_s * SECOND_MS;
}

wall_ms
latency_calm_at(const struct latency *l)
{
	if (restless(l, l->over > 0))
		return 0;
	return ((wall_ms)l->since_s + CALM_S) * SECOND_MS;
}

/* Slow so far: calm for long enough, or restless for too long? */
static enum latency_turn
go_on(struct latency *l, bool was, bool is, uint32_t now_s)
{
	if (was != is)
		l->since_s = now_s;
	if (!is && now_s - l->since_s >= CALM_S)
		return LATENCY_CALM;
	if (is && l->over == 0 && now_s - l->since_s >= LONG_S) {
		l->count = 0;
		return LATENCY_USUAL;
	}
	return LATENCY_SAME;
}

enum latency_turn
latency_count(struct latency *l, const struct latency_sample *x,
    span_ms interval, bool slow)
{
	uint32_t now_s = (uint32_t)(x->start / SECOND_MS);
	bool was = restless(l, l->over > 0);
	int sum = l->sum;

	remember(l, x->code);
	if (l->count >= KNOWN)
		sum += above(l, x->code) - UNIT;
	l->sum = (uint16_t)(sum < 0 ? 0 : sum > HIGHEST ? HIGHEST : sum);
	if (!x->over)
		l->over = 0;
	else if (l->over < UINT8_MAX)
		l->over++;
	if (slow)
		return go_on(l, was, restless(l, x->over), now_s);
	if (l->sum == 0 && l->over == 0)
		l->since_s = 0;
	else if (l->since_s == 0)
		l->since_s = now_s;
	/* What may be a shift is not learned from, unless it is none. */
	if (l->sum <= LOW || l->sum >= HIGH)
		learn(l, x->code);
	if (latency_over(l, interval) || shifted(l))
		return LATENCY_SLOW;
	return LATENCY_SAME;
}
