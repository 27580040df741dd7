/* SPDX-License-Identifier: MIT */
#include "core/explain.h"

#include <assert.h>

#include "core/world.h"

static void
explain_failing(const struct memory *m, wall_ms now, struct explanation *e)
{
	e->fails = m->run_fail;
	e->suspect = memory_has(m, MEMORY_SUSPECT);
	e->unproven = memory_has(m, MEMORY_UNPROVEN);
	e->waiting = memory_has(m, MEMORY_WAITING);
	e->by_ledger = m->phase == PHASE_NONE || m->worst == KIND_DEGRADATION;
	if (m->run_fail == 0)
		return;
	e->claims = m->run_maint;
	e->fail_since = m->fail_from - m->fail_ms;
	e->fail_at = m->fail_at;
	if (e->suspect && e->by_ledger && now >= m->fail_at)
		e->down_from = evidence_earliest(m);
}

static void
explain_recovery(const struct world *w, const struct endpoint *p,
    struct explanation *e)
{
	const struct memory *m = &p->m;
	const struct recovery_log *log = &m->recoveries;

	e->goods = m->run_good;
	if (m->run_good > 0)
		e->good_since = m->good_from - m->good_ms;
	if (m->phase == PHASE_RECOVERING || memory_has(m, MEMORY_REOPENS)) {
		e->quiet_from = m->quiet_from;
		e->quiet = evidence_quiet(p);
	}
	while (e->recovery_count < RECOVERY_MEMORY &&
	    recovery_counts(log, e->recovery_count, w->now)) {
		e->recoveries[e->recovery_count] =
		    (wall_ms)log->at_s[e->recovery_count] * SECOND_MS;
		e->recovery_count++;
	}
	if (m->phase == PHASE_OPEN)
		e->next_quiet = recovery_quiet(memory_recovered(m)
			? m->others
			: recovery_others(log, w->now),
		    p->policy.all_clear);
	e->own = m->own;
}

void
world_explain(const struct world *w, uint32_t i, struct explanation *e)
{
	const struct endpoint *p;
	const struct memory *m;
	wall_ms at;

	assert(world_watches(w, i));
	p = &w->endpoints[i];
	m = &p->m;
	*e = (struct explanation){.policy = p->policy,
	    .escalated = memory_has(m, MEMORY_ESCALATED),
	    .reopens = memory_has(m, MEMORY_REOPENS),
	    .heard_at = m->heard_at,
	    .blind = w->blind,
	    .path_at = w->path_at,
	    .proven_at = w->proven_at};
	world_describe(w, i, &e->now);
	explain_failing(m, w->now, e);
	explain_recovery(w, p, e);
	if (memory_has(m, MEMORY_SLOW))
		e->calm_at = latency_calm_at(&m->latency);
	if (memory_has(m, MEMORY_PARTLY))
		e->rate_low_at = m->rate.at + rate_wait(&m->rate);
	if (memory_has(m, MEMORY_IN_WINDOW))
		e->window_until = m->window_until;
	at = deadline_overdue(p);
	if (at != INT64_MAX)
		e->escalates_at = at;
	if (at != INT64_MAX && m->origin != ORIGIN_PLANNED)
		e->escalates_latest = incident_limit_latest(m);
	at = deadline_stale(p);
	if (at != INT64_MAX && m->state != STATE_UNKNOWN)
		e->stale_at = at;
}
