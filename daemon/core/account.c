/* SPDX-License-Identifier: MIT */
#include "core/account.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"

enum { FIRST_SPANS = 8 };

void
account_done(struct account *a)
{
	mem_free(a->spans);
	*a = (struct account){0};
}

static void
insert(struct account *a, size_t at, struct account_span s)
{
	if (a->count == a->size) {
		a->size = a->size > 0 ? 2 * a->size : FIRST_SPANS;
		a->spans = mem_resize(a->spans, a->size, sizeof(a->spans[0]));
	}
	memmove(a->spans + at + 1, a->spans + at,
	    (a->count - at) * sizeof(a->spans[0]));
	a->spans[at] = s;
	a->count++;
}

/* Move the first n spans, which the next one ends, into the sums. */
static void
settle(struct account *a, size_t n)
{
	for (size_t i = 0; i < n; i++)
		a->settled[a->spans[i].bucket] +=
		    a->spans[i + 1].since - a->spans[i].since;
	a->count -= n;
	memmove(a->spans, a->spans + n, a->count * sizeof(a->spans[0]));
}

/* What ended before the last SPAN began and is not waiting for a RELABEL. */
static void
settle_older(struct account *a)
{
	size_t n = 0;

	while (n + 1 < a->count && a->spans[n + 1].since <= a->latest &&
	    a->spans[n].bucket != BUCKET_RECOVERING)
		n++;
	if (n > 0)
		settle(a, n);
}

static void
add_span(struct account *a, wall_ms since, enum bucket bucket)
{
	bool closed;

	assert(a->count == 0 || since >= a->latest);
	while (a->count > 0 && a->spans[a->count - 1].since >= since)
		a->count--;
	/* Up ends an incident: what recovered before it, and has not been
	   relabelled with it, stays what it is. */
	closed = a->count > 0 && a->spans[a->count - 1].bucket == BUCKET_UP;
	insert(a, a->count, (struct account_span){since, bucket});
	a->latest = since;
	if (closed)
		settle(a, a->count - 1);
	else
		settle_older(a);
}

/* Make `at` a boundary between two spans. */
static void
split(struct account *a, wall_ms at)
{
	size_t i = a->count;

	while (i > 0 && a->spans[i - 1].since > at)
		i--;
	if (i > 0 && a->spans[i - 1].since < at)
		insert(a, i, (struct account_span){at, a->spans[i - 1].bucket});
}

static void
relabel(struct account *a, wall_ms since, wall_ms until)
{
	if (since >= until)
		return;
	split(a, since);
	split(a, until);
	for (size_t i = 0; i < a->count; i++) {
		struct account_span *s = &a->spans[i];

		if (s->since >= since && s->since < until &&
		    s->bucket == BUCKET_RECOVERING)
			s->bucket = BUCKET_UP;
	}
	settle_older(a);
}

void
account_feed(struct account *a, const struct output *o)
{
	if (o->kind == OUTPUT_SPAN)
		add_span(a, o->since, o->bucket);
	else if (o->kind == OUTPUT_RELABEL)
		relabel(a, o->since, o->until);
}

void
account_sum(const struct account *a, wall_ms until, int64_t out[BUCKET_COUNT])
{
	memcpy(out, a->settled, sizeof(a->settled));
	for (size_t i = 0; i < a->count; i++) {
		wall_ms end = i + 1 < a->count ? a->spans[i + 1].since : until;

		if (end > until)
			end = until;
		if (end > a->spans[i].since)
			out[a->spans[i].bucket] += end - a->spans[i].since;
	}
}
