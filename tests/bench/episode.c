/* SPDX-License-Identifier: MIT */
#include "episode.h"
#include <assert.h>

#include <stdlib.h>

#include "base/mem.h"

enum {
	LONE_YEAR = 8, /* episodes of an endpoint alone in a year */
	TRAIN_EVERY = 6,
	TRAIN_MAX = 6,
	SLOW_EVERY = 10,
	WIDE_DAYS = 4,    /* one of a service; of 200, each one in two years */
	REGION_DAYS = 90, /* one of a region */
	OPEN_EVERY = 70,  /* of the endpoints, one is failing at the end */
	APART_MS = 2 * MINUTE_MS,
	YEAR_DAYS = 365
};

/* splitmix64 of Steele, Lea and Flood. */
static uint64_t
roll(uint64_t *dice)
{
	uint64_t z = (*dice += 0x9e3779b97f4a7c15);

	z = (z ^ (z >> 30)) * 0xbf58476d1ce4e5b9;
	z = (z ^ (z >> 27)) * 0x94d049bb133111eb;
	return z ^ (z >> 31);
}

static uint64_t
below(uint64_t *dice, uint64_t n)
{
	assert(n > 0);
	return roll(dice) % n;
}

/* Most are short: two minutes to some hours, each octave as likely. */
static span_ms
length(uint64_t *dice)
{
	span_ms octave = (span_ms)2 * MINUTE_MS << below(dice, 7);

	return octave + (span_ms)below(dice, (uint64_t)octave);
}

static struct episode
kind(uint64_t *dice)
{
	static const struct episode kinds[] = {{.reason = REASON_SERVER_ERROR,
						   .code = 503},
	    {.reason = REASON_SERVER_ERROR, .code = 500},
	    {.reason = REASON_MAINT_RETRY_AFTER,
		.code = 503,
		.retry_after_s = 1800},
	    {.reason = REASON_TIMEOUT}, {.reason = REASON_CONNECTION_REFUSED},
	    {.reason = REASON_TRUNCATED, .code = 200}};
	struct episode e = kinds[below(dice, sizeof(kinds) / sizeof(kinds[0]))];

	if (e.retry_after_s == 0)
		e.retry_after_s = RETRY_AFTER_ABSENT;
	return e;
}

static void
add(struct past *p, const struct episode *e, wall_ms from, wall_ms until)
{
	if (p->count == p->size) {
		p->size = 2 * p->size + 16;
		p->all = mem_resize(p->all, p->size, sizeof(p->all[0]));
	}
	p->all[p->count] = *e;
	p->all[p->count].from = from;
	p->all[p->count++].until = until;
}

static wall_ms
some_time(const struct pasts *all, uint64_t *dice)
{
	return all->from +
	    (wall_ms)below(dice, (uint64_t)(all->until - all->from));
}

static void
add_lone(const struct pasts *all, struct past *p, uint64_t *dice)
{
	wall_ms at = some_time(all, dice);
	struct episode e = kind(dice);
	uint64_t n = 1;

	if (below(dice, SLOW_EVERY) == 0)
		e = (struct episode){.slow = true,
		    .reason = REASON_OK,
		    .code = 200,
		    .retry_after_s = RETRY_AFTER_ABSENT};
	else if (below(dice, TRAIN_EVERY) == 0)
		n = 2 + below(dice, TRAIN_MAX - 1);
	for (; n > 0; n--) {
		wall_ms until = at + length(dice);

		add(p, &e, at, until);
		at = until + (span_ms)(3 + below(dice, 15)) * MINUTE_MS;
	}
}

/* All whose number is first, first + step ... below end. */
static void
add_wide(struct pasts *all, size_t first, size_t end, size_t step,
    uint64_t *dice)
{
	wall_ms from = some_time(all, dice), until = from + length(dice);
	struct episode e = kind(dice);

	for (size_t i = first; i < end && i < all->count; i += step)
		add(&all->each[i], &e,
		    from + (wall_ms)below(dice, 30) * SECOND_MS, until);
}

static int
by_time(const void *a, const void *b)
{
	const struct episode *x = a, *y = b;

	return (x->from > y->from) - (x->from < y->from);
}

