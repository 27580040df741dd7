/* SPDX-License-Identifier: MIT */
#include "web/unknowns.h"

#include <string.h>

#include "base/mem.h"
#include "store/history.h"

void
unknowns_done(struct unknowns *u)
{
	mem_free(u->all);
	*u = (struct unknowns){0};
}

/* Where it is, or belongs. */
static size_t
place(const struct unknowns *u, int64_t endpoint)
{
	size_t lo = 0, hi = u->count;

	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;

		if (u->all[mid].endpoint < endpoint)
			lo = mid + 1;
		else
			hi = mid;
	}
	return lo;
}

static struct unknown *
find(struct unknowns *u, int64_t endpoint)
{
	size_t at = place(u, endpoint);

	if (at < u->count && u->all[at].endpoint == endpoint)
		return &u->all[at];
	if (u->count == u->size) {
		u->size = 2 * u->size + 16;
		u->all = mem_resize(u->all, u->size, sizeof(u->all[0]));
	}
	memmove(&u->all[at + 1], &u->all[at],
	    (u->count - at) * sizeof(u->all[0]));
	u->count++;
	u->all[at] = (struct unknown){.endpoint = endpoint};
	return &u->all[at];
}

struct summing {
	struct unknowns *next;
	wall_ms from, settle, until;
};

static int64_t
overlap(const struct history_span *s, wall_ms from, wall_ms until)
{
	wall_ms since = s->since > from ? s->since : from;
	wall_ms end = s->until < until ? s->until : until;

	return end > since ? end - since : 0;
}

static bool
on_span(void *arg, const struct history_span *s)
{
	const struct summing *sum = arg;
	struct unknown *one;

	if (s->bucket != BUCKET_UNKNOWN)
		return true;
	one = find(sum->next, s->endpoint);
	one->settled += overlap(s, sum->from, sum->settle);
	one->late += overlap(s, sum->settle, sum->until);
	return true;
}

enum status
unknowns_read(struct unknowns *u, struct query *q, wall_ms as_of,
    struct fail *f)
{
	struct unknowns next = *u;
	struct summing sum = {.next = &next,
	    .from = u->settled,
	    .settle = as_of - DAY_MS > u->settled ? as_of - DAY_MS : u->settled,
	    .until = as_of};
	enum status s;

	next.size = u->count + 1;
	next.all = mem_array(next.size, sizeof(next.all[0]));
	next.known = true;
	next.settled = sum.settle;
	for (size_t i = 0; i < u->count; i++) {
		next.all[i] = u->all[i];
		next.all[i].late = 0;
	}
	s = history_spans(q, sum.from, as_of, on_span, &sum, f);
	if (s != OK) {
		mem_free(next.all);
		return s;
	}
	for (size_t i = 0; i < next.count; i++) {
		struct unknown *one = &next.all[i];

		if (one->settled + one->late > one->told)
			one->told = one->settled + one->late;
	}
	mem_free(u->all);
	*u = next;
	return OK;
}

int64_t
unknowns_ms(const struct unknowns *u, int64_t endpoint)
{
	size_t at = place(u, endpoint);

	return at < u->count && u->all[at].endpoint == endpoint
	    ? u->all[at].told
	    : 0;
}
