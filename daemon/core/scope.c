/* SPDX-License-Identifier: MIT */
/*
 * For whom is it down?  What falls ill together, see node.c, is one cause: its
 * first incident leads, and the others are part of it.  A lead whose own
 * endpoint is well lingers until the last of them is.  What fails because of
 * it, see cause.c, follows it too, as an effect.
 */
#include "core/scope.h"

#include <assert.h>

enum {
	WAIT_MS = 30 * SECOND_MS /* for others to fall ill, and to look again */
};

static void
remove_lead(struct groups *g, uint32_t i)
{
	for (size_t k = 0; k < g->lead_count; k++) {
		if (g->leads[k] == i) {
			g->leads[k] = g->leads[--g->lead_count];
			return;
		}
	}
}

void
scope_look_later(struct world *w, uint32_t i, span_ms wait)
{
	struct memory *m = &w->endpoints[i].m;

	if (m->look_at == 0) {
		m->look_at = w->now + wait;
		deadline_renew(w, i);
	}
}

/* Incident i is as wide as this; told when it is looked at. */
static void
widen(struct world *w, uint32_t i, enum scope kind, uint8_t tag)
{
	struct memory *m = &w->endpoints[i].m;

	if (kind <= (enum scope)m->scope)
		return;
	if (m->scope == SCOPE_ENDPOINT)
		w->groups->leads[w->groups->lead_count++] = i;
	m->scope = (uint8_t)kind;
	m->scope_tag = tag;
	memory_mark(m, MEMORY_WIDER, true);
	scope_look_later(w, i, WAIT_MS);
}

static void
tell_opened(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	memory_mark(m, MEMORY_PENDING, false);
	memory_mark(m, MEMORY_WIDER, false);
	incident_tell(w, i, EVENT_OPENED, m->origin != ORIGIN_PLANNED,
	    CAUSE_EVIDENCE);
}

/* Is its lead that one, as a part or as an effect? */
static bool
follows(const struct world *w, uint32_t k, uint32_t lead)
{
	const struct endpoint *e = &w->endpoints[k];

	return e->watched && e->m.lead.n > 0 && e->lead == lead;
}

static bool
is_followed(const struct endpoint *e)
{
	return e->members + e->effects > 0;
}

/* Where its lead counts it. */
static uint32_t *
counted(struct world *w, const struct endpoint *e)
{
	struct endpoint *lead = &w->endpoints[e->lead];

	return memory_has(&e->m, MEMORY_EFFECT) ? &lead->effects
						: &lead->members;
}

static void
point(struct world *w, uint32_t k, uint32_t lead)
{
	struct endpoint *e = &w->endpoints[k];

	e->lead = lead;
	e->m.lead = scope_id(&w->endpoints[lead].m);
	++*counted(w, e);
}

/* Incident k follows `lead`; who has k as lead is to follow. */
static void
join(struct world *w, uint32_t k, uint32_t lead, bool effect)
{
	struct endpoint *e = &w->endpoints[k];

	assert(k != lead && w->endpoints[lead].m.lead.n == 0);
	if (e->m.lead.n > 0)
		--*counted(w, e);
	else if (e->m.scope != SCOPE_ENDPOINT)
		remove_lead(w->groups, k);
	memory_mark(&e->m, MEMORY_EFFECT, effect);
	point(w, k, lead);
	e->m.scope = SCOPE_ENDPOINT;
	e->m.look_at = 0;
	memory_mark(&e->m, MEMORY_WIDER, false);
	if (memory_has(&e->m, MEMORY_PENDING))
		tell_opened(w, k);
	else
		incident_tell(w, k, EVENT_CHANGED, false,
		    effect ? CAUSE_DEPENDENCY : CAUSE_SCOPE);
	deadline_renew(w, k);
}

/* Whose lead follows another follows that one: of an effect, as an effect. */
static void
follow(struct world *w, uint32_t lead)
{
	for (uint32_t k = 0; k < w->size; k++) {
		const struct endpoint *e = &w->endpoints[k];

		if (e->watched && e->m.lead.n > 0 &&
		    w->endpoints[e->lead].m.lead.n > 0)
			join(w, k, lead,
			    memory_has(&e->m, MEMORY_EFFECT) ||
				memory_has(&w->endpoints[e->lead].m,
				    MEMORY_EFFECT));
	}
}

void
scope_join(struct world *w, uint32_t k, uint32_t lead, bool effect)
{
	join(w, k, lead, effect);
	if (is_followed(&w->endpoints[k]))
		follow(w, lead);
}

/* The lead of an endpoint that is ill, if it lies in this node of i. */
static uint32_t
lead_in(const struct world *w, uint32_t i, uint32_t k, const struct node *n)
{
	const struct endpoint *e = &w->endpoints[k];
	uint32_t lead = e->m.lead.n > 0 ? e->lead : k;

	return groups_share(w, i, lead, n->kind, n->tag) ? lead : ENDPOINT_NONE;
}

