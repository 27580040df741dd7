/* SPDX-License-Identifier: MIT */
/*
 * latency - is an endpoint slower than it usually is, and since when?
 *
 * What is usual are two running quantiles of the good answers, p50 and p95,
 * that move by small steps whatever the answer (Ma, Muthukrishnan and Sandler
 * 2013), so that outliers cannot drag them.  A cumulative sum (Page 1954) of
 * how far answers lie above them finds a lasting shift: doubled in about 13
 * answers, trebled in six.  Less than double is not reliably found.
 *
 * Slow from then on, where the p50 of the last five answers is twice the
 * usual one and 200 ms above it at least; or where a run of answers, three and
 * a minute of them at least, took longer than the limit of the endpoint.
 * Until it was calm for ten minutes.  What is usual stands still meanwhile,
 * and is learned anew after a day without a calm moment.
 *
 * Latencies are codes as of sample.h: 256 to the octave.
 */
#ifndef CORE_LATENCY_H
#define CORE_LATENCY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"

enum { LATENCY_RECENT = 5 };

struct latency {           /* zeroed: nothing was counted */
	uint16_t p50, p95; /* usual; in eighths of a code */
	uint16_t sum;      /* the cumulative sum; in 1/256 of a deviation */
	uint32_t since_s;  /* not slow: when it began to rise, 0: it did not;
	                      slow: when it became restless, or calm */
	uint8_t recent[LATENCY_RECENT]; /* newest first, 8 to the octave */
	uint8_t count;                  /* answers learned from, up to 200 */
	uint8_t over; /* run of answers beyond the limit of the endpoint */
};

struct latency_sample {
	wall_ms start;
	uint16_t code;
	bool over; /* beyond the limit of the endpoint */
};

enum latency_turn {
	LATENCY_SAME,
	LATENCY_SLOW,  /* it is slow; since latency_since() */
	LATENCY_CALM,  /* it is not any more; since latency_since() */
	LATENCY_USUAL, /* it is not any more: this is taken as usual now */
};

/*
 * Account for a good answer, one of the timetable; slow: as it turned out
 * before.  interval > 0.
 */
enum latency_turn latency_count(struct latency *l,
    const struct latency_sample *x, span_ms interval, bool slow);
wall_ms latency_since(const struct latency *l);
/* Slow: when it will not be any more, if it stays calm; 0: it is restless. */
wall_ms latency_calm_at(const struct latency *l);
/* What it turned out is void; what is usual stays. */
void latency_drop(struct latency *l);

/* In microseconds; 0 as long as too few answers were counted. */
uint32_t latency_usual(const struct latency *l);
uint32_t latency_recent(const struct latency *l);
/* It is slow by the limit of the endpoint. */
bool latency_over(const struct latency *l, span_ms interval);

#endif
