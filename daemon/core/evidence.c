/* SPDX-License-Identifier: MIT */
#include <limits.h>

#include "core/scope.h"

enum {
	APART_MS = 5 * SECOND_MS,    /* two samples that confirm each other */
	CONFIRM_MS = 30 * SECOND_MS, /* a failing run that may be down */
	BLIP_MS = 10 * SECOND_MS,    /* a shorter failing run is a glitch */
	GLITCH_LONGEST_MS = 10 * MINUTE_MS,
	REFUSED_RUN = 3,
	LAST_SAMPLES = 10,
	PACE_HELD_MS = 30 * SECOND_MS,
	PACE_HELD_AFTER_MS = 2 * MINUTE_MS
};

static void
count_up(uint16_t *n)
{
	if (*n < UINT16_MAX)
		(*n)++;
}

/* A suspicion ends without a verdict, and without counting as a glitch. */
void
evidence_drop(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (memory_has(m, MEMORY_WAITING))
		w->waiting--;
	memory_mark(m, MEMORY_WAITING, false);
	memory_mark(m, MEMORY_SUSPECT, false);
	m->run_good = 0;
	degraded_drop(m);
	/* The failing run of an outage is no suspicion. */
	if (memory_fails(m))
		return;
	m->run_fail = 0;
	memory_mark(m, MEMORY_SILENT, false);
	m->ledger.level = LEDGER_REST;
}

/*
 * Silence clears nothing: two failures with a silence between them still say
 * that it is down, but not that it was in between.
 */
void
evidence_freeze(struct memory *m)
{
	m->run_good = 0;
	memory_mark(m, MEMORY_SILENT, m->run_fail > 0);
}

static bool
apart(wall_ms from, wall_ms to)
{
	return to - from >= APART_MS;
}

/* Would the failing run of this endpoint change something by itself? */
static bool
convincing(const struct memory *m, wall_ms at)
{
	if (m->run_fail == 0)
		return false;
	if (memory_fails(m))
		return true;
	if (m->run_fail < 2)
		return false;
	/* What was degraded is as far from down as what was up. */
	if ((memory_recovers(m) || memory_has(m, MEMORY_REOPENS)) &&
	    m->worst != KIND_DEGRADATION)
		return apart(m->fail_from, at);
	return m->ledger.level >= LEDGER_DOWN &&
	    at - m->fail_from >= CONFIRM_MS;
}

wall_ms
evidence_earliest(const struct memory *m)
{
	wall_ms span = m->fail_from + CONFIRM_MS;
	wall_ms belief = m->fail_at;

	if (m->ledger.level < LEDGER_DOWN)
		belief += ledger_wait(&m->ledger);
	return belief > span ? belief : span;
}

/* Act on the failing run, if it convinces and our own path is proven. */
void
evidence_decide(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (memory_has(m, MEMORY_WAITING)) {
		memory_mark(m, MEMORY_WAITING, false);
		w->waiting--;
	}
	if (!convincing(m, m->fail_at))
		return;
	if (!path_fine(w, m)) {
		path_wait(w, i);
		return;
	}
	if (memory_fails(m))
		incident_judge(w, i);
	else if (m->phase == PHASE_OPEN)
		incident_worsen(w, i);
	else if (m->phase == PHASE_RECOVERING || memory_has(m, MEMORY_REOPENS))
		incident_relapse(w, i);
	else
		incident_open(w, i);
}

static void
heard(struct memory *m, wall_ms at, const struct sample *s)
{
	m->heard_at = at;
	m->heard_ms = s->total_us / 1000;
	m->auth_run = 0;
}

/* The run goes on, but is told from here on. */
static void
break_silence(struct memory *m, const struct input *in)
{
	span_ms later = m->heard_at - m->heard_ms - m->fail_from;

	memory_mark(m, MEMORY_SILENT, false);
	if (later > INT32_MAX)
		m->run_fail = 0;
	m->fail_ms = (int32_t)(later > INT32_MAX ? 0 : -later);
	m->fail_ref = in->ref;
}

