/* SPDX-License-Identifier: MIT */
/*
 * For whom is it down?  The endpoints of one service in one region are a
 * place; services and regions are made of places, tags and the world of
 * services.  A node is affected when at least 60 % of its children that are
 * known, and at least two, fell ill within ten minutes of each other.
 *
 * What falls ill together is one cause: its first incident leads, and the
 * others are part of it.  A lead whose own endpoint is well lingers until the
 * last of them is.
 */
#include <assert.h>

#include "core/groups.h"
#include "core/world.h"

enum {
	TOGETHER_MS = 10 * MINUTE_MS,
	WAIT_MS = 30 * SECOND_MS /* for others to fall ill, and to look again */
};

static bool
before(struct incident_id a, struct incident_id b)
{
	return a.day < b.day || (a.day == b.day && a.n < b.n);
}

static struct incident_id
id_of(const struct memory *m)
{
	return (struct incident_id){m->day, m->n};
}

static bool
together(wall_ms a, wall_ms b)
{
	return a <= b + TOGETHER_MS && b <= a + TOGETHER_MS;
}

static bool
ill(const struct memory *m, wall_ms onset)
{
	return m->phase != PHASE_NONE && !memory_has(m, MEMORY_LINGERS) &&
	    m->worst != KIND_DEGRADATION && m->origin != ORIGIN_PLANNED &&
	    together(m->onset, onset);
}

static bool
is_suspect(const struct memory *m)
{
	return (m->phase == PHASE_NONE || m->kind == KIND_DEGRADATION) &&
	    memory_has(m, MEMORY_SUSPECT);
}

/* Not confirmed, but it failed twice at the same time. */
static bool
likely(const struct memory *m, wall_ms onset)
{
	return is_suspect(m) && m->run_fail >= 2 &&
	    together(m->fail_from, onset);
}

/* What an endpoint counts as, where `onset` is the onset in question. */
static void
count(const struct memory *m, wall_ms onset, struct tally *t)
{
	if (m->state == STATE_UNKNOWN) {
		t->unknown++;
		return;
	}
	t->known++;
	t->failing += memory_fails(m);
	t->suspect += is_suspect(m);
	if (ill(m, onset) || likely(m, onset))
		t->ill++;
	else if (!is_suspect(m))
		t->well++;
}

void
scope_tally(const struct world *w, struct place *p, wall_ms onset)
{
	p->tally = (struct tally){0};
	for (uint32_t k = p->first; k < p->end; k++) {
		const struct endpoint *e = &w->endpoints[w->groups->order[k]];

		if (e->watched)
			count(&e->m, onset, &p->tally);
	}
}

struct share {
	uint32_t ill, known;
};

static struct share
share_of(const struct tally *t)
{
	return (struct share){t->ill, t->ill + t->well};
}

static bool
most(struct share s)
{
	return s.ill > 0 && 5 * (uint64_t)s.ill >= 3 * (uint64_t)s.known;
}

static void
add(struct share *parent, struct share child)
{
	parent->known += child.known > 0;
	parent->ill += most(child);
}

bool
scope_by_service(enum scope kind)
{
	return kind == SCOPE_TAG || kind == SCOPE_GLOBAL;
}

/* Of the children of what is picked and tallied. */
static struct share
children(const struct world *w, enum scope kind)
{
	const struct groups *g = w->groups;
	struct share all = {0}, child = {0};

	for (size_t k = 0; k < g->picked_count; k++) {
		const struct place *p = &g->places[g->picked[k]];
		struct share own = share_of(&p->tally);

		if (kind == SCOPE_PLACE)
			return own;
		if (!scope_by_service(kind)) {
			add(&all, own);
			continue;
		}
		if (k > 0 &&
		    g->places[g->picked[k - 1]].service != p->service) {
			add(&all, child);
			child = (struct share){0};
		}
		add(&child, own);
	}
	if (scope_by_service(kind))
		add(&all, child);
	return all;
}

/* A node that may be affected: the one that covers most of what is ill. */
struct node {
	enum scope kind;
	uint8_t tag;
	uint32_t ill;
	uint32_t suspect; /* in the service or region */
};

static bool
consider(struct world *w, uint32_t i, enum scope kind, unsigned tag,
    struct node *best)
{
	struct groups *g = w->groups;
	uint32_t covers = 0;
	struct share s;
	bool affected;

