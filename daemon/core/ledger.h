/* SPDX-License-Identifier: MIT */
/*
 * ledger - belief that an endpoint is down, in tenths of a deciban.
 *
 * 10*log10(P(down)/P(up)), clamped to [-300, +300]; -300 is the resting
 * prior.  A failing sample soon after another says little, one later says
 * more: if glitches last an exponential time of mean tau, surviving dt weighs
 * 4.34*dt/tau decibans (tau is 6 s), and never more than an independent
 * failure would.
 */
#ifndef CORE_LEDGER_H
#define CORE_LEDGER_H

#include <stdint.h>

#include "base/clock.h"

enum {
	LEDGER_REST = -300,
	LEDGER_DOWN = 200,   /* 99:1 */
	LEDGER_CLEAR = -250, /* a suspicion is dropped */
	LEDGER_MAX = 300
};

struct ledger {
	int16_t level;
	uint16_t samples;  /* taken while up; halves with glitches at 20000 */
	uint16_t glitches; /* failing runs that ended while up */
};

/* Weight of a failure independent of the one before: 99 to 329. */
int ledger_cap(const struct ledger *l);

/* A failing sample, dt after the previous failing one; dt < 0: no previous. */
void ledger_fail(struct ledger *l, span_ms dt);
void ledger_good(struct ledger *l);
/* Failing all along, it reaches LEDGER_DOWN so long after the last failure. */
span_ms ledger_wait(const struct ledger *l);

/* Learn how noisy the endpoint is while up. */
void ledger_count_sample(struct ledger *l);
void ledger_count_glitch(struct ledger *l);

#endif