/* What is ill in this node of i has one lead: the first that fell ill. */
static void
gather(struct world *w, uint32_t i, const struct node *n)
{
	struct groups *g = w->groups;
	uint32_t lead = i;
	bool led = false;

	if (n->kind == SCOPE_ENDPOINT)
		return;
	node_find_ill(w, i, n);
	for (size_t k = 0; k < g->found_count; k++) {
		uint32_t other = lead_in(w, i, g->found[k], n);

		if (other != ENDPOINT_NONE &&
		    scope_before(scope_id(&w->endpoints[other].m),
			scope_id(&w->endpoints[lead].m)))
			lead = other;
	}
	widen(w, lead, n->kind, groups_tag(w, i, n->tag, lead));
	for (size_t k = 0; k < g->found_count; k++) {
		uint32_t one = g->found[k], other = lead_in(w, i, one, n);

		if (other == ENDPOINT_NONE || other == lead || one == lead)
			continue;
		led |= is_followed(&w->endpoints[one]);
		join(w, one, lead, false);
	}
	/* Once for all of them: there may be as many as there are places. */
	if (led)
		follow(w, lead);
}

/* An effect from now on, if what it depends on fails. */
static bool
become_effect(struct world *w, uint32_t i)
{
	uint32_t cause = cause_find(w, i, w->endpoints[i].m.onset);

	if (cause == ENDPOINT_NONE)
		return false;
	scope_join(w, i, cause, true);
	return true;
}

/* An incident that leads a node with endpoint i in it, begun when i fell ill. */
static uint32_t
find_lead(const struct world *w, uint32_t i)
{
	const struct groups *g = w->groups;
	uint32_t best = ENDPOINT_NONE;

	for (size_t k = 0; k < g->lead_count; k++) {
		const struct memory *m = &w->endpoints[g->leads[k]].m;

		if (scope_together(m->onset, w->endpoints[i].m.onset) &&
		    groups_share(w, g->leads[k], i, m->scope, m->scope_tag) &&
		    (best == ENDPOINT_NONE ||
			scope_before(scope_id(m),
			    scope_id(&w->endpoints[best].m))))
			best = g->leads[k];
	}
	return best;
}

void
scope_opened(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	struct node n;
	uint32_t lead;
	bool effect;

	if (w->endpoints[i].policy.service == 0 ||
	    m->origin == ORIGIN_PLANNED) {
		tell_opened(w, i);
		return;
	}
	groups_ready(w);
	memory_mark(m, MEMORY_PENDING, true);
	effect = become_effect(w, i);
	cause_adopt(w, i);
	if (effect)
		return;
	lead = find_lead(w, i);
	if (lead != ENDPOINT_NONE) {
		scope_join(w, i, lead, false);
		scope_look_later(w, lead, WAIT_MS);
		return;
	}
	n = node_survey(w, i);
	gather(w, i, &n);
	if (!memory_has(m, MEMORY_PENDING))
		return;
	if (n.suspect > 0 || cause_unsure(w, i, true))
		scope_look_later(w, i, WAIT_MS);
	else
		tell_opened(w, i);
}

/* What was degraded fails as well. */
void
scope_worsened(struct world *w, uint32_t i)
{
	groups_ready(w);
	if (w->endpoints[i].m.lead.n == 0)
		(void)become_effect(w, i);
	cause_adopt(w, i);
}

/* A relapse is quiet, but nobody was told of what was an effect. */
void
scope_relapsed(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (w->endpoints[i].need_count == 0 || m->lead.n > 0 ||
	    memory_has(m, MEMORY_TOLD) || memory_has(m, MEMORY_PENDING) ||
	    m->origin == ORIGIN_PLANNED)
		return;
	memory_mark(m, MEMORY_WIDER, true);
	scope_look_later(w, i, WAIT_MS);
}

static void
tell_wider(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	bool told = memory_has(m, MEMORY_TOLD);

	memory_mark(m, MEMORY_WIDER, false);
	/* Nobody was told that it failed: not worth telling, now it answers. */
	if (told || m->phase == PHASE_OPEN)
		incident_tell(w, i, EVENT_CHANGED, true,
		    told ? CAUSE_SCOPE : CAUSE_ALONE);
}

/* Its wait is over: is it as wide as was told? */
void
scope_look(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	struct node n;

	groups_ready(w);
	m->look_at = 0;
	if (m->phase == PHASE_NONE || m->lead.n > 0)
		return;
	if (memory_fails(m) && become_effect(w, i))
		return;
	n = node_survey(w, i);
	gather(w, i, &n);
	if (m->lead.n > 0)
		return;
	/* What it found may have called for another look. */
	m->look_at = 0;
	if (!memory_has(m, MEMORY_PENDING) && memory_has(m, MEMORY_WIDER))
		tell_wider(w, i);
	else if (memory_has(m, MEMORY_PENDING) && cause_unsure(w, i, false))
		scope_look_later(w, i, WAIT_MS);
	else if (memory_has(m, MEMORY_PENDING))
		tell_opened(w, i);
}

