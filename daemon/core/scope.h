/* SPDX-License-Identifier: MIT */
/* scope - for whom it is down, and why; private to this room. */
#ifndef CORE_SCOPE_H
#define CORE_SCOPE_H

#include "core/world.h"

enum { SCOPE_TOGETHER_MS = 10 * MINUTE_MS };

static inline struct incident_id
scope_id(const struct memory *m)
{
	return (struct incident_id){m->day, m->n};
}

static inline bool
scope_before(struct incident_id a, struct incident_id b)
{
	return a.day < b.day || (a.day == b.day && a.n < b.n);
}

static inline bool
scope_together(wall_ms a, wall_ms b)
{
	return a <= b + SCOPE_TOGETHER_MS && b <= a + SCOPE_TOGETHER_MS;
}

/* A node that may be affected: the one that covers most of what is ill. */
struct node {
	enum scope kind;
	uint8_t tag;
	uint32_t ill;
	uint32_t suspect; /* in the service or region */
};

/* node.c: how wide it is */
/* The widest affected node around the incident of i, as of now. */
struct node node_survey(struct world *w, uint32_t i);
/* Those of the node of i that are ill with it, into found[]. */
void node_find_ill(struct world *w, uint32_t i, const struct node *n);
/* Count its endpoints, of an incident with that onset. */
void node_tally(const struct world *w, struct place *p, wall_ms onset);
/* Are the children of such a node services? */
bool node_by_service(enum scope kind);

/* scope.c: what follows what */
void scope_opened(struct world *w, uint32_t i); /* tells it, now or later */
void scope_worsened(struct world *w, uint32_t i);
void scope_relapsed(struct world *w, uint32_t i);
void scope_look(struct world *w, uint32_t i);
void scope_settle(struct world *w, uint32_t i);
bool scope_leads(struct world *w, uint32_t i);
void scope_hand_over(struct world *w, uint32_t i);
void scope_left(struct world *w, uint32_t i, enum cause cause, wall_ms ended);
/* Incident k is part of what `lead` leads, or an effect of it. */
void scope_join(struct world *w, uint32_t k, uint32_t lead, bool effect);
void scope_look_later(struct world *w, uint32_t i, span_ms wait);
void scope_restore(struct world *w);

/* cause.c: what fails because something that it depends on does */
/* The endpoint whose incident is why i fell ill then, or ENDPOINT_NONE. */
uint32_t cause_find(const struct world *w, uint32_t i, wall_ms onset);
/*
 * May it yet turn out that something it depends on fails?  unheard: what was
 * not heard of since i fell ill may.
 */
bool cause_unsure(const struct world *w, uint32_t i, bool unheard);
/* Incident i has begun, and is why others failed a moment ago. */
void cause_adopt(struct world *w, uint32_t i);
/* Incident i is over: its effects that stay have reasons of their own. */
void cause_ended(struct world *w, uint32_t i);
/* What i depends on is asked more often for a moment. */
void cause_ask(struct world *w, uint32_t i);

/* parts.c */
void scope_describe(const struct world *w, uint32_t i, struct output *o);

#endif
