/* SPDX-License-Identifier: MIT */
/*
 * How wide is it?  The endpoints of one service in one region are a place;
 * services and regions are made of places, tags and the world of services.  A
 * node is affected when at least 60 % of its children that are known, and at
 * least two, fell ill within ten minutes of each other.  The effects of a
 * cause, see cause.c, say nothing of that.
 */
#include "core/scope.h"

static bool
ill(const struct memory *m, wall_ms onset)
{
	return m->phase != PHASE_NONE && !memory_has(m, MEMORY_LINGERS) &&
	    !memory_has(m, MEMORY_EFFECT) && m->worst != KIND_DEGRADATION &&
	    m->origin != ORIGIN_PLANNED && scope_together(m->onset, onset);
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
	    scope_together(m->fail_from, onset);
}

/* An effect of what it depends on, or about to be one. */
static bool
is_explained(const struct world *w, uint32_t i)
{
	const struct memory *m = &w->endpoints[i].m;

	return memory_has(m, MEMORY_EFFECT) ||
	    (is_suspect(m) && cause_find(w, i, m->fail_from) != ENDPOINT_NONE);
}

/* What endpoint i counts as, where `onset` is the onset in question. */
static void
count(const struct world *w, uint32_t i, wall_ms onset, struct tally *t)
{
	const struct memory *m = &w->endpoints[i].m;

	if (m->state == STATE_UNKNOWN) {
		t->unknown++;
		return;
	}
	t->known++;
	t->failing += memory_fails(m);
	if (is_explained(w, i))
		return;
	t->suspect += is_suspect(m);
	if (ill(m, onset) || likely(m, onset))
		t->ill++;
	else if (!is_suspect(m))
		t->well++;
}

void
node_tally(const struct world *w, struct place *p, wall_ms onset)
{
	p->tally = (struct tally){0};
	for (uint32_t k = p->first; k < p->end; k++) {
		uint32_t i = w->groups->order[k];

		if (w->endpoints[i].watched)
			count(w, i, onset, &p->tally);
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
node_by_service(enum scope kind)
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
		if (!node_by_service(kind)) {
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
	if (node_by_service(kind))
		add(&all, child);
	return all;
}

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

		node_tally(w, p, w->endpoints[i].m.onset);
		covers += p->tally.ill;
		if (!node_by_service(kind))
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

struct node
node_survey(struct world *w, uint32_t i)
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

void
node_find_ill(struct world *w, uint32_t i, const struct node *n)
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