	groups_pick(w, i, kind, tag);
	for (size_t k = 0; k < g->picked_count; k++) {
		struct place *p = &g->places[g->picked[k]];

		scope_tally(w, p, w->endpoints[i].m.onset);
		covers += p->tally.ill;
		if (!scope_by_service(kind))
			best->suspect += p->tally.suspect;
	}
	s = children(w, kind);
	affected = s.ill >= 2 && most(s);
	if (affected && covers > best->ill) {
		best->kind = kind;
		best->tag = (uint8_t)tag;
		best->ill = covers;
	}
	/* A service of one place is a child of wider nodes all the same. */
	return most(s);
}

/* The widest affected node around the incident of i, as of now. */
static struct node
survey(struct world *w, uint32_t i)
{
	struct node best = {.kind = SCOPE_ENDPOINT, .ill = 1};
	bool wide;

	groups_ready(w);
	if (w->endpoints[i].policy.service == 0)
		return best;
	(void)consider(w, i, SCOPE_PLACE, 0, &best);
	wide = consider(w, i, SCOPE_SERVICE, 0, &best);
	(void)consider(w, i, SCOPE_REGION, 0, &best);
	if (!wide)
		return best;
	for (unsigned tag = 0; tag < SCOPE_TAGS; tag++) {
		if (w->endpoints[i].policy.tags[tag] != 0)
			(void)consider(w, i, SCOPE_TAG, tag, &best);
	}
	(void)consider(w, i, SCOPE_GLOBAL, 0, &best);
	return best;
}

/* Those of the node of i that are ill with it, into found[]. */
static void
find_ill(struct world *w, uint32_t i, const struct node *n)
{
	struct groups *g = w->groups;

	g->found_count = 0;
	groups_pick(w, i, n->kind, n->tag);
	for (size_t k = 0; k < g->picked_count; k++) {
		const struct place *p = &g->places[g->picked[k]];

		for (uint32_t at = p->first; at < p->end; at++) {
			const struct endpoint *e = &w->endpoints[g->order[at]];

			if (e->watched && e->m.state != STATE_UNKNOWN &&
			    ill(&e->m, w->endpoints[i].m.onset))
				g->found[g->found_count++] = g->order[at];
		}
	}
}

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

