/* SPDX-License-Identifier: MIT */
/*
 * timescale - for demonstrations: a day in two minutes, fast in silence and
 * slow in the drama.  A map from real time to the axis of the daemon,
 * piecewise linear and never standing still.  Pure; the loop reads the clock.
 */
#ifndef IO_TIMESCALE_H
#define IO_TIMESCALE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

enum { TIMESCALE_STEPS_MAX = 32, TIMESCALE_FACTOR_MAX = 3600 };

struct timescale_step {
	int64_t axis_us; /* from here on */
	int64_t real_us; /* since the begin, when the axis is there */
	int64_t factor;  /* axis time for a unit of real time */
};

struct timescale {
	int64_t begin_us; /* CLOCK_BOOTTIME at which the axis begins */
	size_t count;
	struct timescale_step steps[TIMESCALE_STEPS_MAX];
};

/*
 * SPEC is "N", a factor from now on, or "FROM=N,FROM=N...": from each instant
 * of the axis on (RFC 3339, rising), that factor; the axis begins at the first.
 * ERR_SYNTAX or ERR_RANGE with a reason.
 */
MUST_CHECK
enum status timescale_parse(const char *spec, wall_ms now, int64_t begin_us,
    struct timescale *t, struct fail *f);

/* The same map for another process: "BEGIN:FROM=N,..."; read by _take(). */
enum { TIMESCALE_TEXT_BYTES = 32 + TIMESCALE_STEPS_MAX * 32 };
void timescale_format(const struct timescale *t,
    char buf[TIMESCALE_TEXT_BYTES]);
MUST_CHECK
enum status timescale_take(const char *text, struct timescale *t,
    struct fail *f);

/* The axis, in us, at a reading of CLOCK_BOOTTIME. */
int64_t timescale_at(const struct timescale *t, int64_t boot_us);
/* The first reading of CLOCK_BOOTTIME at which the axis has come to axis_us. */
int64_t timescale_when(const struct timescale *t, int64_t axis_us);

#endif
