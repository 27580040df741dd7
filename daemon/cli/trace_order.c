/* SPDX-License-Identifier: MIT */
#include "cli/trace_order.h"

#include <string.h>

#include "base/mem.h"
#include "cli/trace_pages.h"

enum { INTERVAL_DEFAULT_MS = MINUTE_MS };

/* Longer than any timetable; keeps a sum of a few within bounds. */
static const uint32_t interval_max_ms = 30u * DAY_MS;

struct sorting {
	trace_key_fn *key;
	const void *arg;
	uint32_t *from, *to;
};

/* End of the run in order that begins at i. */
static size_t
run_end(const struct sorting *s, size_t i, size_t n)
{
	wall_ms last = s->key(s->arg, s->from[i]);

	for (i++; i < n; i++) {
		wall_ms next = s->key(s->arg, s->from[i]);

		if (next < last)
			break;
		last = next;
	}
	return i;
}

/* Merge the runs [a, b) and [b, c). */
static void
merge(const struct sorting *s, size_t a, size_t b, size_t c)
{
	size_t i = a, j = b;

	for (size_t k = a; k < c; k++) {
		bool left = j == c ||
		    (i < b &&
			s->key(s->arg, s->from[i]) <=
			    s->key(s->arg, s->from[j]));

		s->to[k] = s->from[left ? i++ : j++];
	}
}

/* One pass over all; true when a single run is left. */
static bool
merge_pairs(const struct sorting *s, size_t n)
{
	size_t pairs = 0;

	for (size_t a = 0; a < n; pairs++) {
		size_t b = run_end(s, a, n);
		size_t c = b < n ? run_end(s, b, n) : n;

		merge(s, a, b, c);
		a = c;
	}
	return pairs <= 1;
}

/* A merge sort of the runs that are there: files are in order, nearly. */
uint32_t *
trace_order(size_t n, trace_key_fn *key, const void *arg)
{
	struct sorting s = {.key = key, .arg = arg};
	uint32_t *swap;
	bool done;

	s.from = mem_array(n, sizeof(s.from[0]));
	s.to = mem_array(n, sizeof(s.to[0]));
	for (size_t i = 0; i < n; i++)
		s.from[i] = (uint32_t)i;
	do {
		done = merge_pairs(&s, n);
		swap = s.from;
		s.from = s.to;
		s.to = swap;
	} while (!done);
	mem_free(s.to);
	return s.from;
}

struct gaps_of { /* one endpoint */
	wall_ms last;
	bool seen, good;
	size_t begin, count;
};

struct trace_gaps {
	struct gaps_of *of;
	uint32_t *ms;
	size_t size; /* of ms: everybody has a place of its own */
};

struct trace_gaps *
trace_gaps_new(size_t endpoints)
{
	struct trace_gaps *g = mem_zalloc(sizeof(*g));

	g->of = mem_array(endpoints, sizeof(g->of[0]));
	return g;
}

void
trace_gaps_free(struct trace_gaps *g)
{
	mem_free(g->of);
	mem_free(g->ms);
	mem_free(g);
}

void
trace_gaps_expect(struct trace_gaps *g, size_t endpoint, size_t samples)
{
	g->of[endpoint].begin = g->size;
	g->size += samples;
}

void
trace_gaps_note(struct trace_gaps *g, size_t endpoint, wall_ms start, bool good)
{
	struct gaps_of *e = &g->of[endpoint];
	span_ms gap = start - e->last;

	if (g->ms == NULL)
		g->ms = trace_pages(g->size, sizeof(g->ms[0]));
	if (e->seen && e->good && good && gap > 0)
		g->ms[e->begin + e->count++] =
		    gap < interval_max_ms ? (uint32_t)gap : interval_max_ms;
	e->seen = true;
	e->last = start;
	e->good = good;
}

static void
swap(uint32_t *a, uint32_t *b)
{
	uint32_t t = *a;

	*a = *b;
	*b = t;
}

/* The k-th smallest of n, counted from 0 (Hoare's selection). */
static uint32_t
select_kth(uint32_t *v, size_t n, size_t k)
{
	size_t lo = 0, hi = n - 1;

	while (lo < hi) {
		uint32_t pivot = v[lo + (hi - lo) / 2];
		size_t i = lo, j = hi;

		while (i <= j) {
			while (v[i] < pivot)
				i++;
			while (v[j] > pivot)
				j--;
			if (i > j)
				break;
			swap(&v[i++], &v[j]);
			if (j == 0)
				break;
			j--;
		}
		if (k <= j)
			hi = j;
		else if (k >= i)
			lo = i;
		else
			break;
	}
	return v[k];
}

span_ms
trace_gaps_median(struct trace_gaps *g, size_t endpoint)
{
	struct gaps_of *e = &g->of[endpoint];

	if (e->count == 0)
		return INTERVAL_DEFAULT_MS;
	return select_kth(g->ms + e->begin, e->count, e->count / 2);
}