/* Before it changes: it was opened, and that is told first. */
void
scope_settle(struct world *w, uint32_t i)
{
	if (memory_has(&w->endpoints[i].m, MEMORY_PENDING))
		tell_opened(w, i);
}

bool
scope_leads(struct world *w, uint32_t i)
{
	groups_ready(w);
	return w->endpoints[i].members > 0;
}

/* Incident i is about to end, and the first of its members leads the rest. */
void
scope_hand_over(struct world *w, uint32_t i)
{
	struct endpoint *old = &w->endpoints[i], *new;
	uint32_t next = ENDPOINT_NONE;

	for (uint32_t k = 0; k < w->size; k++) {
		if (follows(w, k, i) &&
		    !memory_has(&w->endpoints[k].m, MEMORY_EFFECT) &&
		    (next == ENDPOINT_NONE ||
			scope_before(scope_id(&w->endpoints[k].m),
			    scope_id(&w->endpoints[next].m))))
			next = k;
	}
	assert(next != ENDPOINT_NONE);
	new = &w->endpoints[next];
	new->m.lead = (struct incident_id){0};
	old->members = old->effects = 0;
	widen(w, next, old->m.scope, groups_tag(w, i, old->m.scope_tag, next));
	memory_mark(&new->m, MEMORY_WIDER, false);
	incident_tell(w, next, EVENT_CHANGED, true, CAUSE_LEAD_ENDED);
	for (uint32_t k = 0; k < w->size; k++) {
		if (!follows(w, k, i))
			continue;
		point(w, k, next);
		incident_tell(w, k, EVENT_CHANGED, false, CAUSE_SCOPE);
	}
}

/* Incident i ended; its endpoint was well again at `ended`, 0: unknown. */
void
scope_left(struct world *w, uint32_t i, enum cause cause, wall_ms ended)
{
	struct endpoint *e = &w->endpoints[i];
	bool member = e->m.lead.n > 0;

	groups_ready(w);
	if (!member && e->m.scope != SCOPE_ENDPOINT)
		remove_lead(w->groups, i);
	if (e->effects > 0)
		cause_ended(w, i);
	if (member)
		--*counted(w, e);
	e->m.lead = (struct incident_id){0};
	e->m.scope = SCOPE_ENDPOINT;
	e->m.look_at = 0;
	memory_mark(&e->m, MEMORY_WIDER, false);
	memory_mark(&e->m, MEMORY_EFFECT, false);
	if (!member)
		return;
	e = &w->endpoints[e->lead];
	/* Where it fails or is unknown, its next good answer ends it. */
	if (e->members == 0 && memory_has(&e->m, MEMORY_LINGERS) &&
	    e->m.run_fail == 0 && e->m.state == STATE_UP) {
		i = w->endpoints[i].lead;
		incident_finish(w, i,
		    cause == CAUSE_OPERATOR ? cause : CAUSE_QUIET_TIME, ended);
		deadline_renew(w, i);
	}
}

/* By incident: later ones after earlier ones. */
static bool
opened_before(const struct world *w, uint32_t a, uint32_t b)
{
	return scope_before(scope_id(&w->endpoints[a].m),
	    scope_id(&w->endpoints[b].m));
}

/* Where that incident is, among those found; ENDPOINT_NONE: nowhere. */
static uint32_t
where_is(const struct world *w, struct incident_id id)
{
	const struct groups *g = w->groups;
	size_t low = 0, high = g->found_count;

	while (low < high) {
		size_t at = low + (high - low) / 2;
		struct incident_id found =
		    scope_id(&w->endpoints[g->found[at]].m);

		if (found.day == id.day && found.n == id.n)
			return g->found[at];
		if (scope_before(found, id))
			low = at + 1;
		else
			high = at;
	}
	return ENDPOINT_NONE;
}

/* Its lead was lost: it is told of by itself. */
static void
stand_alone(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	m->lead = (struct incident_id){0};
	m->look_at = w->now;
	memory_mark(m, MEMORY_EFFECT, false);
	memory_mark(m, MEMORY_WIDER, true);
	deadline_renew(w, i);
}

/* Who leads and who follows, from what each remembers. */
void
scope_restore(struct world *w)
{
	struct groups *g = w->groups;

	g->lead_count = g->found_count = 0;
	for (uint32_t i = 0; i < w->size; i++) {
		struct endpoint *e = &w->endpoints[i];

		e->members = e->effects = 0;
		if (!e->watched || e->m.phase == PHASE_NONE || e->m.lead.n > 0)
			continue;
		g->found[g->found_count++] = i;
		if (e->m.scope != SCOPE_ENDPOINT)
			g->leads[g->lead_count++] = i;
	}
	groups_sort(w, g->found, g->found_count, opened_before);
	for (uint32_t i = 0; i < w->size; i++) {
		struct memory *m = &w->endpoints[i].m;
		uint32_t lead;

		if (!w->endpoints[i].watched || m->lead.n == 0)
			continue;
		lead = where_is(w, m->lead);
		if (lead != ENDPOINT_NONE)
			point(w, i, lead);
		else
			stand_alone(w, i);
	}
}