static void
look_later(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (m->look_at == 0) {
		m->look_at = w->now + WAIT_MS;
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
	look_later(w, i);
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

static bool
is_member(const struct world *w, uint32_t k, uint32_t lead)
{
	const struct endpoint *e = &w->endpoints[k];

	return e->watched && e->m.lead.n > 0 && e->lead == lead;
}

static void
point(struct world *w, uint32_t k, uint32_t lead)
{
	struct endpoint *e = &w->endpoints[k];

	e->lead = lead;
	e->m.lead = id_of(&w->endpoints[lead].m);
	w->endpoints[lead].members++;
}

/* Incident k is part of what `lead` leads; who has k as lead is to follow. */
static void
join(struct world *w, uint32_t k, uint32_t lead)
{
	struct endpoint *e = &w->endpoints[k];

	assert(k != lead && w->endpoints[lead].m.lead.n == 0);
	if (e->m.lead.n > 0)
		w->endpoints[e->lead].members--;
	else if (e->m.scope != SCOPE_ENDPOINT)
		remove_lead(w->groups, k);
	point(w, k, lead);
	e->m.scope = SCOPE_ENDPOINT;
	e->m.look_at = 0;
	memory_mark(&e->m, MEMORY_WIDER, false);
	if (memory_has(&e->m, MEMORY_PENDING))
		tell_opened(w, k);
	else
		incident_tell(w, k, EVENT_CHANGED, false, CAUSE_SCOPE);
	deadline_renew(w, k);
}

/* Whose lead became part of another is part of that one. */
static void
follow(struct world *w, uint32_t lead)
{
	for (uint32_t k = 0; k < w->size; k++) {
		const struct endpoint *e = &w->endpoints[k];

		if (e->watched && e->m.lead.n > 0 &&
		    w->endpoints[e->lead].m.lead.n > 0)
			join(w, k, lead);
	}
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
	find_ill(w, i, n);
	for (size_t k = 0; k < g->found_count; k++) {
		uint32_t other = lead_in(w, i, g->found[k], n);

		if (other != ENDPOINT_NONE &&
		    before(id_of(&w->endpoints[other].m),
			id_of(&w->endpoints[lead].m)))
			lead = other;
	}
	widen(w, lead, n->kind, groups_tag(w, i, n->tag, lead));
	for (size_t k = 0; k < g->found_count; k++) {
		uint32_t one = g->found[k], other = lead_in(w, i, one, n);

		if (other == ENDPOINT_NONE || other == lead || one == lead)
			continue;
		led |= w->endpoints[one].members > 0;
		join(w, one, lead);
	}
	/* Once for all of them: there may be as many as there are places. */
	if (led)
		follow(w, lead);
}

/* An incident that leads a node with endpoint i in it, begun when i fell ill. */
static uint32_t
find_lead(const struct world *w, uint32_t i)
{
	const struct groups *g = w->groups;
	uint32_t best = ENDPOINT_NONE;

	for (size_t k = 0; k < g->lead_count; k++) {
		const struct memory *m = &w->endpoints[g->leads[k]].m;

		if (together(m->onset, w->endpoints[i].m.onset) &&
		    groups_share(w, g->leads[k], i, m->scope, m->scope_tag) &&
		    (best == ENDPOINT_NONE ||
			before(id_of(m), id_of(&w->endpoints[best].m))))
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

	if (w->endpoints[i].policy.service == 0 ||
	    m->origin == ORIGIN_PLANNED) {
		tell_opened(w, i);
		return;
	}
	groups_ready(w);
	memory_mark(m, MEMORY_PENDING, true);
	lead = find_lead(w, i);
	if (lead != ENDPOINT_NONE) {
		join(w, i, lead);
		look_later(w, lead);
		return;
	}
	n = survey(w, i);
	gather(w, i, &n);
	if (!memory_has(m, MEMORY_PENDING))
		return;
	if (n.suspect > 0)
		look_later(w, i);
	else
		tell_opened(w, i);
}

/* Its wait is over: is it as wide as was told? */
void
scope_look(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	struct node n;

	m->look_at = 0;
	if (m->phase == PHASE_NONE || m->lead.n > 0)
		return;
	n = survey(w, i);
	gather(w, i, &n);
	if (memory_has(m, MEMORY_PENDING)) {
		tell_opened(w, i);
	} else if (memory_has(m, MEMORY_WIDER)) {
		memory_mark(m, MEMORY_WIDER, false);
		incident_tell(w, i, EVENT_CHANGED, true, CAUSE_SCOPE);
	}
	/* What it found may have called for another look. */
	m->look_at = 0;
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
		if (is_member(w, k, i) &&
		    (next == ENDPOINT_NONE ||
			before(id_of(&w->endpoints[k].m),
			    id_of(&w->endpoints[next].m))))
			next = k;
	}
	assert(next != ENDPOINT_NONE);
	new = &w->endpoints[next];
	new->m.lead = (struct incident_id){0};
	old->members = 0;
	widen(w, next, old->m.scope, groups_tag(w, i, old->m.scope_tag, next));
	memory_mark(&new->m, MEMORY_WIDER, false);
	incident_tell(w, next, EVENT_CHANGED, true, CAUSE_LEAD_ENDED);
	for (uint32_t k = 0; k < w->size; k++) {
		if (!is_member(w, k, i))
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
	e->m.lead = (struct incident_id){0};
	e->m.scope = SCOPE_ENDPOINT;
	e->m.look_at = 0;
	memory_mark(&e->m, MEMORY_WIDER, false);
	if (!member)
		return;
	e = &w->endpoints[e->lead];
	e->members--;
	/* Where it fails or is unknown, its next good answer ends it. */
	if (e->members == 0 && memory_has(&e->m, MEMORY_LINGERS) &&
	    e->m.run_fail == 0 && e->m.state == STATE_UP) {
		i = w->endpoints[i].lead;
		incident_finish(w, i,
		    cause == CAUSE_OPERATOR ? cause : CAUSE_QUIET_TIME, ended);
		deadline_renew(w, i);
	}
}

/* Who leads and who follows, from what each remembers. */
void
scope_restore(struct world *w)
{
	struct groups *g = w->groups;

	g->lead_count = 0;
	for (uint32_t i = 0; i < w->size; i++) {
		struct endpoint *e = &w->endpoints[i];

		e->members = 0;
		if (e->watched && e->m.scope != SCOPE_ENDPOINT)
			g->leads[g->lead_count++] = i;
	}
	for (uint32_t i = 0; i < w->size; i++) {
		struct memory *m = &w->endpoints[i].m;
		size_t k = 0;

		if (!w->endpoints[i].watched || m->lead.n == 0)
			continue;
		while (k < g->lead_count &&
		    (w->endpoints[g->leads[k]].m.day != m->lead.day ||
			w->endpoints[g->leads[k]].m.n != m->lead.n))
			k++;
		if (k < g->lead_count) {
			point(w, i, g->leads[k]);
			continue;
		}
		/* Its lead was lost: it is told of by itself. */
		m->lead = (struct incident_id){0};
		m->look_at = w->now;
		memory_mark(m, MEMORY_WIDER, true);
		deadline_renew(w, i);
	}
}
