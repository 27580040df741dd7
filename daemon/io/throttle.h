/* SPDX-License-Identifier: MIT */
/*
 * throttle - how often each of many addresses may ask.
 *
 * A bucket of tokens for each: an ask takes one, and they come back at a steady
 * rate up to the burst.  Of the addresses the latest THROTTLE_ADDRESSES are
 * remembered; who was forgotten has a full bucket.
 *
 * Pure: the clock is the caller's.
 */
#ifndef IO_THROTTLE_H
#define IO_THROTTLE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"

enum { THROTTLE_ADDRESSES = 1024, THROTTLE_KEY_BYTES = 8 };

struct throttle;

/* burst: how many at once, at least 1; per_minute at least 1. */
MUST_CHECK
struct throttle *throttle_new(unsigned per_minute, unsigned burst);
void throttle_free(struct throttle *t); /* NULL is ignored */

/* now never goes back. */
MUST_CHECK
bool throttle_take(struct throttle *t,
    const unsigned char key[THROTTLE_KEY_BYTES], mono_ms now);

#endif
