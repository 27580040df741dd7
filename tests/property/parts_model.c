/* SPDX-License-Identifier: MIT */
/* What the log of facts adds up to; see model_past.h. */
#include <math.h>
#include <string.h>

#include "model_past.h"

/* The last decision among the first facts. */
static struct fact
now_at(const struct model *m, size_t facts)
{
	struct fact f = {.what = MOVED,
	    .at = m->start,
	    .state = STATE_UNKNOWN,
	    .phase = PHASE_NONE,
	    .since = m->start,
	    .why = WHY_NEW};

	while (facts > 0 && m->facts[facts - 1].what != MOVED)
		facts--;
	if (facts > 0)
		f = m->facts[facts - 1];
	if (f.phase == PHASE_CLOSED) {
		f.phase = PHASE_NONE;
		f.kind = KIND_NONE;
		f.escalated = false;
	}
	return f;
}

struct fact
model_now(const struct model *m)
{
	return now_at(m, m->count);
}

struct run
model_run(const struct model *m, enum what what, size_t facts)
{
	struct run r = {0};
	bool silent = false; /* between the run's latest and this fact */

	for (size_t i = facts; i-- > 0;) {
		const struct fact *f = &m->facts[i];

		if (f->what == what) {
			r.first = i;
			if (!silent)
				r.seen = i;
			r.count++;
			r.maint += f->maint;
		} else if (f->what == DROPPED && f->why == WHY_STALE &&
		    what == FAILING) {
			silent = silent || r.count > 0;
		} else if (f->what == GOOD || f->what == FAILING ||
		    (f->what == DROPPED &&
			!(what == FAILING && model_fails(f)))) {
			break;
		}
	}
	return r;
}

span_ms
model_ends_run(const struct model *m, size_t i)
{
	struct run r;

	if (m->facts[i].what != GOOD)
		return -1;
	r = model_run(m, FAILING, i);
	return r.count == 0 ? -1 : m->facts[i].at - m->facts[r.first].at;
}

bool
model_fails(const struct fact *f)
{
	return f->phase == PHASE_OPEN && f->kind != KIND_DEGRADATION;
}

bool
model_told(const struct fact *f, enum event_kind event)
{
	return f->what == MOVED && f->told && f->event == event;
}

size_t
model_last(const struct model *m, enum event_kind event)
{
	for (size_t i = m->count; i-- > 0;)
		if (model_told(&m->facts[i], event))
			return i;
	return m->count;
}

wall_ms
model_onset(const struct model *m)
{
	size_t i = model_last(m, EVENT_OPENED);

	return i == m->count ? 0 : m->facts[i].since;
}

wall_ms
model_label(const struct model *m, size_t i, size_t facts)
{
	wall_ms since = now_at(m, facts).since;

	return m->facts[i].start > since ? m->facts[i].start : since;
}

/* 3.3 */

static double
clamped(double x, double low, double high)
{
	return x < low ? low : x > high ? high : x;
}

static void
believe(struct belief *b, double low, double high)
{
	b->low = clamped(b->low + low, -300, 300);
	b->high = clamped(b->high + high, -300, 300);
}

static void
learn(struct belief *b, bool glitch)
{
	b->n++;
	b->g += glitch;
	if (b->n >= 20000) {
		b->n = floor(b->n / 2);
		b->g = floor(b->g / 2);
	}
}

static void
weigh_failing(struct belief *b, const struct fact *f, const struct fact *before)
{
	double p0 = clamped((b->g + 1) / (b->n + 500), 0.0005, 0.1);
	double weight = 10 * 10 * log10(0.98 / p0);

	if (before != NULL)
		weight = fmin(weight,
		    43.4 * (double)(f->at - before->at) / 1000 / 6);
	believe(b, weight - 0.6, weight + 0.6);
}

struct belief
model_belief(const struct model *m, size_t facts)
{
	struct belief b = {.low = -300, .high = -300};
	const struct fact *failed = NULL;

	for (size_t i = 0; i < facts; i++) {
		const struct fact *f = &m->facts[i];
		bool learns = f->state == STATE_UP && f->phase == PHASE_NONE;

		if ((f->what == DROPPED && f->why != WHY_STALE) ||
		    model_told(f, EVENT_RESOLVED)) {
			b.low = b.high = -300;
			b.suspect = b.torn = false;
		} else if (f->what == GOOD) {
			span_ms length = learns ? model_ends_run(m, i) : -1;

			believe(&b, -128, -128);
			b.torn = b.low <= -250 && b.high > -250;
			b.suspect = b.suspect && b.low > -250;
			if (learns)
				learn(&b, length >= 0 && length < 10 * minute);
		} else if (f->what == FAILING) {
			if (learns)
				learn(&b, false);
			weigh_failing(&b, f, failed);
			b.suspect = true;
			failed = f;
		}
	}
	return b;
}

void
model_ledger(const struct model *m, double *low, double *high)
{
	struct belief b = model_belief(m, m->count);

	*low = b.low;
	*high = b.high;
}

bool
model_suspect(const struct model *m)
{
	return model_belief(m, m->count).suspect;
}

/* 5 */

