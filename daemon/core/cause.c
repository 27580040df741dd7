/* SPDX-License-Identifier: MIT */
/*
 * What caused it?  An endpoint that falls ill while something that it depends
 * on fails is an effect of that: it is measured and accounted as ever, and
 * quiet for who is told of its cause.  The cause of an effect is the lead of
 * what it depends on, so that all that follows from one fault points there.
 */
#include "core/scope.h"

enum {
	STANDS_MS = 2 * MINUTE_MS, /* given to heal after its cause */
	SUSPECT_MS = 2 * MINUTE_MS /* a suspicion is waited for so long */
};

/* Did it fail when what began at `onset` began? */
static bool
is_bad(const struct endpoint *p, wall_ms onset)
{
	const struct memory *m = &p->m;

	if (!p->watched || m->kind == KIND_DEGRADATION)
		return false;
	return m->phase == PHASE_OPEN ||
	    (memory_recovers(m) && onset <= m->back_since);
}

static uint32_t
root_of(const struct world *w, uint32_t p)
{
	const struct endpoint *e = &w->endpoints[p];

	return e->m.lead.n > 0 ? e->lead : p;
}

static uint32_t
first_of(const struct world *w, uint32_t a, uint32_t b)
{
	if (a == ENDPOINT_NONE || b == ENDPOINT_NONE)
		return a == ENDPOINT_NONE ? b : a;
	return scope_before(scope_id(&w->endpoints[b].m),
		   scope_id(&w->endpoints[a].m))
	    ? b
	    : a;
}

uint32_t
cause_find(const struct world *w, uint32_t i, wall_ms onset)
{
	const struct endpoint *e = &w->endpoints[i];
	uint32_t best = ENDPOINT_NONE, all = ENDPOINT_NONE;
	bool bad = true;

	for (uint32_t k = 0; k < e->need_count; k++) {
		const struct need *n = &e->needs[k];
		bool last =
		    k + 1 == e->need_count || e->needs[k + 1].group != n->group;

		bad = bad && is_bad(&w->endpoints[n->endpoint], onset);
		if (bad && root_of(w, n->endpoint) != i)
			all = first_of(w, all, root_of(w, n->endpoint));
		if (!last)
			continue;
		if (bad)
			best = first_of(w, best, all);
		all = ENDPOINT_NONE;
		bad = true;
	}
	return best;
}

bool
cause_unsure(const struct world *w, uint32_t i, bool unheard)
{
	const struct endpoint *e = &w->endpoints[i];

	for (uint32_t k = 0; k < e->need_count; k++) {
		const struct endpoint *p = &w->endpoints[e->needs[k].endpoint];
		const struct memory *m = &p->m;

		if (!p->watched || m->state == STATE_UNKNOWN ||
		    is_bad(p, e->m.onset))
			continue;
		if (memory_has(m, MEMORY_SUSPECT) &&
		    w->now < m->fail_from + SUSPECT_MS)
			return true;
		if (unheard && m->heard_at - m->heard_ms < e->m.onset)
			return true;
	}
	return false;
}

void
cause_adopt(struct world *w, uint32_t i)
{
	const struct groups *g = w->groups;
	wall_ms onset = w->endpoints[i].m.onset;

	for (uint32_t k = g->hit_first[i]; k < g->hit_first[i + 1]; k++) {
		uint32_t one = g->hit[k], cause;
		const struct memory *m = &w->endpoints[one].m;

		if (!memory_fails(m) || memory_has(m, MEMORY_EFFECT) ||
		    !scope_together(m->onset, onset))
			continue;
		cause = cause_find(w, one, m->onset);
		if (cause != ENDPOINT_NONE)
			scope_join(w, one, cause, true);
	}
}

void
cause_ended(struct world *w, uint32_t i)
{
	w->endpoints[i].effects = 0;
	for (uint32_t k = 0; k < w->size; k++) {
		struct endpoint *e = &w->endpoints[k];

		if (!e->watched || e->m.lead.n == 0 || e->lead != i)
			continue;
		e->m.lead = (struct incident_id){0};
		memory_mark(&e->m, MEMORY_EFFECT, false);
		if (memory_has(&e->m, MEMORY_TOLD))
			continue;
		memory_mark(&e->m, MEMORY_WIDER, true);
		scope_look_later(w, k, STANDS_MS);
	}
}

void
cause_ask(struct world *w, uint32_t i)
{
	const struct endpoint *e = &w->endpoints[i];

	for (uint32_t k = 0; k < e->need_count; k++) {
		uint32_t p = e->needs[k].endpoint;

		if (world_watches(w, p) &&
		    w->endpoints[p].m.phase == PHASE_NONE)
			incident_ask(w, p);
	}
}
