/* SPDX-License-Identifier: MIT */
#include <assert.h>
#include <string.h>

#include "base/utc.h"
#include "core/scope.h"

enum {
	ESCALATE_MS = 30 * MINUTE_MS,
	ESCALATE_LATEST_MS = 4 * HOUR_MS,
	PACE_DOWN_MS = 30 * SECOND_MS,
	PACE_DOWN_FOR_MS = 10 * MINUTE_MS,
	PACE_BACK_MS = 15 * SECOND_MS,
	PACE_ASK_MS = 15 * SECOND_MS,
	ASK_FOR_MS = 30 * SECOND_MS,
	PACE_BACK_FOR_MS = 2 * MINUTE_MS,
	PENALTY_INCIDENT = 1000,
	PENALTY_CHANGE = 500,
	LAST_SAMPLES = 10,
	LAST_MAJORITY = 8
};

static wall_ms
fail_since(const struct memory *m)
{
	return m->fail_from - m->fail_ms;
}

static wall_ms
later(wall_ms a, wall_ms b)
{
	return a > b ? a : b;
}

void
incident_describe(const struct world *w, uint32_t i, struct output *o)
{
	const struct endpoint *e = &w->endpoints[i];
	const struct memory *m = &e->m;

	*o = (struct output){.kind = OUTPUT_EVENT,
	    .at = w->now,
	    .endpoint = i,
	    .seq = m->seq,
	    .from = m->state,
	    .to = m->state,
	    .why = m->why,
	    .bucket = m->bucket,
	    .since = m->span_since,
	    .flapping = memory_has(m, MEMORY_FLAPPING),
	    .phase = m->phase,
	    .last_good_at = m->last_good_since,
	    .others = m->others,
	    .first_ref = m->fail_ref,
	    .ref = e->ref,
	    .class = m->class,
	    .reason = m->reason,
	    .code = m->code,
	    .ledger = m->ledger.level};
	if (m->phase == PHASE_NONE)
		return;
	o->lead = m->lead;
	o->lead_endpoint = e->lead;
	o->scope = m->scope;
	o->scope_tag = m->scope_tag;
	o->lingers = memory_has(m, MEMORY_LINGERS);
	o->members = e->members;
	o->effect = memory_has(m, MEMORY_EFFECT);
	o->effects = e->effects;
	o->incident = (struct incident_id){m->day, m->n};
	o->kind_now = m->kind;
	o->kind_worst = m->worst;
	o->origin = m->origin;
	o->relapses = m->relapses;
	o->onset = m->onset;
	o->promise_until =
	    m->origin == ORIGIN_PLANNED ? m->window_until : m->promise_until;
	o->promised = (wall_ms)m->promised_s * SECOND_MS;
	o->degraded = degraded_describe(e);
	timeline_buckets(m, w->now, o->bucket_ms);
	if (!memory_recovers(m))
		return;
	o->all_clear_at = m->quiet_from + evidence_quiet(e);
	o->chance = recovery_chance(m->others, &m->own, w->now - m->quiet_from);
}

void
incident_tell(struct world *w, uint32_t i, enum event_kind event, bool loud,
    enum cause cause)
{
	struct output o;

	if (w->endpoints[i].m.lead.n > 0)
		groups_ready(w);
	incident_describe(w, i, &o);
	o.event = event;
	o.loud = loud && o.lead.n == 0;
	o.muted = loud && o.lead.n > 0;
	o.cause = cause;
	/* The rest of a cause is told of many at once. */
	if (o.phase != PHASE_NONE && o.lead.n == 0)
		scope_describe(w, i, &o);
	if (o.loud)
		memory_mark(&w->endpoints[i].m, MEMORY_TOLD, true);
	world_emit(w, &o);
}

void
incident_advise(struct world *w, uint32_t i, span_ms every, wall_ms until)
{
	if (every >= w->endpoints[i].policy.interval)
		return;
	world_emit(w,
	    &(struct output){.kind = OUTPUT_PACE,
		.at = w->now,
		.endpoint = i,
		.every = every,
		.until = until});
}

/* Its next answer matters to another: once in half a minute. */
void
incident_ask(struct world *w, uint32_t i)
{
	struct endpoint *e = &w->endpoints[i];

	if (e->asked_at + ASK_FOR_MS > w->now)
		return;
	e->asked_at = w->now;
	incident_advise(w, i, PACE_ASK_MS, w->now + ASK_FOR_MS);
}

wall_ms
incident_limit_latest(const struct memory *m)
{
	return m->onset + m->stopped_ms + ESCALATE_LATEST_MS;
}

