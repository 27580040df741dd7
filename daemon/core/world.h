/* SPDX-License-Identifier: MIT */
/* world - the inside of the core, for its own files only. */
#ifndef CORE_WORLD_H
#define CORE_WORLD_H

#include "core/core.h"
#include "core/groups.h"
#include "core/memory.h"

struct endpoint {
	struct policy policy;
	struct need *needs; /* what it depends on, in the order of groups */
	uint32_t need_count;
	bool watched;
	size_t heap_at;   /* place in the heap, or HEAP_NONE */
	wall_ms deadline; /* as in the heap: never later than the true one */
	uint64_t ref;     /* of its last informative sample */
	uint32_t place;   /* of groups, while they are fresh */
	uint32_t lead;    /* endpoint whose incident m.lead is */
	uint32_t members; /* how many are part of what it leads */
	uint32_t effects; /* how many fail because of that */
	wall_ms asked_at; /* for the sake of another */
	struct memory m;
};

struct canary {
	bool answered; /* ever; before that it does not count */
	wall_ms good_at, bad_from, bad_at; /* 0: never, or not in a row */
};

struct world {
	wall_ms now;
	struct endpoint *endpoints;
	size_t size;
	uint32_t *heap; /* endpoints by (deadline, number) */
	size_t heap_count;
	struct canary *canaries;
	size_t canary_count;
	wall_ms proven_at;    /* last answer that proves some path */
	wall_ms path_at;      /* when our own network was last known to work */
	wall_ms asked_at;     /* last round of canaries asked for */
	wall_ms ask_again_at; /* 0: no second opinion due */
	wall_ms vouch_at;     /* last time that another site was asked */
	wall_ms sighted_at;   /* the end of the last blindness */
	bool blind;
	bool blind_by_sites; /* declared without canaries */
	size_t waiting;      /* endpoints with MEMORY_WAITING */
	uint8_t *site_seen;  /* scratch, by site */
	size_t site_count;
	struct incident_id last_incident;
	struct groups *groups;
	core_out_fn *out; /* of the step under way */
	void *arg;
};

/* timeline.c: spans, transitions, the buckets of the incident */
void timeline_span(struct world *w, uint32_t i, enum bucket b, wall_ms since);
void timeline_state(struct world *w, uint32_t i, enum state s, enum why why);
void timeline_unknown(struct world *w, uint32_t i, enum why why, wall_ms since);
void timeline_fold_recovery(struct memory *m, wall_ms until);
void timeline_buckets(const struct memory *m, wall_ms at,
    int64_t out[BUCKET_COUNT]);

/* incident.c: what an endpoint's incident goes through */
void incident_open(struct world *w, uint32_t i);
/* Degraded since then: it opens, or fails again. */
void incident_degrade(struct world *w, uint32_t i, wall_ms from);
void incident_worsen(struct world *w, uint32_t i);
void incident_judge(struct world *w, uint32_t i);
/* Good answers, and nothing against them before `calm`. */
void incident_recovering(struct world *w, uint32_t i, wall_ms calm);
void incident_relapse(struct world *w, uint32_t i);
void incident_resolve(struct world *w, uint32_t i, enum cause cause);
void incident_withdraw(struct world *w, uint32_t i, enum cause cause);
/* It lingered, and the last of its members ended so; well since `ended`. */
void incident_finish(struct world *w, uint32_t i, enum cause cause,
    wall_ms ended);
void incident_overdue(struct world *w, uint32_t i);
wall_ms incident_limit(const struct memory *m);
/* The latest that it may be, whatever is promised; no plan. */
wall_ms incident_limit_latest(const struct memory *m);
void incident_describe(const struct world *w, uint32_t i, struct output *o);
void incident_tell(struct world *w, uint32_t i, enum event_kind event,
    bool loud, enum cause cause);
/* Probe it every so often until then; nothing where that is no more often. */
void incident_advise(struct world *w, uint32_t i, span_ms every, wall_ms until);
/* Soon, for the sake of another. */
void incident_ask(struct world *w, uint32_t i);

/* penalty.c: the flapping flag */
void penalty_add(struct world *w, uint32_t i, uint32_t points);
wall_ms penalty_deadline(const struct memory *m);
void penalty_settle(struct world *w, uint32_t i);

/* evidence.c: one sample of one endpoint */
void evidence_sample(struct world *w, uint32_t i, const struct input *in);
void evidence_decide(struct world *w, uint32_t i);
void evidence_drop(struct world *w, uint32_t i);
void evidence_freeze(struct memory *m);
/* How long its last recovery has to be good. */
span_ms evidence_quiet(const struct endpoint *e);
/* The failing run confirms that it is down at this time at the earliest. */
wall_ms evidence_earliest(const struct memory *m);

/* degraded.c: answering, but not as it should */
void degraded_failing(struct world *w, uint32_t i, const struct sample *s);
void degraded_good(struct world *w, uint32_t i, const struct sample *s);
void degraded_drop(struct memory *m);
struct degraded degraded_describe(const struct endpoint *e);

/* path.c: our own network */
bool path_fine(const struct world *w, const struct memory *m);
void path_wait(struct world *w, uint32_t i);
void path_proven(struct world *w, uint32_t i);
void path_canary(struct world *w, uint32_t canary, bool good);
void path_ask(struct world *w);
void path_doubt(struct world *w, uint32_t i);
void path_ask_again(struct world *w);

/* deadline.c: what falls due, in order */
#define HEAP_NONE SIZE_MAX
void deadline_renew(struct world *w, uint32_t i);
void deadline_remove(struct world *w, uint32_t i);
/* The endpoint due at or before t, or ENDPOINT_NONE; *at is when. */
uint32_t deadline_next(struct world *w, wall_ms t, wall_ms *at);
void deadline_fire(struct world *w, uint32_t i);
wall_ms deadline_stale_after(const struct policy *p);
/* It is unknown, or its maintenance an outage, from then; INT64_MAX: never. */
wall_ms deadline_stale(const struct endpoint *e);
wall_ms deadline_overdue(const struct endpoint *e);

void world_emit(struct world *w, const struct output *o);

#endif