static void
failing(struct world *w, uint32_t i, const struct input *in)
{
	const struct sample *s = &in->u.sample;
	struct memory *m = &w->endpoints[i].m;
	bool claim = s->class == CLASS_MAINT;
	bool proven = (s->flags & SAMPLE_PATH_PROVEN) != 0;

	heard(m, w->now, s);
	if (memory_has(m, MEMORY_SILENT))
		break_silence(m, in);
	if (m->run_fail == 0) {
		if (m->phase == PHASE_NONE)
			m->promised_s = 0;
		m->fail_from = w->now;
		m->fail_ms = (int32_t)m->heard_ms;
		m->fail_ref = in->ref;
		m->run_maint = 0;
	}
	/* One in flight per endpoint, so dt is never negative. */
	ledger_fail(&m->ledger, m->fail_at == 0 ? -1 : w->now - m->fail_at);
	m->fail_at = w->now;
	m->run_good = 0;
	count_up(&m->run_fail);
	if (claim)
		count_up(&m->run_maint);
	m->last_maint = (uint16_t)((m->last_maint << 1 | claim) &
	    ((1 << LAST_SAMPLES) - 1));
	if (m->last_count < LAST_SAMPLES)
		m->last_count++;
	if (claim && s->retry_after_s >= 0) {
		m->promise_until =
		    w->now + (span_ms)s->retry_after_s * SECOND_MS;
		if (m->promised_s == 0)
			m->promised_s =
			    (uint32_t)(m->promise_until / SECOND_MS);
		memory_mark(m, MEMORY_NEAR_END, false);
	}
	m->class = s->class;
	m->reason = s->reason;
	m->code = s->code;
	memory_mark(m, MEMORY_UNPROVEN, !proven);
	degraded_failing(w, i, s);
	if (!memory_fails(m)) {
		memory_mark(m, MEMORY_SUSPECT, true);
		cause_ask(w, i);
	}
	if (!proven && (!memory_fails(m) || m->state == STATE_UNKNOWN))
		path_doubt(w, i);
	evidence_decide(w, i);
}

/* The first good sample after a failing run: how long was it, what follows? */
static void
end_failing_run(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	bool counts = w->now - m->fail_from >= BLIP_MS || memory_fails(m);

	/* Longer is no glitch, however few samples saw it. */
	if (m->phase == PHASE_NONE && m->state == STATE_UP &&
	    w->now - m->fail_from < GLITCH_LONGEST_MS)
		ledger_count_glitch(&m->ledger);
	m->run_fail = 0;
	if (memory_has(m, MEMORY_WAITING)) {
		memory_mark(m, MEMORY_WAITING, false);
		w->waiting--;
	}
	if (counts) {
		m->others = (uint8_t)recovery_others(&m->recoveries, w->now);
		recovery_note(&m->recoveries, &m->own, m->fail_from, w->now);
		m->quiet_from = w->now;
	}
	if (!memory_recovers(m))
		return;
	if (counts) {
		wall_ms back = w->now - m->heard_ms;

		timeline_fold_recovery(m,
		    back > m->span_since ? back : m->span_since);
	}
	memory_mark(m, MEMORY_SUSPECT, false);
	incident_tell(w, i, EVENT_GLITCH, false, CAUSE_EVIDENCE);
}

/* Good answers again after unknown time within a recovery: clocks go on. */
static void
resume_recovery(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms gap_since = m->span_since;

	timeline_span(w, i, BUCKET_RECOVERING, w->now - m->heard_ms);
	if (m->quiet_from < m->span_since)
		m->quiet_from += m->span_since -
		    (m->quiet_from > gap_since ? m->quiet_from : gap_since);
	timeline_state(w, i, STATE_UP, WHY_NONE);
}

span_ms
evidence_quiet(const struct endpoint *e)
{
	return recovery_quiet(e->m.others, e->policy.all_clear);
}

static void
good_in_recovery(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	span_ms good_for = w->now - m->quiet_from;

	if (m->run_good >= 2 && good_for >= evidence_quiet(&w->endpoints[i])) {
		incident_resolve(w, i, CAUSE_QUIET_TIME);
		return;
	}
	if (good_for >= PACE_HELD_AFTER_MS && !memory_has(m, MEMORY_HELD) &&
	    w->endpoints[i].policy.interval > PACE_HELD_MS) {
		memory_mark(m, MEMORY_HELD, true);
		world_emit(w,
		    &(struct output){.kind = OUTPUT_PACE,
			.at = w->now,
			.endpoint = i,
			.every = PACE_HELD_MS,
			.until =
			    m->quiet_from + evidence_quiet(&w->endpoints[i])});
	}
}

