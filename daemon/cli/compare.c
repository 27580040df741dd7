/* SPDX-License-Identifier: MIT */
#include "cli/compare.h"

#include <assert.h>
#include <stdlib.h>

#include "base/mem.h"

struct compare {
	struct compare_said *said;
	size_t count, size;
	struct compare_line *lines;
	size_t line_count;
	struct compare_figures sums[COMPARE_SIDES];
};

/* Of one endpoint and one side, while its events are gone through. */
struct walk {
	wall_ms told_from; /* of the open incident; 0: not told loudly */
	wall_ms cleared;   /* the last all-clear; 0: none */
};

struct compare *
compare_new(void)
{
	return mem_zalloc(sizeof(struct compare));
}

void
compare_free(struct compare *c)
{
	if (c == NULL)
		return;
	mem_free(c->said);
	mem_free(c->lines);
	mem_free(c);
}

void
compare_hear(struct compare *c, unsigned side, const struct output *o,
    const struct trace_endpoint *e)
{
	assert(side < COMPARE_SIDES);
	if (o->kind != OUTPUT_EVENT || o->event > EVENT_AMENDED || e == NULL)
		return;
	if (c->count == c->size) {
		c->size = 2 * c->size + 64;
		c->said = mem_resize(c->said, c->size, sizeof(c->said[0]));
	}
	c->said[c->count] = (struct compare_said){.endpoint = e,
	    .number = o->endpoint,
	    .side = side,
	    .at = o->at,
	    .onset = o->onset,
	    .ended = o->ended,
	    .run = o->first_ref,
	    .nth = c->count,
	    .event = o->event,
	    .kind = o->kind_now,
	    .loud = o->loud,
	    .incident = o->incident};
	c->count++;
}

static int
order(uint64_t x, uint64_t y)
{
	return x < y ? -1 : x > y;
}

/* Side after side, endpoint after endpoint, as it was heard. */
static int
by_endpoint(const void *p, const void *q)
{
	const struct compare_said *x = p, *y = q;
	int r = order(x->side, y->side);

	if (r == 0)
		r = order(x->number, y->number);
	return r != 0 ? r : order(x->nth, y->nth);
}

/* 0 for what says the same. */
static int
meaning(const struct compare_said *x, const struct compare_said *y)
{
	int r = order(x->number, y->number);

	if (r == 0)
		r = order(x->event, y->event);
	if (r == 0)
		r = order(x->run, y->run);
	if (r == 0 && x->event == EVENT_CHANGED)
		r = order(x->kind, y->kind);
	if (r == 0 && x->event == EVENT_RESOLVED)
		r = order((uint64_t)x->ended, (uint64_t)y->ended);
	return r;
}

/* What says the same comes together, the one side's before the other's. */
static int
by_meaning(const void *p, const void *q)
{
	const struct compare_said *x = p, *y = q;
	int r = meaning(x, y);

	if (r == 0)
		r = order(x->side, y->side);
	return r != 0 ? r : order(x->nth, y->nth);
}

const struct compare_said *
compare_earlier(const struct compare_line *l)
{
	const struct compare_said *a = l->said[0], *b = l->said[1];

	if (a == NULL || b == NULL)
		return a != NULL ? a : b;
	return a->at <= b->at ? a : b;
}

static int
by_time(const void *p, const void *q)
{
	const struct compare_said *x = compare_earlier(p);
	const struct compare_said *y = compare_earlier(q);
	int r = order((uint64_t)x->at, (uint64_t)y->at);

	if (r == 0)
		r = order(x->number, y->number);
	if (r == 0)
		r = order(x->side, y->side);
	return r != 0 ? r : order(x->nth, y->nth);
}

static struct compare_line *
add_line(struct compare *c)
{
	c->lines[c->line_count] = (struct compare_line){.same = false};
	return &c->lines[c->line_count++];
}

/* Events [from, to) mean the same: the nth of one side is that of the other. */
static void
pair_group(struct compare *c, size_t from, size_t to)
{
	size_t a = from, b = from;

	while (b < to && c->said[b].side == 0)
		b++;
	for (size_t a_end = b; a < a_end || b < to;) {
		struct compare_line *l = add_line(c);

		if (a < a_end)
			l->said[0] = &c->said[a++];
		if (b < to)
			l->said[1] = &c->said[b++];
		l->same = l->said[0] != NULL && l->said[1] != NULL;
	}
}

