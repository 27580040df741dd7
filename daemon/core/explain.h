/* SPDX-License-Identifier: MIT */
/*
 * explain - why an endpoint is in its state, and what would change that, as
 * facts: the sentences are made elsewhere.
 *
 * A read only: it moves nothing, and is as of world_now().
 */
#ifndef CORE_EXPLAIN_H
#define CORE_EXPLAIN_H

#include "core/core.h"

/* Times are 0 where there is nothing to tell. */
struct explanation {
	struct output now; /* as of world_describe() */
	struct policy policy;

	/* The run of failing samples, while fails > 0. */
	unsigned fails, claims;      /* of them, how many claimed maintenance */
	wall_ms fail_since, fail_at; /* start of the first, evidence of last */
	bool suspect;                /* not confirmed */
	bool by_ledger;    /* it confirms; else a second failing sample does */
	bool unproven;     /* the last one proves no path */
	bool waiting;      /* it would convince, were our own path proven */
	wall_ms down_from; /* suspect: not confirmed before; 0: not yet seen */

	/* The run of good samples, while goods > 0. */
	unsigned goods;
	wall_ms good_since;

	wall_ms calm_at;     /* slow: degraded until then if it stays calm */
	wall_ms rate_low_at; /* partly: degraded until then if it is good */

	/* Recovering: good since quiet_from, for `quiet` it has to be. */
	wall_ms quiet_from;
	span_ms quiet;
	/* Newest first: recoveries of the last six hours, as far as kept. */
	wall_ms recoveries[RECOVERY_MEMORY];
	size_t recovery_count;
	span_ms next_quiet; /* if it answered again now */
	struct recovery_record own;

	wall_ms escalates_at; /* maintenance counts as an outage from then */
	wall_ms escalates_latest; /* that, however often it promises anew */
	wall_ms window_until;     /* of the planned window that is open */
	bool escalated;
	bool reopens; /* an operator ended it, a failure reopens it */

	wall_ms heard_at; /* the last evidence */
	wall_ms stale_at; /* without more, unknown from then */
	bool blind;
	wall_ms path_at;   /* our own network was last known to work */
	wall_ms proven_at; /* the last answer that proves some path */
};

/* i is watched. */
void world_explain(const struct world *w, uint32_t i, struct explanation *e);

#endif