/* When a maintenance that is not over by then counts as an outage. */
wall_ms
incident_limit(const struct memory *m)
{
	wall_ms limit = m->onset + m->stopped_ms + ESCALATE_MS;
	wall_ms latest = incident_limit_latest(m);

	if (m->origin == ORIGIN_PLANNED)
		return m->window_until + OUTPUT_GRACE_MS;
	if (m->promise_until > 0)
		limit = later(limit, m->promise_until + OUTPUT_GRACE_MS);
	return limit < latest ? limit : latest;
}

static void
set_kind(struct memory *m, enum kind kind, enum origin origin)
{
	m->kind = (uint8_t)kind;
	m->origin = (uint8_t)origin;
	if (kind > m->worst)
		m->worst = (uint8_t)kind;
}

/* Take over what the present failing run argues for. */
static void
argue_kind(const struct world *w, struct memory *m)
{
	if (memory_has(m, MEMORY_IN_WINDOW)) {
		set_kind(m, KIND_MAINTENANCE, ORIGIN_PLANNED);
	} else if (2 * m->run_maint < m->run_fail) {
		set_kind(m, KIND_OUTAGE,
		    m->origin == ORIGIN_PLANNED ? ORIGIN_OBSERVED : m->origin);
	} else {
		if (incident_limit(m) <= w->now)
			memory_mark(m, MEMORY_ESCALATED, true);
		set_kind(m,
		    memory_has(m, MEMORY_ESCALATED) ? KIND_OUTAGE
						    : KIND_MAINTENANCE,
		    ORIGIN_DECLARED);
	}
}

static enum bucket
failing_bucket(const struct memory *m)
{
	return m->kind == KIND_MAINTENANCE ? BUCKET_MAINTENANCE : BUCKET_DOWN;
}

static enum state
failing_state(const struct memory *m)
{
	return m->kind == KIND_MAINTENANCE ? STATE_MAINTENANCE : STATE_DOWN;
}

static void
begin_failing(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	span_ms interval = w->endpoints[i].policy.interval;

	m->phase = PHASE_OPEN;
	memory_mark(m, MEMORY_SUSPECT, false);
	memory_mark(m, MEMORY_HELD, false);
	degraded_drop(m);
	timeline_state(w, i, failing_state(m), WHY_NONE);
	incident_advise(w, i, interval < PACE_DOWN_MS ? interval : PACE_DOWN_MS,
	    w->now + PACE_DOWN_FOR_MS);
}

static void
next_id(struct world *w, struct memory *m)
{
	uint32_t day = utc_yyyymmdd(w->now);

	if (w->last_incident.day != day)
		w->last_incident = (struct incident_id){.day = day};
	w->last_incident.n++;
	m->day = w->last_incident.day;
	m->n = w->last_incident.n;
}

static void
begin_incident(struct world *w, struct memory *m, wall_ms since)
{
	m->onset = since;
	m->stopped_ms = 0;
	m->unknown_ms = 0;
	m->relapses = 0;
	m->worst = KIND_NONE;
	m->origin = ORIGIN_OBSERVED;
	memset(m->bucket_ms, 0, sizeof(m->bucket_ms));
	m->flags &= ~(uint32_t)(MEMORY_ESCALATED | MEMORY_TOLD |
	    MEMORY_REOPENS | MEMORY_NEAR_END);
	next_id(w, m);
}

void
incident_open(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms since = later(fail_since(m), m->span_since);

	begin_incident(w, m, since);
	argue_kind(w, m);
	timeline_span(w, i, failing_bucket(m), since);
	begin_failing(w, i);
	penalty_add(w, i, PENALTY_INCIDENT);
	scope_opened(w, i);
}

/* What was degraded is down as well: the same incident, but worse. */
void
incident_worsen(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms since = later(fail_since(m), m->span_since);

	m->stopped_ms = since - m->onset;
	argue_kind(w, m);
	timeline_span(w, i, failing_bucket(m), since);
	begin_failing(w, i);
	penalty_add(w, i, PENALTY_CHANGE);
	scope_worsened(w, i);
	incident_tell(w, i, EVENT_CHANGED, m->origin != ORIGIN_PLANNED,
	    CAUSE_EVIDENCE);
}

/* The incident is of another kind from `since` on; loud when it got worse. */
static void
change_kind(struct world *w, uint32_t i, enum kind kind, enum origin origin,
    enum cause cause, wall_ms since)
{
	struct memory *m = &w->endpoints[i].m;
	bool worse = kind > m->worst;

	scope_settle(w, i);
	set_kind(m, kind, origin);
	timeline_span(w, i, failing_bucket(m), since);
	timeline_state(w, i, failing_state(m), WHY_NONE);
	penalty_add(w, i, PENALTY_CHANGE);
	incident_tell(w, i, EVENT_CHANGED, worse, cause);
}

