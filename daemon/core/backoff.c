/* SPDX-License-Identifier: MIT */
#include "core/backoff.h"

#include <assert.h>

enum {
	JITTER_PERMILLE = 200,
	DOUBLINGS_MAX = 10 /* 5 s * 2^10 is beyond the longest pause */
};

/* splitmix64 (Vigna): neighbouring rows and tries land far apart. */
static uint64_t
mix(uint64_t x)
{
	x += 0x9e3779b97f4a7c15u;
	x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
	x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
	return x ^ (x >> 31);
}

static span_ms
at_most(span_ms d, span_ms bound)
{
	return d < bound ? d : bound;
}

static span_ms
at_least(span_ms d, span_ms bound)
{
	return d > bound ? d : bound;
}

static span_ms
doubled(const struct backoff *b)
{
	unsigned n = b->attempts - 1;
	uint64_t spread =
	    mix(mix(b->outbox) ^ b->attempts) % (2 * JITTER_PERMILLE + 1);
	span_ms d = BACKOFF_FIRST_MS;

	d <<= n < DOUBLINGS_MAX ? n : DOUBLINGS_MAX;
	d = at_most(d, BACKOFF_LONGEST_MS);
	return d * (1000 - JITTER_PERMILLE + (span_ms)spread) / 1000;
}

span_ms
backoff_pause(const struct backoff *b)
{
	span_ms d;

	assert(b->attempts >= 1);
	if (b->retry_after_s >= 0)
		d = at_least((span_ms)b->retry_after_s * SECOND_MS, SECOND_MS);
	else
		d = doubled(b);
	if (b->answer == BACKOFF_MISCONFIGURED)
		d = at_least(d, BACKOFF_MISCONFIGURED_MS);
	return at_most(d, BACKOFF_LONGEST_MS);
}

enum backoff_verdict
backoff_decide(const struct backoff *b, wall_ms *next)
{
	wall_ms end = b->created + BACKOFF_LIFE_MS;

	if (b->answer == BACKOFF_DELIVERED)
		return BACKOFF_DONE;
	if (b->answer == BACKOFF_GONE)
		return BACKOFF_DISABLE;
	if (b->now >= end)
		return BACKOFF_EXPIRED;
	*next = at_most(b->now + backoff_pause(b), end);
	return BACKOFF_AGAIN;
}