static void
good_without_incident(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (m->state == STATE_UNKNOWN && m->run_good >= 2 &&
	    apart(m->good_from, w->now)) {
		timeline_span(w, i, BUCKET_UP, m->good_from - m->good_ms);
		timeline_state(w, i, STATE_UP, WHY_NONE);
	}
	if (memory_has(m, MEMORY_LINGERS) && m->state == STATE_UP &&
	    !scope_leads(w, i)) {
		incident_finish(w, i, CAUSE_QUIET_TIME, 0);
		return;
	}
	if (memory_has(m, MEMORY_REOPENS) &&
	    w->now - m->quiet_from >= evidence_quiet(&w->endpoints[i]))
		memory_mark(m, MEMORY_REOPENS, false);
	if (memory_has(m, MEMORY_SUSPECT) && m->ledger.level <= LEDGER_CLEAR) {
		memory_mark(m, MEMORY_SUSPECT, false);
		if (m->state == STATE_UP)
			incident_tell(w, i, EVENT_GLITCH, false,
			    CAUSE_EVIDENCE);
	}
}

static void
good_in_incident(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (memory_fails(m) && m->run_good >= 2 && apart(m->good_from, w->now))
		incident_recovering(w, i, 0);
	else if (!memory_fails(m) && m->ledger.level <= LEDGER_CLEAR)
		memory_mark(m, MEMORY_SUSPECT, false);
}

static void
good(struct world *w, uint32_t i, const struct sample *s)
{
	struct memory *m = &w->endpoints[i].m;

	heard(m, w->now, s);
	m->last_good_since = w->now - m->heard_ms;
	memory_mark(m, MEMORY_UNPROVEN, false);
	memory_mark(m, MEMORY_SILENT, false);
	if (m->run_good == 0) {
		m->good_from = w->now;
		m->good_ms = m->heard_ms;
	}
	if (memory_recovers(m) && m->state == STATE_UNKNOWN)
		resume_recovery(w, i);
	if (m->run_fail > 0)
		end_failing_run(w, i);
	count_up(&m->run_good);
	ledger_good(&m->ledger);
	degraded_good(w, i, s);
	if (m->phase == PHASE_NONE || memory_has(m, MEMORY_LINGERS))
		good_without_incident(w, i);
	else if (m->phase == PHASE_OPEN)
		good_in_incident(w, i);
	/* Seldom probed, it may have been good for long enough already. */
	if (memory_recovers(m))
		good_in_recovery(w, i);
}

/* Our credentials or our own policy: neither up nor down. */
static void
refused(struct world *w, uint32_t i, const struct input *in)
{
	struct memory *m = &w->endpoints[i].m;

	if (m->auth_run == 0)
		m->auth_since = in->u.sample.start;
	if (m->auth_run < REFUSED_RUN)
		m->auth_run++;
	if (m->auth_run < REFUSED_RUN || m->why == WHY_AUTH)
		return;
	m->class = in->u.sample.class;
	m->reason = in->u.sample.reason;
	m->code = in->u.sample.code;
	m->fail_ref = in->ref;
	evidence_drop(w, i);
	timeline_unknown(w, i, WHY_AUTH, m->auth_since);
	incident_tell(w, i, EVENT_MISCONFIGURED, false, CAUSE_EVIDENCE);
}

void
evidence_sample(struct world *w, uint32_t i, const struct input *in)
{
	const struct sample *s = &in->u.sample;
	struct memory *m = &w->endpoints[i].m;
	bool proven = (s->flags & SAMPLE_PATH_PROVEN) != 0;
	enum effect effect = class_effect((enum sample_class)s->class);

	if (proven)
		path_proven(w, i);
	if (effect == EFFECT_GOOD || effect == EFFECT_FAILING) {
		w->endpoints[i].ref = in->ref;
		if (m->state == STATE_UP && m->phase == PHASE_NONE)
			ledger_count_sample(&m->ledger);
	}
	switch (effect) {
	case EFFECT_GOOD:
		good(w, i, s);
		break;
	case EFFECT_FAILING:
		/* Asked while blind, what proves no path says nothing. */
		if (proven || (!w->blind && s->start >= w->sighted_at))
			failing(w, i, in);
		break;
	case EFFECT_REFUSED:
		refused(w, i, in);
		break;
	case EFFECT_NONE:
		break;
	}
}
