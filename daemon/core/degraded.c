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

static void
count_rate(struct world *w, uint32_t i, const struct sample *s, bool failing)
{
	struct endpoint *e = &w->endpoints[i];
	struct rate_sample x = {.at = w->now,
	    .start = s->start,
	    .failing = failing,
	    .extra = (s->flags & SAMPLE_EXTRA) != 0};

	rate_count(&e->m.rate, &x, e->policy.interval);
}

void
degraded_failing(struct world *w, uint32_t i, const struct sample *s)
{
	if (counts(&w->endpoints[i].m))
		count_rate(w, i, s, true);
}

static void
judge_rate(const struct world *w, struct memory *m)
{
	if (rate_high(&m->rate, w->now))
		memory_mark(m, MEMORY_PARTLY, true);
	else if (rate_low(&m->rate))
		memory_mark(m, MEMORY_PARTLY, false);
}

/* Since when it is as fast as it should be, if that is news; or 0. */
static wall_ms
judge_latency(struct world *w, uint32_t i, const struct sample *s)
{
	struct endpoint *e = &w->endpoints[i];
	struct memory *m = &e->m;
	struct latency_sample x = {.start = s->start,
	    .code = s->latency,
	    .over = s->class == CLASS_SLOW};
	bool slow = memory_has(m, MEMORY_SLOW);
	wall_ms calm = s->start;

	/* What comes with failures, or beyond the timetable, is not usual. */
	if (s->latency == 0 || (s->flags & SAMPLE_EXTRA) != 0 ||
	    memory_has(m, MEMORY_SUSPECT))
		return 0;
	switch (latency_count(&m->latency, &x, e->policy.interval, slow)) {
	case LATENCY_SAME:
		return 0;
	case LATENCY_SLOW:
		memory_mark(m, MEMORY_SLOW, true);
		return 0;
	case LATENCY_USUAL:
		incident_tell(w, i, EVENT_SLOW, false, CAUSE_EVIDENCE);
		break;
	case LATENCY_CALM:
		calm = latency_since(&m->latency);
		break;
	}
	memory_mark(m, MEMORY_SLOW, false);
	latency_drop(&m->latency);
	return calm;
}

void
degraded_drop(struct memory *m)
{
	m->rate = (struct rate){0};
	latency_drop(&m->latency);
	memory_mark(m, MEMORY_PARTLY, false);
	memory_mark(m, MEMORY_SLOW, false);
}

struct degraded
degraded_describe(const struct endpoint *e)
{
	const struct memory *m = &e->m;
	struct degraded d = {.partly = memory_has(m, MEMORY_PARTLY),
	    .slow = memory_has(m, MEMORY_SLOW)};

	if (d.partly) {
		struct rate_told t = rate_tell(&m->rate, e->policy.interval);

		d.failed = t.failed;
		d.checks = t.checks;
	}
	if (d.slow) {
		d.over = latency_over(&m->latency, e->policy.interval);
		d.recent_us = latency_recent(&m->latency);
		d.usual_us = latency_usual(&m->latency);
	}
	return d;
}

/* Its end is a recovery, unless that of its last failing run was one. */
static void
end(struct world *w, uint32_t i, wall_ms calm)
{
	struct memory *m = &w->endpoints[i].m;

	if (!memory_recovered(m)) {
		m->others = (uint8_t)recovery_others(&m->recoveries, w->now);
		recovery_note(&m->recoveries, &m->own, m->back_since, w->now);
	}
	incident_recovering(w, i, calm);
}

static void
begin(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms since = rate_since(&m->rate);

	if (!memory_has(m, MEMORY_PARTLY)) {
		m->class = CLASS_SLOW;
		m->reason =
		    latency_over(&m->latency, w->endpoints[i].policy.interval)
		    ? REASON_TOO_SLOW
		    : REASON_SLOWER;
		m->code = 0;
		since = latency_since(&m->latency);
	}
	incident_degrade(w, i, since);
}

void
degraded_good(struct world *w, uint32_t i, const struct sample *s)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms calm;

	if (!counts(m))
		return;
	count_rate(w, i, s, false);
	judge_rate(w, m);
	calm = judge_latency(w, i, s);
	if (!memory_has(m, MEMORY_PARTLY) && !memory_has(m, MEMORY_SLOW)) {
		if (m->phase == PHASE_OPEN && m->run_good >= 2 &&
		    w->now - m->good_from >= APART_MS)
			end(w, i, calm);
	} else if (m->phase != PHASE_OPEN) {
		begin(w, i);
	} else if (m->state == STATE_UNKNOWN) {
		timeline_span(w, i, BUCKET_DEGRADED, w->now - m->heard_ms);
		timeline_state(w, i, STATE_DEGRADED, WHY_NONE);
	}
}
