/* SPDX-License-Identifier: MIT */
/*
 * crowd - do more people than usual say that a service fails them?
 *
 * Reports c are counted by service and quarter of an hour, aligned in UTC.
 * What is usual is learnt from each quarter once it is over: mu by hour of the
 * week, a mean that forgets (EWMA, .05), and over all hours the dispersion
 * phi = EWMA((c - mu)^2 / mu), at least 1.  A quarter is judged by what was
 * learnt before it:
 *
 *	z = 2 * (sqrt(c + 3/8) - sqrt(mu + 3/8)) / sqrt(phi)
 *
 * It is high with z >= 3.5 and c >= 10; two running are elevated.
 *
 * Where that leaves a choice:
 *  - an hour is known once it was seen in four quarters, a week as a rule, and
 *    judges and teaches phi only then; its first twenty have equal weight;
 *  - in that quotient mu is at least 1: a report where there is none in days
 *    would make the service look restless for days;
 *  - a high quarter teaches nothing, or the first of an alarm would hide the
 *    second; when they have lasted a day they do, or a service that has grown
 *    would be elevated for ever;
 *  - a time in which nobody could report is one in which nobody did.
 *
 * It stands beside the verdict: nothing is decided by it, and nothing else in
 * this room knows of it.  Q16 is a number times 65536.
 */
#ifndef CORE_CROWD_H
#define CORE_CROWD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"

enum {
	CROWD_QUARTER_MS = 15 * MINUTE_MS,
	CROWD_HOURS = 7 * 24,      /* from Monday, 00:00 UTC */
	CROWD_COUNT_MAX = 1 << 20, /* more are reckoned as so many */
	CROWD_BYTES = 37 + 9 * CROWD_HOURS
};

/* A quarter by its number since 1970; at >= 0. */
int64_t crowd_quarter(wall_ms at);
wall_ms crowd_since(int64_t quarter);
/* 0..CROWD_HOURS - 1 */
unsigned crowd_hour(int64_t quarter);

struct crowd_verdict { /* of one quarter */
	uint64_t count;
	bool known; /* what is usual is; the rest is 0 if not */
	bool high;
	uint64_t usual_q16; /* mu */
	int64_t z_q16;
};

struct crowd_hour {
	uint64_t mu_q16;
	uint8_t seen; /* quarters; no further than 20 */
};

struct crowd {                     /* private, but for upto and last */
	int64_t upto;              /* the quarter to be learnt next */
	struct crowd_verdict last; /* of the one before */
	uint64_t phi_q16;
	uint32_t run; /* high ones running, up to the last */
	struct crowd_hour hours[CROWD_HOURS];
};

/* Nothing is known before that quarter. */
void crowd_init(struct crowd *c, int64_t quarter);

/* So many of the quarter upto, so far. */
struct crowd_verdict crowd_judge(const struct crowd *c, uint64_t count);
/* Two high ones are the last; now is of upto, so far. */
bool crowd_elevated(const struct crowd *c, const struct crowd_verdict *now);

/* The quarter upto is over, with so many; the next is upto. */
void crowd_learn(struct crowd *c, uint64_t count);

/* As it is kept, but for upto. */
void crowd_save(const struct crowd *c, unsigned char out[CROWD_BYTES]);
/* False when these bytes are not of this version, or are none of ours. */
MUST_CHECK
bool crowd_load(struct crowd *c, int64_t upto, const void *bytes, size_t n);

#endif