static enum bucket
bucket(const struct fact *f)
{
	if (f->state == STATE_UP)
		return f->phase == PHASE_RECOVERING ? BUCKET_RECOVERING
						    : BUCKET_UP;
	if (f->state == STATE_UNKNOWN)
		return BUCKET_UNKNOWN;
	if (f->state == STATE_DEGRADED)
		return BUCKET_DEGRADED;
	return f->state == STATE_DOWN ? BUCKET_DOWN : BUCKET_MAINTENANCE;
}

struct span {
	wall_ms since;
	enum bucket bucket;
};

/* The recovering time from then on was good. */
static size_t
relabel(struct span *spans, size_t n, wall_ms since)
{
	size_t i = n;

	while (i > 0 && spans[i - 1].since >= since) {
		i--;
		if (spans[i].bucket == BUCKET_RECOVERING)
			spans[i].bucket = BUCKET_UP;
	}
	if (i == 0 || spans[i - 1].bucket != BUCKET_RECOVERING)
		return n;
	memmove(&spans[i + 1], &spans[i], (n - i) * sizeof(spans[0]));
	spans[i] = (struct span){since, BUCKET_UP};
	return n + 1;
}

static size_t
timeline(const struct model *m, struct span spans[SPANS_MAX])
{
	struct fact last = now_at(m, 0);
	size_t n = 1;

	spans[0] = (struct span){m->start, BUCKET_UNKNOWN};
	for (size_t i = 0; i < m->count && n < SPANS_MAX - 1; i++) {
		const struct fact *f = &m->facts[i];

		if (f->what != MOVED)
			continue;
		if (model_told(f, EVENT_RESOLVED)) {
			n = relabel(spans, n, f->ended);
		} else if (f->since != last.since ||
		    bucket(f) != bucket(&last)) {
			while (n > 0 && spans[n - 1].since >= f->since)
				n--;
			spans[n++] = (struct span){f->since, bucket(f)};
		}
		last = *f;
	}
	return n;
}

void
model_sums(const struct model *m, wall_ms since, wall_ms until,
    int64_t out[BUCKET_COUNT])
{
	struct span spans[SPANS_MAX];
	size_t n = timeline(m, spans);

	memset(out, 0, BUCKET_COUNT * sizeof(out[0]));
	for (size_t i = 0; i < n; i++) {
		wall_ms from = spans[i].since;
		wall_ms to = i + 1 < n ? spans[i + 1].since : until;

		from = from < since ? since : from;
		to = to > until ? until : to;
		if (to > from)
			out[spans[i].bucket] += to - from;
	}
}

/* 3.6, by CONTRACTS 2 */

/* The end of a failing run at this place is one recovery more. */
static bool
counts(const struct model *m, size_t i)
{
	span_ms length = model_ends_run(m, i);

	return length >= 0 &&
	    (length >= 10 * second || model_fails(&m->facts[i]));
}

static bool recovers(const struct model *m, size_t i);

/* The end of a degradation, none of whose failing runs ended as one. */
static bool
ends_degradation(const struct model *m, size_t i)
{
	const struct fact *f = &m->facts[i];
	size_t spell = i;

	if (!model_told(f, EVENT_RECOVERING) || f->kind != KIND_DEGRADATION)
		return false;
	while (!model_told(&m->facts[spell], EVENT_OPENED) &&
	    !model_told(&m->facts[spell], EVENT_RELAPSED))
		spell--;
	for (size_t j = i; j-- > 0;)
		if (m->facts[j].at / 1000 >= m->facts[spell].since / 1000 &&
		    recovers(m, j))
			return false;
	return true;
}

static bool
recovers(const struct model *m, size_t i)
{
	return counts(m, i) || ends_degradation(m, i);
}

static unsigned
others(struct model *m, size_t place)
{
	const wall_ms six_hours = 6 * hour / 1000;
	wall_ms now = m->facts[place].at / 1000;
	unsigned n = 0;

	for (size_t i = 0; i < place; i++) {
		wall_ms age = now - m->facts[i].at / 1000;

		if (age > six_hours || !recovers(m, i))
			continue;
		if (age == six_hours)
			m->unsure = true;
		n++;
	}
	return n < 3 ? n : 3;
}

struct quiet
model_quiet(struct model *m)
{
	const double min = MINUTE_MS;
	static const double scale[] = {1, 0.5, 2};
	static const double table[] = {15, 120, 120, 360};
	size_t told = model_last(m, EVENT_RECOVERING), ran;
	struct quiet q = {.base = model_run(m, GOOD, told).first,
	    .ended = m->facts[told].since};
	int64_t ms[BUCKET_COUNT];
	double length;

	for (size_t i = told + 1; i < m->count; i++)
		if (counts(m, i)) {
			q.base = i;
			q.ended = model_label(m, i, i);
		}
	ran = m->count - 1;
	while (ran > 0 && !recovers(m, ran))
		ran--;
	q.others = others(m, ran);
	length =
	    fmax(table[q.others] * min * scale[m->policy.all_clear], 2 * min);
	model_sums(m, m->facts[q.base].at, m->facts[m->count - 1].at, ms);
	q.until =
	    m->facts[q.base].at + ms[BUCKET_UNKNOWN] + (wall_ms)floor(length);
	return q;
}
