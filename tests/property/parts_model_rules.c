/* SPDX-License-Identifier: MIT */
/* What follows from each input; see model.h. */
#include "model_past.h"

/*
 * Silence while nothing is known ends no run: what came before it and what
 * comes after it are of one run, and the time between is told as theirs.
 */
static const bool silence_ends_runs_in_unknown = true;

/* Whether no claim is believed any more after a relapse beyond the limit. */
static const bool relapse_escalates = true;

static wall_ms
label(const struct model *m, size_t i)
{
	return model_label(m, i, m->count);
}

/* Telling */

static enum kind
worst(const struct model *m)
{
	enum kind k = KIND_NONE;

	for (size_t i = model_last(m, EVENT_OPENED); i < m->count; i++)
		if (m->facts[i].what == MOVED && m->facts[i].kind > k)
			k = m->facts[i].kind;
	return k;
}

static void
tell(struct model *m, const struct fact *f)
{
	struct said *s = &m->said[m->said_count++];
	size_t opened = model_last(m, EVENT_OPENED);

	*s = (struct said){.event = f->event,
	    .at = f->at,
	    .loud = f->loud,
	    .phase = f->phase,
	    .kind = f->kind,
	    .origin = f->origin};
	if (f->phase == PHASE_NONE)
		return;
	s->onset = model_onset(m);
	s->worst = worst(m);
	for (size_t i = opened; i < m->count; i++)
		s->relapses += model_told(&m->facts[i], EVENT_RELAPSED);
	if (f->event == EVENT_RECOVERING) {
		struct quiet q = model_quiet(m);

		s->all_clear_at = q.until;
		s->others = q.others;
	}
	s->ended = f->ended;
	model_sums(m, s->onset, s->ended > 0 ? s->ended : s->at, s->bucket_ms);
}

static void
add(struct model *m, const struct fact *f)
{
	if (m->count < FACTS_MAX)
		m->facts[m->count++] = *f;
	if (f->what == MOVED && f->told)
		tell(m, f);
}

/* From the state as it is: what is to be told, if nothing else changes. */
static struct fact
event(const struct model *m, enum event_kind e, wall_ms at)
{
	struct fact f = model_now(m);

	f.at = at;
	f.told = true;
	f.event = e;
	f.ended = 0;
	f.loud = false;
	return f;
}

/* As it is now, but in another state from then on, without a word. */
static void
move(struct model *m, wall_ms at, enum state state, enum why why, wall_ms since)
{
	struct fact f = model_now(m);

	f.at = at;
	f.told = false;
	f.ended = 0;
	f.state = state;
	f.why = why;
	f.since = since;
	f.loud = false;
	add(m, &f);
}

/* Maintenance: 3.8 and transitions 5, 6, 9 */

static const struct fact *
window(const struct model *m)
{
	for (size_t i = m->count; i-- > 0;)
		if (m->facts[i].what == WINDOW)
			return &m->facts[i];
	return NULL;
}

static bool
in_window(const struct model *m, wall_ms at)
{
	const struct fact *w = window(m);

	return w != NULL && w->until > at;
}

/* The latest promise since the last incident; 0 for none. */
static wall_ms
promise(const struct model *m)
{
	for (size_t i = m->count; i-- > 0;) {
		const struct fact *f = &m->facts[i];

		if (model_told(f, EVENT_RESOLVED))
			break;
		if (f->what == FAILING && f->maint &&
		    f->retry_after_s != RETRY_AFTER_ABSENT)
			return f->at + (wall_ms)f->retry_after_s * SECOND_MS;
	}
	return 0;
}

/* When a claimed maintenance has lasted too long. */
static wall_ms
limit(wall_ms began, wall_ms promised)
{
	wall_ms at = began + 30 * minute;

	if (promised > 0 && promised + 5 * minute > at)
		at = promised + 5 * minute;
	return at < began + 4 * hour ? at : began + 4 * hour;
}

/* The latest that its present claim is believed. */
static wall_ms
limit_now(const struct model *m)
{
	if (model_now(m).origin == ORIGIN_PLANNED)
		return window(m)->until + 5 * minute;
	return limit(m->facts[model_grave(m)].since + model_unknown(m),
	    promise(m));
}

