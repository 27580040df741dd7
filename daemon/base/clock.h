/* SPDX-License-Identifier: MIT */
/*
 * clock - the three kinds of time.  All are milliseconds; never mix them.
 * Only the loop reads a clock; everybody else is told the time.
 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

#include <stdint.h>

/*
 * The axis of everything we decide and keep: UTC at the keeper's start plus
 * CLOCK_BOOTTIME elapsed since.  It never goes back while the keeper runs.
 */
typedef int64_t wall_ms;
typedef int64_t mono_ms; /* CLOCK_BOOTTIME: since boot, suspend included */
typedef int64_t span_ms; /* a length of time; difference of two of a kind */

enum {
	SECOND_MS = 1000,
	MINUTE_MS = 60 * SECOND_MS,
	HOUR_MS = 60 * MINUTE_MS,
	DAY_MS = 24 * HOUR_MS
};

#endif
