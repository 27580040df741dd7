/* SPDX-License-Identifier: MIT */
/* The rate of failing samples, and what is worse; see model_past.h. */
#include <math.h>
#include <string.h>

#include "model_past.h"

/* What the core's decay, by lines between sixteenths, may be off at most. */
static double
coarse(double gone)
{
	return fmin(2.4e-4, 0.023 * gone);
}

static void
count(struct partly *p, const struct fact *f, span_ms interval)
{
	const double unit = 1.0 / 65536;
	span_ms dt = p->counted > 0 ? f->at - p->counted : interval;
	double rest, more;

	if (f->extra && dt < interval)
		return;
	dt = dt < interval ? dt : interval;
	rest = exp2(-(double)dt / (10 * (double)minute));
	more = rest + coarse(1 - rest);
	if (f->what == GOOD) {
		p->low = fmax(0, p->low * rest - unit);
		p->high *= more;
	} else {
		p->low = fmin(1 - unit, 1 - (1 - p->low) * more);
		p->high = fmin(1, 1 - (1 - p->high) * rest + unit);
		memmove(&p->failed[1], &p->failed[0], 2 * sizeof(wall_ms));
		p->failed[0] = f->start / 1000 * 1000;
	}
	p->counted = f->at;
}

static void
judge(struct partly *p, wall_ms at)
{
	bool thrice = p->failed[2] > 0 && at - p->failed[2] <= 20 * minute;

	p->torn = (thrice && p->low < .2 && p->high >= .2 && !p->ill) ||
	    (p->ill && p->low < .05 && p->high >= .05);
	if (thrice && p->high >= .2)
		p->ill = true;
	else if (p->low < .05)
		p->ill = false;
}

static enum kind
worst_after(enum kind worst, const struct fact *f)
{
	if (f->phase == PHASE_CLOSED)
		return KIND_NONE;
	return f->kind > worst ? f->kind : worst;
}

struct partly
model_partly(const struct model *m)
{
	struct partly p = {0};
	enum kind worst = KIND_NONE;
	wall_ms window = 0;

	for (size_t i = 0; i < m->count; i++) {
		const struct fact *f = &m->facts[i];

		if (f->what == WINDOW)
			window = f->until;
		else if (f->what == MOVED)
			worst = worst_after(worst, f);
		if ((f->what == DROPPED && f->why != WHY_STALE) ||
		    model_told(f, EVENT_RESOLVED)) {
			p = (struct partly){0};
			continue;
		}
		if (f->what != GOOD && f->what != FAILING)
			continue;
		p.torn = false;
		p.counts = f->phase == PHASE_NONE ? window <= f->at
						  : worst == KIND_DEGRADATION;
		if (!p.counts)
			continue;
		count(&p, f, m->policy.interval);
		if (f->what == GOOD)
			judge(&p, f->at);
	}
	return p;
}

size_t
model_grave(const struct model *m)
{
	size_t i = model_last(m, EVENT_OPENED);

	while (i < m->count &&
	    (m->facts[i].what != MOVED || m->facts[i].kind <= KIND_DEGRADATION))
		i++;
	return i;
}

span_ms
model_unknown(const struct model *m)
{
	span_ms sum = 0;

	for (size_t i = model_grave(m); i < m->count; i++) {
		const struct fact *f = &m->facts[i];
		size_t next = i + 1;

		if (f->what != MOVED || f->state != STATE_UNKNOWN ||
		    f->phase != PHASE_OPEN)
			continue;
		while (next < m->count && m->facts[next].what != MOVED)
			next++;
		if (next < m->count)
			sum += m->facts[next].since - f->since;
	}
	return sum;
}
