/* SPDX-License-Identifier: MIT */
#include "prober/ladder.h"

#include <stddef.h>

static const span_ms rungs[] = {3000, 5000, 10000, 15000, 20000, 30000};
enum { RUNGS = sizeof(rungs) / sizeof(rungs[0]) };

static const span_ms back_again = 5000;
/* After an answer that took longer than its rung: not at once. */
static const span_ms breath = 1000;
/* 60 in an hour: each costs a minute, and an hour can be saved up. */
static const span_ms extra_cost = MINUTE_MS;
static const span_ms credit_max = HOUR_MS;
static const span_ms host_gap = SECOND_MS;
static const int32_t hold_max_s = 3600;

void
ladder_init(struct ladder *l, span_ms interval, bool on, wall_ms now)
{
	*l = (struct ladder){.interval = interval,
	    .on = on,
	    .credit = credit_max,
	    .credited = now};
}

static void
schedule(struct ladder *l, wall_ms due)
{
	if (l->due == 0 || due < l->due)
		l->due = due;
}

/* Rungs and pace count from the start of a probe, as the timetable does. */
static wall_ms
after(const struct sample *s, span_ms gap, wall_ms now)
{
	wall_ms due = s->start + gap;

	return due > now + breath ? due : now + breath;
}

static void
climb(struct ladder *l, const struct sample *s, wall_ms now)
{
	/* A probe of the timetable between two rungs changes neither. */
	if (l->failing && l->due > now)
		return;
	if (!l->failing)
		l->step = 0;
	l->due = 0;
	if (rungs[l->step] < l->interval)
		schedule(l, after(s, rungs[l->step], now));
	if (l->step + 1 < RUNGS)
		l->step++;
}

static void
hold(struct ladder *l, const struct sample *s, wall_ms now)
{
	int32_t wait = s->retry_after_s;

	l->due = 0;
	l->pace_every = 0;
	if (wait == RETRY_AFTER_ABSENT)
		return;
	if (wait > hold_max_s)
		wait = hold_max_s;
	/* A tenth more, so that we are not the first to come back. */
	l->hold_until = now + (span_ms)wait * 1100;
}

static void
follow_pace(struct ladder *l, const struct sample *s, wall_ms now)
{
	wall_ms due = after(s, l->pace_every, now);

	if (l->pace_every > 0 && l->pace_every < l->interval &&
	    due < l->pace_until)
		schedule(l, due);
}

void
ladder_feed(struct ladder *l, const struct sample *s, wall_ms now)
{
	enum effect effect = class_effect((enum sample_class)s->class);

	if (s->class == CLASS_LIMITED) {
		hold(l, s, now);
		return;
	}
	if (!l->on)
		return;
	switch (effect) {
	case EFFECT_FAILING:
		climb(l, s, now);
		l->failing = true;
		break;
	case EFFECT_GOOD:
		if (l->failing || l->due <= now)
			l->due = 0;
		if (l->failing && back_again < l->interval)
			schedule(l, after(s, back_again, now));
		l->failing = false;
		break;
	case EFFECT_NONE: /* our own trouble: the same rung once more */
		if (l->failing && l->due <= now)
			l->due = after(s, rungs[l->step], now);
		break;
	case EFFECT_REFUSED:
		l->due = 0;
		l->failing = false;
		break;
	}
	if (effect != EFFECT_REFUSED)
		follow_pace(l, s, now);
}

void
ladder_pace(struct ladder *l, span_ms every, wall_ms until, wall_ms now)
{
	bool wanted = l->on && every > 0 && every < l->interval && until > now;

	l->pace_every = wanted ? every : 0;
	l->pace_until = until;
	if (wanted && now + every < until)
		schedule(l, now + every);
}

wall_ms
ladder_due(const struct ladder *l)
{
	return l->due;
}

void
ladder_postpone(struct ladder *l, wall_ms due)
{
	l->due = due;
}

bool
ladder_take(struct ladder *l, wall_ms now)
{
	l->due = 0;
	if (now > l->credited) {
		l->credit += now - l->credited;
		l->credited = now;
	}
	if (l->credit > credit_max)
		l->credit = credit_max;
	if (l->credit < extra_cost || ladder_held(l, now))
		return false;
	l->credit -= extra_cost;
	return true;
}

bool
ladder_held(const struct ladder *l, wall_ms now)
{
	return now < l->hold_until;
}

span_ms
ladder_hosts_take(struct ladder_hosts *h, uint64_t host, wall_ms now)
{
	wall_ms *last = &h->last[host % LADDER_HOSTS];

	if (*last != 0 && now - *last < host_gap)
		return host_gap - (now - *last);
	*last = now;
	return 0;
}