/* When the present maintenance turns into an outage; INT64_MAX for never. */
static wall_ms
turns(const struct model *m)
{
	struct fact now = model_now(m);
	wall_ms at;

	/* Not while it may be over: its last answer was good. */
	if (now.state != STATE_MAINTENANCE || now.phase != PHASE_OPEN ||
	    model_run(m, GOOD, m->count).count > 0)
		return INT64_MAX;
	at = limit_now(m);
	return at > m->facts[m->count - 1].at ? at : m->facts[m->count - 1].at;
}

static void
become(struct fact *f, enum kind kind, enum origin origin)
{
	f->kind = kind;
	f->origin = origin;
	f->state = kind == KIND_MAINTENANCE ? STATE_MAINTENANCE : STATE_DOWN;
	f->why = WHY_NONE;
}

/* What a failing run is; a claim is believed until then. */
static void
judge(const struct model *m, struct fact *f, struct run r, wall_ms until)
{
	become(f, KIND_OUTAGE,
	    f->origin == ORIGIN_PLANNED ? ORIGIN_OBSERVED : f->origin);
	if (in_window(m, f->at)) {
		become(f, KIND_MAINTENANCE, ORIGIN_PLANNED);
	} else if (2 * r.maint >= r.count) {
		f->escalated = f->escalated || until <= f->at;
		become(f, f->escalated ? KIND_OUTAGE : KIND_MAINTENANCE,
		    ORIGIN_DECLARED);
	}
}

static void
change(struct model *m, const struct fact *to, enum kind worst_before)
{
	struct fact f = *to;

	f.told = true;
	f.event = EVENT_CHANGED;
	f.loud = f.kind > worst_before;
	add(m, &f);
}

static void
turn(struct model *m, wall_ms at)
{
	struct fact f = event(m, EVENT_MAINT_OVERRUN, at);
	wall_ms since = at;

	if (f.origin == ORIGIN_PLANNED) {
		add(m, &f);
		since = window(m)->until;
	}
	f.since = since > f.since ? since : f.since;
	f.escalated = true;
	become(&f, KIND_OUTAGE, f.origin);
	change(m, &f, worst(m));
}

/* Transition 9, after a failing sample. */
static void
majority(struct model *m, size_t i)
{
	struct fact f = model_now(m);
	size_t n = 0, maint = 0;

	for (size_t j = m->count; j-- > 0 && n < 10;) {
		if (model_told(&m->facts[j], EVENT_RESOLVED))
			return;
		n += m->facts[j].what == FAILING;
		maint += m->facts[j].what == FAILING && m->facts[j].maint;
	}
	if (n < 10 || f.origin == ORIGIN_PLANNED)
		return;
	f.at = m->facts[i].at;
	if (f.kind == KIND_MAINTENANCE && maint <= 2)
		become(&f, KIND_OUTAGE, f.origin);
	else if (f.kind == KIND_OUTAGE && maint >= 8 && !f.escalated &&
	    limit_now(m) > f.at)
		become(&f, KIND_MAINTENANCE, ORIGIN_DECLARED);
	else
		return;
	f.since = label(m, i);
	change(m, &f, worst(m));
}

/* Samples: the place of the one that just came. */

static void
open_incident(struct model *m, size_t i, struct run r)
{
	struct fact f = event(m, EVENT_OPENED, m->facts[i].at);

	f.phase = PHASE_OPEN;
	f.escalated = false;
	f.origin = ORIGIN_OBSERVED;
	f.since = label(m, r.seen);
	judge(m, &f, r, limit(f.since, promise(m)));
	f.loud = f.origin != ORIGIN_PLANNED;
	add(m, &f);
}

/* Degraded before: the same incident, worse. */
static void
worsen(struct model *m, size_t i, struct run r)
{
	struct fact f = event(m, EVENT_CHANGED, m->facts[i].at);

	f.since = label(m, r.seen);
	judge(m, &f, r, limit(f.since, promise(m)));
	f.loud = f.origin != ORIGIN_PLANNED;
	add(m, &f);
}

static void
relapse(struct model *m, size_t i, struct run r)
{
	struct fact f = event(m, EVENT_RELAPSED, m->facts[i].at);
	enum kind before = worst(m);
	bool was = f.escalated;

	f.phase = PHASE_OPEN;
	f.since = label(m, r.seen);
	judge(m, &f, r,
	    model_grave(m) == m->count
		? limit(f.since, promise(m))
		: limit(m->facts[model_grave(m)].since + model_unknown(m),
		      promise(m)));
	if (!relapse_escalates)
		f.escalated = was;
	add(m, &f);
	if (f.kind > before)
		change(m, &f, before);
}