/* How many of the last ten failing samples claimed maintenance. */
static unsigned
claims(const struct memory *m)
{
	unsigned n = 0;

	for (unsigned bits = m->last_maint; bits != 0; bits &= bits - 1)
		n++;
	return n;
}

/* A failing sample of an open incident: does its kind still hold? */
void
incident_judge(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms since = m->heard_at - m->heard_ms;
	unsigned n = claims(m);

	assert(memory_fails(m));
	if (m->state == STATE_UNKNOWN) {
		m->stopped_ms += later(since, m->span_since) - m->span_since;
		timeline_span(w, i, failing_bucket(m), since);
		timeline_state(w, i, failing_state(m), WHY_NONE);
	}
	if (m->kind == KIND_MAINTENANCE && m->promise_until > 0 &&
	    w->now >= m->promise_until - PACE_BACK_FOR_MS &&
	    !memory_has(m, MEMORY_NEAR_END)) {
		memory_mark(m, MEMORY_NEAR_END, true);
		incident_advise(w, i, PACE_BACK_MS,
		    m->promise_until + OUTPUT_GRACE_MS);
	}
	if (m->last_count < LAST_SAMPLES || m->origin == ORIGIN_PLANNED)
		return;
	if (m->kind == KIND_MAINTENANCE && n <= LAST_SAMPLES - LAST_MAJORITY)
		change_kind(w, i, KIND_OUTAGE, m->origin, CAUSE_MAJORITY,
		    since);
	else if (m->kind == KIND_OUTAGE && n >= LAST_MAJORITY &&
	    !memory_has(m, MEMORY_ESCALATED) && incident_limit(m) > w->now)
		change_kind(w, i, KIND_MAINTENANCE, ORIGIN_DECLARED,
		    CAUSE_MAJORITY, since);
}

/* The promised or planned end has passed and it still fails. */
void
incident_overdue(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	memory_mark(m, MEMORY_ESCALATED, true);
	if (m->origin == ORIGIN_PLANNED) {
		incident_tell(w, i, EVENT_MAINT_OVERRUN, false,
		    CAUSE_WINDOW_OVERRUN);
		change_kind(w, i, KIND_OUTAGE, ORIGIN_PLANNED,
		    CAUSE_WINDOW_OVERRUN, m->window_until);
		return;
	}
	change_kind(w, i, KIND_OUTAGE, ORIGIN_DECLARED, CAUSE_PROMISE_BROKEN,
	    w->now);
}

/* Two good answers: answering again, not confirmed. */
void
incident_recovering(struct world *w, uint32_t i, wall_ms calm)
{
	struct memory *m = &w->endpoints[i].m;
	wall_ms good = later(m->good_from - m->good_ms, calm);
	wall_ms since = later(good, m->span_since);

	scope_settle(w, i);
	if (m->state == STATE_UNKNOWN)
		m->stopped_ms += since - m->span_since;
	timeline_span(w, i, BUCKET_RECOVERING, since);
	m->phase = PHASE_RECOVERING;
	m->back_since = since;
	m->quiet_from = later(m->good_from, calm);
	m->unknown_ms = 0;
	timeline_state(w, i, STATE_UP, WHY_NONE);
	incident_advise(w, i, PACE_BACK_MS, w->now + PACE_BACK_FOR_MS);
	incident_tell(w, i, EVENT_RECOVERING, false, CAUSE_EVIDENCE);
}

/* A recovery did not hold, or what an operator ended was not over. */
void
incident_relapse(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;
	bool reopened = m->phase == PHASE_NONE;
	enum kind before = m->worst;
	wall_ms since = later(fail_since(m), m->span_since);

	/* Samples may overlap: what is told does not go back. */
	if (!reopened)
		since = later(since, m->back_since);
	if (!memory_has(m, MEMORY_IN_WINDOW) && m->origin == ORIGIN_PLANNED)
		m->origin = ORIGIN_OBSERVED;
	/* Its limits were those of a degradation: none. */
	if (before == KIND_DEGRADATION)
		m->stopped_ms = since - m->onset;
	argue_kind(w, m);
	timeline_span(w, i, failing_bucket(m), since);
	if (!reopened)
		timeline_fold_recovery(m, m->span_since);
	memory_mark(m, MEMORY_REOPENS, false);
	memory_mark(m, MEMORY_LINGERS, false);
	m->relapses++;
	begin_failing(w, i);
	penalty_add(w, i, PENALTY_INCIDENT);
	incident_tell(w, i, EVENT_RELAPSED, reopened, CAUSE_EVIDENCE);
	if (m->worst > before)
		incident_tell(w, i, EVENT_CHANGED, true, CAUSE_EVIDENCE);
	scope_relapsed(w, i);
}