/* Different things said at one time share a line. */
static void
join_lines(struct compare *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->line_count; i++) {
		struct compare_line *l = &c->lines[i];
		struct compare_line *last = n > 0 ? &c->lines[n - 1] : NULL;

		if (last != NULL && last->said[1] == NULL &&
		    l->said[0] == NULL && last->said[0]->at == l->said[1]->at &&
		    last->said[0]->number == l->said[1]->number)
			last->said[1] = l->said[1];
		else
			c->lines[n++] = *l;
	}
	c->line_count = n;
}

static int
by_size(const void *p, const void *q)
{
	int64_t x = *(const int64_t *)p, y = *(const int64_t *)q;

	return x < y ? -1 : x > y;
}

static void
note_delays(struct compare_figures *sum, int64_t *delays)
{
	size_t n = sum->all_clears;

	sum->delay_p50_ms = sum->delay_p90_ms = -1;
	if (n == 0)
		return;
	qsort(delays, n, sizeof(delays[0]), by_size);
	sum->delay_p50_ms = delays[(n - 1) / 2];
	sum->delay_p90_ms = delays[(9 * n + 9) / 10 - 1];
}

static void
note_opened(struct compare_figures *sum, const struct walk *w,
    const struct compare_said *s)
{
	if (w->cleared == 0)
		return;
	sum->false_30 += s->onset - w->cleared <= 30 * (span_ms)MINUTE_MS;
	sum->false_60 += s->onset - w->cleared <= HOUR_MS;
}

/* The events of one side, by endpoint; delays has room for all of them. */
static void
sum_side(const struct compare_said *said, size_t n, wall_ms end,
    int64_t *delays, struct compare_figures *sum)
{
	struct walk w = {0};

	for (size_t i = 0; i < n; i++) {
		const struct compare_said *s = &said[i];

		*(s->loud ? &sum->loud : &sum->quiet) += 1;
		if (s->event == EVENT_OPENED)
			note_opened(sum, &w, s);
		if (s->event == EVENT_RESOLVED) {
			delays[sum->all_clears++] = s->at - s->ended;
			w.cleared = s->at;
		} else if (s->loud && w.told_from == 0) {
			w.told_from = s->at;
		}
		if (w.told_from > 0 &&
		    (s->event == EVENT_RESOLVED ||
			s->event == EVENT_WITHDRAWN)) {
			sum->told_down_ms += s->at - w.told_from;
			w.told_from = 0;
		}
		if (i + 1 == n || said[i + 1].number != s->number) {
			if (w.told_from > 0)
				sum->told_down_ms += end - w.told_from;
			w = (struct walk){0};
		}
	}
	note_delays(sum, delays);
}

static void
sum_up(struct compare *c, wall_ms end)
{
	int64_t *delays = mem_array(c->count, sizeof(delays[0]));
	size_t b = 0;

	qsort(c->said, c->count, sizeof(c->said[0]), by_endpoint);
	while (b < c->count && c->said[b].side == 0)
		b++;
	sum_side(c->said, b, end, delays, &c->sums[0]);
	sum_side(c->said + b, c->count - b, end, delays, &c->sums[1]);
	mem_free(delays);
}

void
compare_pair(struct compare *c, wall_ms end)
{
	size_t from = 0;

	/* qsort() may not be given NULL, even of nothing. */
	if (c->said == NULL)
		c->said = mem_array(1, sizeof(c->said[0]));
	sum_up(c, end);
	qsort(c->said, c->count, sizeof(c->said[0]), by_meaning);
	c->lines = mem_array(c->count, sizeof(c->lines[0]));
	for (size_t to = 1; to <= c->count; to++) {
		if (to < c->count && meaning(&c->said[from], &c->said[to]) == 0)
			continue;
		pair_group(c, from, to);
		from = to;
	}
	qsort(c->lines, c->line_count, sizeof(c->lines[0]), by_time);
	join_lines(c);
}

size_t
compare_count(const struct compare *c)
{
	return c->line_count;
}

const struct compare_line *
compare_line_at(const struct compare *c, size_t i)
{
	assert(i < c->line_count);
	return &c->lines[i];
}

const struct compare_figures *
compare_sum(const struct compare *c, unsigned side)
{
	assert(side < COMPARE_SIDES);
	return &c->sums[side];
}