/* The ledger decides. */
static void
convince(struct model *m, size_t i, struct run r)
{
	struct belief b = model_belief(m, m->count);
	struct fact now = model_now(m);

	m->unsure = m->unsure || (b.low < 200 && b.high >= 200);
	if (b.high < 200)
		return;
	if (now.phase == PHASE_OPEN)
		worsen(m, i, r);
	else if (now.phase == PHASE_RECOVERING)
		relapse(m, i, r);
	else
		open_incident(m, i, r);
}

static void
failing(struct model *m, size_t i)
{
	struct fact now = model_now(m);
	wall_ms at = m->facts[i].at;
	struct run r = model_run(m, FAILING, m->count);
	span_ms length = at - m->facts[r.first].at;

	if (model_fails(&now)) {
		if (now.state == STATE_UNKNOWN)
			move(m, at,
			    now.kind == KIND_MAINTENANCE ? STATE_MAINTENANCE
							 : STATE_DOWN,
			    WHY_NONE, label(m, i));
		majority(m, i);
	} else if (now.phase == PHASE_RECOVERING &&
	    worst(m) != KIND_DEGRADATION) {
		if (r.count >= 2 && length >= 5 * second)
			relapse(m, i, r);
	} else if (r.count >= 2 && length >= 30 * second) {
		convince(m, i, r);
	}
}

static void
resolve(struct model *m, size_t i)
{
	struct fact f = event(m, EVENT_RESOLVED, m->facts[i].at);
	struct quiet q = model_quiet(m);

	if (model_run(m, GOOD, m->count).count < 2)
		return;
	if (f.at < q.until)
		return;
	f.phase = PHASE_CLOSED;
	f.ended = q.ended;
	f.since = f.at;
	for (size_t j = model_last(m, EVENT_OPENED); j < m->count; j++)
		f.loud =
		    f.loud || (m->facts[j].what == MOVED && m->facts[j].loud);
	add(m, &f);
}

/* 3.10: two good answers end it, once the share is low. */
static void
degraded(struct model *m, size_t i, bool twice)
{
	struct fact now = model_now(m), f;
	struct partly p = model_partly(m);
	wall_ms at = m->facts[i].at;

	m->unsure = m->unsure || p.torn;
	if (!p.counts)
		return;
	f = event(m,
	    now.phase == PHASE_NONE       ? EVENT_OPENED
		: now.phase == PHASE_OPEN ? EVENT_RECOVERING
					  : EVENT_RELAPSED,
	    at);
	if (p.ill && now.phase == PHASE_OPEN) {
		if (now.state == STATE_UNKNOWN)
			move(m, at, STATE_DEGRADED, WHY_NONE, label(m, i));
	} else if (p.ill) {
		f.loud = f.event == EVENT_OPENED;
		f.phase = PHASE_OPEN;
		f.kind = KIND_DEGRADATION;
		f.origin = ORIGIN_OBSERVED;
		f.state = STATE_DEGRADED;
		f.why = WHY_NONE;
		f.since = now.phase == PHASE_RECOVERING ? model_quiet(m).ended
							: f.since;
		if (p.failed[2] > f.since)
			f.since = p.failed[2];
		add(m, &f);
	} else if (now.phase == PHASE_OPEN && twice) {
		f.phase = PHASE_RECOVERING;
		f.state = STATE_UP;
		f.why = WHY_NONE;
		f.since = label(m, model_run(m, GOOD, m->count).first);
		add(m, &f);
	}
}

static void
good(struct model *m, size_t i)
{
	struct fact now = model_now(m), f;
	wall_ms at = m->facts[i].at;
	struct run r = model_run(m, GOOD, m->count);
	struct belief after = model_belief(m, m->count);
	bool twice = r.count >= 2 && at - m->facts[r.first].at >= 5 * second;

	if (now.phase == PHASE_RECOVERING) {
		if (now.state == STATE_UNKNOWN)
			move(m, at, STATE_UP, WHY_NONE, label(m, i));
		if (model_ends_run(m, i) >= 0) {
			f = event(m, EVENT_GLITCH, at);
			add(m, &f);
		}
	}
	degraded(m, i, twice);
	now = model_now(m);
	m->unsure = m->unsure || (now.phase == PHASE_NONE && after.torn);
	if (now.phase == PHASE_NONE && now.state == STATE_UNKNOWN && twice) {
		move(m, at, STATE_UP, WHY_NONE, label(m, r.first));
	} else if (model_fails(&now) && twice) {
		f = event(m, EVENT_RECOVERING, at);
		f.phase = PHASE_RECOVERING;
		f.state = STATE_UP;
		f.why = WHY_NONE;
		f.since = label(m, r.first);
		add(m, &f);
	}
	f = event(m, EVENT_GLITCH, at);
	if (now.phase == PHASE_NONE && f.state == STATE_UP && !after.suspect &&
	    model_belief(m, i).suspect)
		add(m, &f);
	if (model_now(m).phase == PHASE_RECOVERING)
		resolve(m, i);
}

