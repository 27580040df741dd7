/* SPDX-License-Identifier: MIT */
/*
 * A heap of endpoints by (deadline, number).  The deadline in the heap may be
 * earlier than the true one: most samples only push it back, and that is
 * noticed when it comes up.
 */
#include "core/scope.h"

static bool
before(const struct world *w, uint32_t a, uint32_t b)
{
	const struct endpoint *x = &w->endpoints[a], *y = &w->endpoints[b];

	return x->deadline < y->deadline ||
	    (x->deadline == y->deadline && a < b);
}

static void
place(struct world *w, size_t at, uint32_t i)
{
	w->heap[at] = i;
	w->endpoints[i].heap_at = at;
}

static void
sift_up(struct world *w, size_t at, uint32_t i)
{
	while (at > 0 && before(w, i, w->heap[(at - 1) / 2])) {
		place(w, at, w->heap[(at - 1) / 2]);
		at = (at - 1) / 2;
	}
	place(w, at, i);
}

static void
sift_down(struct world *w, size_t at, uint32_t i)
{
	for (size_t child; (child = 2 * at + 1) < w->heap_count; at = child) {
		if (child + 1 < w->heap_count &&
		    before(w, w->heap[child + 1], w->heap[child]))
			child++;
		if (!before(w, w->heap[child], i))
			break;
		place(w, at, w->heap[child]);
	}
	place(w, at, i);
}

span_ms
deadline_stale_after(const struct policy *p)
{
	span_ms a = 3 * p->interval, b = p->interval + 2 * p->timeout;

	return a > b ? a : b;
}

static wall_ms
earlier(wall_ms a, wall_ms b)
{
	return a < b ? a : b;
}

wall_ms
deadline_stale(const struct endpoint *e)
{
	const struct memory *m = &e->m;

	if (m->heard_at == 0)
		return INT64_MAX;
	/* Unknown already: what was begun must not span the silence. */
	if (m->state == STATE_UNKNOWN && m->run_good == 0 &&
	    (m->run_fail == 0 || memory_has(m, MEMORY_SILENT)))
		return INT64_MAX;
	return e->m.heard_at + deadline_stale_after(&e->policy);
}

wall_ms
deadline_overdue(const struct endpoint *e)
{
	/* The last answer was good: perhaps it is over, just in time. */
	if (e->m.phase != PHASE_OPEN || e->m.state != STATE_MAINTENANCE ||
	    e->m.run_good > 0)
		return INT64_MAX;
	return incident_limit(&e->m);
}

static wall_ms
window_at(const struct endpoint *e)
{
	return memory_has(&e->m, MEMORY_IN_WINDOW) ? e->m.window_until
						   : INT64_MAX;
}

static wall_ms
look_at(const struct endpoint *e)
{
	return e->m.look_at > 0 ? e->m.look_at : INT64_MAX;
}

static wall_ms
deadline_of(const struct endpoint *e)
{
	wall_ms d = earlier(deadline_stale(e), deadline_overdue(e));

	d = earlier(d, look_at(e));
	return earlier(d, earlier(window_at(e), penalty_deadline(&e->m)));
}

void
deadline_remove(struct world *w, uint32_t i)
{
	size_t at = w->endpoints[i].heap_at;
	uint32_t last;

	if (at == HEAP_NONE)
		return;
	w->endpoints[i].heap_at = HEAP_NONE;
	last = w->heap[--w->heap_count];
	if (last == i)
		return;
	sift_up(w, at, last);
	sift_down(w, w->endpoints[last].heap_at, last);
}

void
deadline_renew(struct world *w, uint32_t i)
{
	struct endpoint *e = &w->endpoints[i];
	wall_ms d = deadline_of(e);

	if (!e->watched || d == INT64_MAX) {
		deadline_remove(w, i);
		return;
	}
	if (e->heap_at == HEAP_NONE) {
		e->deadline = d;
		sift_up(w, w->heap_count++, i);
	} else if (d < e->deadline) {
		e->deadline = d;
		sift_up(w, e->heap_at, i);
	}
}

uint32_t
deadline_next(struct world *w, wall_ms t, wall_ms *at)
{
	while (w->heap_count > 0) {
		uint32_t i = w->heap[0];
		struct endpoint *e = &w->endpoints[i];
		wall_ms d;

		if (e->deadline > t)
			return ENDPOINT_NONE;
		d = deadline_of(e);
		if (d == e->deadline) {
			*at = d;
			return i;
		}
		if (d == INT64_MAX) {
			deadline_remove(w, i);
		} else {
			e->deadline = d;
			sift_down(w, 0, i);
		}
	}
	return ENDPOINT_NONE;
}

/* Everything of this endpoint that is due at w->now, one at a time. */
void
deadline_fire(struct world *w, uint32_t i)
{
	struct endpoint *e = &w->endpoints[i];
	struct memory *m = &e->m;

	if (window_at(e) <= w->now) {
		memory_mark(m, MEMORY_IN_WINDOW, false);
		incident_tell(w, i, EVENT_MAINT_ENDED, false, CAUSE_EVIDENCE);
	} else if (look_at(e) <= w->now) {
		scope_look(w, i);
	} else if (deadline_overdue(e) <= w->now) {
		incident_overdue(w, i);
	} else if (deadline_stale(e) <= w->now) {
		wall_ms heard = m->heard_at - m->heard_ms;

		evidence_freeze(m);
		if (m->state != STATE_UNKNOWN)
			timeline_unknown(w, i, WHY_STALE,
			    heard + e->policy.interval);
	} else {
		penalty_settle(w, i);
	}
	deadline_renew(w, i);
}
