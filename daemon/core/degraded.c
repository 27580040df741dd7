/* SPDX-License-Identifier: MIT */
/*
 * Answering, but not as it should.  What says so is counted while nothing
 * worse is known of the endpoint; it is judged at good samples only, for a
 * failing run may be an outage.
 */
#include "core/world.h"

enum { APART_MS = 5 * SECOND_MS };

static bool
counts(const struct memory *m)
{
	if (m->phase == PHASE_NONE)
		return !memory_has(m, MEMORY_IN_WINDOW);
	return m->worst == KIND_DEGRADATION;
}

void
degraded_count(struct world *w, uint32_t i, const struct sample *s,
    bool failing)
{
	struct endpoint *e = &w->endpoints[i];
	struct rate_sample x = {.at = w->now,
	    .start = s->start,
	    .failing = failing,
	    .extra = (s->flags & SAMPLE_EXTRA) != 0};

	if (counts(&e->m))
		rate_count(&e->m.rate, &x, e->policy.interval);
}

void
degraded_drop(struct memory *m)
{
	m->rate = (struct rate){0};
	memory_mark(m, MEMORY_PARTLY, false);
}

struct degraded
degraded_describe(const struct endpoint *e)
{
	struct rate_told t = rate_tell(&e->m.rate, e->policy.interval);

	if (!memory_has(&e->m, MEMORY_PARTLY))
		return (struct degraded){0};
	return (struct degraded){.partly = true,
	    .failed = t.failed,
	    .checks = t.checks};
}

/* Its end is a recovery, unless that of its last failing run was one. */
static void
end(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (!memory_recovered(m)) {
		m->others = (uint8_t)recovery_others(&m->recoveries, w->now);
		recovery_note(&m->recoveries, &m->own, m->back_since, w->now);
	}
	incident_recovering(w, i);
}

void
degraded_judge(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (!counts(m))
		return;
	if (rate_high(&m->rate, w->now))
		memory_mark(m, MEMORY_PARTLY, true);
	else if (rate_low(&m->rate))
		memory_mark(m, MEMORY_PARTLY, false);
	if (!memory_has(m, MEMORY_PARTLY)) {
		if (m->phase == PHASE_OPEN && m->run_good >= 2 &&
		    w->now - m->good_from >= APART_MS)
			end(w, i);
	} else if (m->phase != PHASE_OPEN) {
		incident_degrade(w, i, rate_since(&m->rate));
	} else if (m->state == STATE_UNKNOWN) {
		timeline_span(w, i, BUCKET_DEGRADED, w->now - m->heard_ms);
		timeline_state(w, i, STATE_DEGRADED, WHY_NONE);
	}
}