/* Nothing is known from then on. */
static void
lose(struct model *m, wall_ms at, enum why why, wall_ms since)
{
	struct fact now = model_now(m);
	struct fact f = {.what = DROPPED,
	    .at = at,
	    .why = why,
	    .state = now.state,
	    .phase = now.phase,
	    .kind = now.kind};

	add(m, &f);
	if (now.state == STATE_UNKNOWN && why == WHY_STALE)
		return;
	move(m, at, STATE_UNKNOWN, why, since > now.since ? since : now.since);
}

static void
refused(struct model *m, size_t i)
{
	size_t n = 0, first = i;
	struct fact f = model_now(m);

	if (f.state == STATE_UNKNOWN && f.why == WHY_AUTH)
		return; /* said already */
	for (size_t j = m->count; j-- > 0;) {
		if (m->facts[j].what == GOOD || m->facts[j].what == FAILING)
			break;
		if (m->facts[j].what == REFUSED) {
			first = j;
			n++;
		}
	}
	if (n != 3)
		return;
	lose(m, m->facts[i].at, WHY_AUTH, m->facts[first].start);
	f = event(m, EVENT_MISCONFIGURED, m->facts[i].at);
	add(m, &f);
}

/* Time */

/* When the last evidence is too old; INT64_MAX when it was seen to be. */
static wall_ms
stale(const struct model *m, wall_ms *since)
{
	span_ms three = 3 * m->policy.interval;
	span_ms patience = m->policy.interval + 2 * m->policy.timeout;

	for (size_t i = m->count; i-- > 0;) {
		const struct fact *f = &m->facts[i];

		if (f->what == DROPPED)
			break;
		if (f->what != GOOD && f->what != FAILING)
			continue;
		*since = f->start + m->policy.interval;
		return f->at + (three > patience ? three : patience);
	}
	return INT64_MAX;
}

static void
pass(struct model *m, wall_ms until)
{
	for (;;) {
		wall_ms since = 0, old = stale(m, &since), over = turns(m);

		if (model_now(m).state == STATE_UNKNOWN &&
		    !silence_ends_runs_in_unknown)
			old = INT64_MAX;

		if (old > until && over > until)
			return;
		if (over <= old)
			turn(m, over);
		else
			lose(m, old, WHY_STALE, since);
	}
}

static enum what
what(enum sample_class c)
{
	switch (class_effect(c)) {
	case EFFECT_GOOD:
		return GOOD;
	case EFFECT_FAILING:
		return FAILING;
	case EFFECT_REFUSED:
		return REFUSED;
	case EFFECT_NONE:
	default:
		return MUTE;
	}
}

void
model_start(struct model *m, const struct policy *p, wall_ms start)
{
	m->policy = *p;
	m->start = start;
	m->count = m->said_count = 0;
	m->unsure = false;
}

void
model_step(struct model *m, const struct input *in)
{
	struct fact now, f = {.at = in->at};

	m->said_count = 0;
	pass(m, in->at);
	now = model_now(m);
	f.state = now.state;
	f.phase = now.phase;
	f.kind = now.kind;
	if (in->kind == INPUT_WINDOW) {
		f.what = WINDOW;
		f.until =
		    in->u.window.until > in->at ? in->u.window.until : in->at;
		add(m, &f);
	}
	if (in->kind != INPUT_SAMPLE)
		return;
	f.what = what(in->u.sample.class);
	f.start = in->u.sample.start;
	f.maint = in->u.sample.class == CLASS_MAINT;
	f.extra = (in->u.sample.flags & SAMPLE_EXTRA) != 0;
	f.retry_after_s = in->u.sample.retry_after_s;
	add(m, &f);
	if (f.what == FAILING)
		failing(m, m->count - 1);
	else if (f.what == GOOD)
		good(m, m->count - 1);
	else if (f.what == REFUSED)
		refused(m, m->count - 1);
}
