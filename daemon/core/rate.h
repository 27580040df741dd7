/* SPDX-License-Identifier: MIT */
/*
 * rate - how many of the checks of an endpoint fail, and is that too many?
 *
 * A mean of failing (1) and good (0) over time, with a half-life of ten
 * minutes.  It is high from 20 % on, with at least three failing samples
 * within 20 minutes, so that an endpoint seldom probed is not told for single
 * failures; and low below 5 %.
 *
 * A sample beyond the timetable counts only if none did within an interval,
 * and a silence weighs no more than an interval.
 */
#ifndef CORE_RATE_H
#define CORE_RATE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { RATE_FAILS = 3, RATE_CHECKS_MAX = 31 };

struct rate {            /* zeroed: nothing was counted */
	wall_ms at;      /* evidence of the last sample that counted */
	uint32_t fail_s; /* start of the last failing one, whole seconds UTC */
	/* The two before began so many seconds earlier; at most UINT16_MAX. */
	uint16_t earlier_s[RATE_FAILS - 1];
	uint16_t level;  /* Q16 */
	uint32_t checks; /* newest lowest, 1: failed; under a bit that is 1 */
};

struct rate_sample {
	wall_ms at, start; /* evidence, and the start of it */
	bool failing, extra;
};

/* Samples come in order of their evidence; interval > 0. */
void rate_count(struct rate *s, const struct rate_sample *x, span_ms interval);
bool rate_high(const struct rate *s, wall_ms now);
bool rate_low(const struct rate *s);
/* Start of the first of the last three failing samples, in whole seconds. */
wall_ms rate_since(const struct rate *s);
/* Good from now on, it is low so much later; 0: it is low. */
span_ms rate_wait(const struct rate *s);

/* Of the checks of the last 20 minutes, at most 31, how many failed? */
struct rate_told {
	unsigned failed, checks;
};

struct rate_told rate_tell(const struct rate *s, span_ms interval);

#endif
