/* SPDX-License-Identifier: MIT */
/*
 * backoff - when a delivery is tried again.
 *
 *	answer          next try
 *	delivered       none: done
 *	gone (410)      none: the receiver is disabled
 *	retry           5 s * 2^n after the n-th earlier failure, at most 1 h,
 *	                +-20 % of jitter
 *	misconfigured   the same, but not sooner than 60 s
 *	Retry-After     wins over the doubling, clamped to 1 s..1 h
 *
 * A delivery ends 72 h after its creation; the last try is made at that time.
 * The jitter is a hash of (outbox, attempts): a restart decides the same.
 */
#ifndef CORE_BACKOFF_H
#define CORE_BACKOFF_H

#include <stdint.h>

#include "base/clock.h"

enum {
	BACKOFF_FIRST_MS = 5 * SECOND_MS,
	BACKOFF_LONGEST_MS = HOUR_MS,
	BACKOFF_MISCONFIGURED_MS = MINUTE_MS,
	BACKOFF_LIFE_MS = 72 * HOUR_MS
};

/* In the order of enum attempt_result (wire/message.h). */
enum backoff_answer {
	BACKOFF_DELIVERED,
	BACKOFF_RETRY,
	BACKOFF_MISCONFIGURED,
	BACKOFF_GONE
};

enum backoff_verdict {
	BACKOFF_DONE,
	BACKOFF_AGAIN,   /* at *next */
	BACKOFF_EXPIRED, /* given up: visible, counted, told elsewhere */
	BACKOFF_DISABLE  /* the receiver is never asked again */
};

struct backoff {
	uint64_t outbox;
	unsigned attempts; /* made so far, this one included: 1.. */
	enum backoff_answer answer;
	int32_t retry_after_s; /* -1: none */
	wall_ms created, now;
};

/* *next is written for BACKOFF_AGAIN only, and is later than b->now. */
enum backoff_verdict backoff_decide(const struct backoff *b, wall_ms *next);

/* The pause alone: 1 ms..1 h. */
span_ms backoff_pause(const struct backoff *b);

#endif