/* Answering, but not as it should: it opens, or a recovery did not hold. */
void
incident_degrade(struct world *w, uint32_t i, wall_ms from)
{
	struct memory *m = &w->endpoints[i].m;
	bool back = m->phase == PHASE_RECOVERING;
	bool reopened =
	    memory_has(m, MEMORY_REOPENS) && m->worst == KIND_DEGRADATION;
	wall_ms since = later(from, m->span_since);

	if (back)
		since = later(since, m->back_since);
	else if (!reopened)
		begin_incident(w, m, since);
	set_kind(m, KIND_DEGRADATION, ORIGIN_OBSERVED);
	timeline_span(w, i, BUCKET_DEGRADED, since);
	if (back)
		timeline_fold_recovery(m, m->span_since);
	m->back_since = m->span_since;
	m->phase = PHASE_OPEN;
	memory_mark(m, MEMORY_SUSPECT, false);
	memory_mark(m, MEMORY_HELD, false);
	memory_mark(m, MEMORY_REOPENS, false);
	timeline_state(w, i, STATE_DEGRADED, WHY_NONE);
	penalty_add(w, i, PENALTY_INCIDENT);
	if (back || reopened) {
		m->relapses++;
		incident_tell(w, i, EVENT_RELAPSED, reopened, CAUSE_EVIDENCE);
	} else {
		incident_tell(w, i, EVENT_OPENED, true, CAUSE_EVIDENCE);
	}
}

static void
forget(struct memory *m)
{
	m->phase = PHASE_NONE;
	m->promise_until = 0;
	m->promised_s = 0;
	m->ledger.level = LEDGER_REST;
	m->last_count = 0;
	m->last_maint = 0;
	memory_mark(m, MEMORY_SUSPECT, false);
	memory_mark(m, MEMORY_HELD, false);
	memory_mark(m, MEMORY_LINGERS, false);
	degraded_drop(m);
}

/* The recovery held: its time was up time after all. */
static void
count_as_up(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	world_emit(w,
	    &(struct output){.kind = OUTPUT_RELABEL,
		.at = w->now,
		.endpoint = i,
		.bucket = BUCKET_UP,
		.since = m->back_since,
		.until = w->now});
}

/* The incident is over, and `ended` is what people are told. */
static void
end(struct world *w, uint32_t i, enum event_kind event, enum cause cause,
    wall_ms ended)
{
	struct memory *m = &w->endpoints[i].m;
	bool lingered = memory_has(m, MEMORY_LINGERS);
	struct output o;

	incident_describe(w, i, &o);
	scope_describe(w, i, &o);
	o.event = event;
	o.phase = PHASE_CLOSED;
	o.loud = memory_has(m, MEMORY_TOLD);
	o.cause = cause;
	o.ended = ended;
	if (event == EVENT_RESOLVED) {
		memcpy(o.bucket_ms, m->bucket_ms, sizeof(o.bucket_ms));
		if (!lingered)
			count_as_up(w, i);
	}
	forget(m);
	if (event == EVENT_RESOLVED && m->bucket == BUCKET_RECOVERING)
		timeline_span(w, i, BUCKET_UP, w->now);
	memory_mark(m, MEMORY_REOPENS, cause == CAUSE_OPERATOR);
	world_emit(w, &o);
	scope_left(w, i, cause, event == EVENT_RESOLVED ? ended : 0);
}

/* Its own endpoint is well; the incident ends with the last of its members. */
static void
linger(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	count_as_up(w, i);
	timeline_span(w, i, BUCKET_UP, w->now);
	m->ledger.level = LEDGER_REST;
	memory_mark(m, MEMORY_LINGERS, true);
	memory_mark(m, MEMORY_HELD, false);
	memory_mark(m, MEMORY_SUSPECT, false);
	incident_tell(w, i, EVENT_CHANGED, false, CAUSE_ELSEWHERE);
}

void
incident_resolve(struct world *w, uint32_t i, enum cause cause)
{
	struct memory *m = &w->endpoints[i].m;

	assert(m->phase == PHASE_RECOVERING && m->run_fail == 0);
	if (scope_leads(w, i)) {
		if (cause == CAUSE_QUIET_TIME) {
			linger(w, i);
			return;
		}
		scope_hand_over(w, i);
	}
	end(w, i, EVENT_RESOLVED, cause, m->back_since);
}

void
incident_finish(struct world *w, uint32_t i, enum cause cause, wall_ms ended)
{
	end(w, i, EVENT_RESOLVED, cause,
	    later(w->endpoints[i].m.back_since, ended));
}

void
incident_withdraw(struct world *w, uint32_t i, enum cause cause)
{
	scope_settle(w, i);
	if (scope_leads(w, i))
		scope_hand_over(w, i);
	end(w, i, EVENT_WITHDRAWN, cause, w->now);
}