/* What overlaps another, or begins just after it, is left out. */
static void
settle(struct past *p)
{
	size_t kept = 0;

	if (p->count > 1)
		qsort(p->all, p->count, sizeof(p->all[0]), by_time);
	for (size_t i = 0; i < p->count; i++)
		if (kept == 0 ||
		    p->all[i].from > p->all[kept - 1].until + APART_MS)
			p->all[kept++] = p->all[i];
	p->count = kept;
}

void
pasts_init(struct pasts *all, size_t endpoints, wall_ms from, wall_ms until)
{
	uint64_t days = (uint64_t)((until - from) / DAY_MS), dice = 20230214;
	size_t services = (endpoints + REGIONS - 1) / REGIONS;

	*all = (struct pasts){.each = mem_array(endpoints, sizeof(struct past)),
	    .count = endpoints,
	    .from = from,
	    .until = until};
	for (size_t i = 0; i < endpoints; i++) {
		struct past *p = &all->each[i];
		uint64_t n = days * LONE_YEAR / YEAR_DAYS;

		p->usual_us = 20000 + (uint32_t)below(&dice, 300000);
		for (n = n / 2 + below(&dice, n + 1); n > 0; n--)
			add_lone(all, p, &dice);
	}
	for (uint64_t n = days / WIDE_DAYS; n > 0; n--) {
		size_t s = below(&dice, services) * REGIONS;

		add_wide(all, s, s + REGIONS, 1, &dice);
	}
	for (uint64_t n = days / REGION_DAYS; n > 0; n--)
		add_wide(all, below(&dice, REGIONS), endpoints, REGIONS, &dice);
	for (size_t i = 0; i < endpoints; i++) {
		struct episode e = kind(&dice);

		if (below(&dice, OPEN_EVERY) == 0)
			add(&all->each[i], &e, until - length(&dice),
			    until + DAY_MS);
		settle(&all->each[i]);
	}
}

void
pasts_done(struct pasts *all)
{
	for (size_t i = 0; i < all->count; i++)
		mem_free(all->each[i].all);
	mem_free(all->each);
}

const struct episode *
past_at(const struct past *p, size_t *hint, wall_ms at)
{
	while (*hint < p->count && p->all[*hint].until <= at)
		++*hint;
	return *hint < p->count && p->all[*hint].from <= at ? &p->all[*hint]
							    : NULL;
}

bool
past_near(const struct past *p, size_t *hint, wall_ms at, span_ms margin)
{
	const struct episode *e = p->all;

	if (past_at(p, hint, at) != NULL)
		return true;
	return (*hint > 0 && e[*hint - 1].until + margin > at) ||
	    (*hint < p->count && e[*hint].from - margin <= at);
}

/* Twice as slow at noon as at midnight, and now and then by chance. */
static uint32_t
latency(const struct past *p, wall_ms at)
{
	uint64_t dice = (uint64_t)at ^ ((uint64_t)p->usual_us << 40);
	uint64_t noise = roll(&dice);
	uint32_t hour = (uint32_t)(at % DAY_MS / HOUR_MS);
	uint32_t busy = hour < 12 ? hour : 24 - hour;
	uint32_t us = p->usual_us + p->usual_us / 12 * busy;

	us += us / 64 * (uint32_t)(noise % 32);
	if (noise >> 32 & 63)
		return us;
	return us * 3;
}

void
past_sample(const struct past *p, const struct episode *e, wall_ms at,
    struct sample *s)
{
	uint32_t us = latency(p, at);
	bool fails = e != NULL && !e->slow;
	enum reason reason = fails ? e->reason : REASON_OK;

	if (e != NULL && e->slow)
		us *= 8;
	*s = (struct sample){.start = at,
	    .total_us = us,
	    .dns_us = us / 20,
	    .connect_us = us / 5,
	    .tls_us = us / 4,
	    .wait_us = us / 3,
	    .receive_us = us / 10,
	    .late_us = 300 + us % 700,
	    .retry_after_s = fails ? e->retry_after_s : RETRY_AFTER_ABSENT,
	    .code = fails ? e->code : 200,
	    .cert_days = CERT_DAYS_UNKNOWN,
	    .class = (uint8_t)reason_class(reason),
	    .reason = (uint8_t)reason,
	    .flags = SAMPLE_PATH_PROVEN,
	    .address = {192, 0, 2, 1},
	    .port = 443};
	s->latency = latency_code(s->total_us);
}
