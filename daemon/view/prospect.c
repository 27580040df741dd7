/* SPDX-License-Identifier: MIT */
#include "view/prospect.h"

#include <stdarg.h>
#include <stdio.h>

#include "base/duration.h"
#include "base/utc.h"

struct list {
	const struct explanation *e;
	struct prospect *out;
	size_t count;
};

const char *
prospect_time(wall_ms t, wall_ms now, char buf[PROSPECT_TIME_BYTES])
{
	char full[UTC_TEXT_BYTES];

	utc_format(t, full);
	if (utc_yyyymmdd(t) == utc_yyyymmdd(now))
		(void)snprintf(buf, PROSPECT_TIME_BYTES, "%.8sZ", full + 11);
	else
		(void)snprintf(buf, PROSPECT_TIME_BYTES, "%.10s %.8sZ", full,
		    full + 11);
	return buf;
}

PRINTF_LIKE(4, 5)
static void
add(struct list *l, wall_ms at, enum bucket then, const char *fmt, ...)
{
	struct prospect *p = &l->out[l->count];
	va_list ap;

	if (l->count == PROSPECTS_MAX)
		return;
	l->count++;
	p->at = at;
	p->then = then;
	va_start(ap, fmt);
	(void)vsnprintf(p->text, sizeof(p->text), fmt, ap);
	va_end(ap);
}

/* Where a failure of this endpoint leads at present. */
static enum bucket
failing(const struct explanation *e)
{
	return e->window_until > 0 || e->now.kind_now == KIND_MAINTENANCE
	    ? BUCKET_MAINTENANCE
	    : BUCKET_DOWN;
}

static void
without_news(struct list *l)
{
	char when[PROSPECT_TIME_BYTES];

	if (l->e->stale_at > 0)
		add(l, l->e->stale_at, BUCKET_UNKNOWN,
		    "Unknown if nothing is heard of it until %s.",
		    prospect_time(l->e->stale_at, l->e->now.at, when));
}

/* A failing run: when would it be believed? */
static void
confirming(struct list *l)
{
	const struct explanation *e = l->e;
	wall_ms at = e->down_from > e->now.at ? e->down_from : e->now.at;
	char when[PROSPECT_TIME_BYTES];

	if (e->waiting)
		add(l, 0, failing(e),
		    "Confirmed as soon as an answer proves that our own "
		    "network works.");
	else
		add(l, at, failing(e),
		    "Confirmed at %s at the earliest if it goes on failing.",
		    prospect_time(at, e->now.at, when));
}

static void
recovering(struct list *l)
{
	const struct explanation *e = l->e;
	wall_ms at = e->now.all_clear_at, now = e->now.at;
	char when[PROSPECT_TIME_BYTES];

	if (e->fails > 0 && e->by_ledger)
		confirming(l);
	else if (e->fails > 0)
		add(l, 0, failing(e),
		    "A relapse when a failing answer comes 5 s or more after "
		    "the first one (%s).",
		    prospect_time(e->fail_since, now, when));
	if (at > now)
		add(l, at, BUCKET_UP, "All-clear at %s if it stays good.",
		    prospect_time(at, now, when));
	else
		add(l, now, BUCKET_UP, "All-clear with the next good answer.");
	if (e->fails == 0)
		add(l, 0, failing(e),
		    "A failing run of 10 s or more restarts the quiet time; "
		    "%s.",
		    e->by_ledger
			? "failing answers over 30 s or more are an outage"
			: "two failing answers 5 s or more apart are a "
			  "relapse");
	else
		add(l, 0, BUCKET_RECOVERING,
		    "Good again, 10 s or more after the first failing answer, "
		    "it starts the quiet time anew.");
}

static void
open(struct list *l)
{
	const struct explanation *e = l->e;
	wall_ms at = e->escalates_at, latest = e->escalates_latest;
	wall_ms now = e->now.at;
	char when[PROSPECT_TIME_BYTES], then[PROSPECT_TIME_BYTES];
	char quiet[DURATION_TEXT_BYTES];

	if (at > 0 && latest > at)
		add(l, at, BUCKET_DOWN,
		    "It counts as an outage, and that is told loudly, if it "
		    "still fails at %s, unless it promises anew; at the latest "
		    "at %s.",
		    prospect_time(at, now, when),
		    prospect_time(latest, now, then));
	else if (at > 0)
		add(l, at, BUCKET_DOWN,
		    "It counts as an outage, and that is told loudly, if it "
		    "still fails at %s.",
		    prospect_time(at, now, when));
	if (e->goods > 0)
		add(l, 0, BUCKET_RECOVERING,
		    "Recovering when the next answer is good too, 5 s or more "
		    "after the first one (%s).",
		    prospect_time(e->good_since, now, when));
	else
		add(l, 0, BUCKET_RECOVERING,
		    "Recovering after two good answers 5 s or more apart.");
	add(l, now + e->next_quiet, BUCKET_UP,
	    "All-clear after a quiet time of %s: at %s if it answered from now "
	    "on.",
	    duration_format(e->next_quiet, quiet),
	    prospect_time(now + e->next_quiet, now, when));
}

static void
degraded(struct list *l)
{
	const struct explanation *e = l->e;
	wall_ms now = e->now.at;
	wall_ms at = e->rate_low_at > now ? e->rate_low_at : now;
	char when[PROSPECT_TIME_BYTES], quiet[DURATION_TEXT_BYTES];

	if (e->fails > 0)
		confirming(l);
	else
		add(l, 0, failing(e),
		    "Failing answers over 30 s or more make it an outage.");
	if (e->rate_low_at > 0)
		add(l, at, BUCKET_RECOVERING,
		    "Recovering at %s if it does not fail again until then: "
		    "less than 5 %% of its checks, the old ones counting "
		    "less.",
		    prospect_time(at, now, when));
	if (e->calm_at > 0)
		add(l, e->calm_at, BUCKET_RECOVERING,
		    "Recovering at %s if it stays as fast as it is.",
		    prospect_time(e->calm_at, now, when));
	else if (e->now.degraded.slow)
		add(l, 0, BUCKET_RECOVERING,
		    "Recovering after ten minutes at its usual pace.");
	add(l, 0, BUCKET_UP, "All-clear after a quiet time of %s then.",
	    duration_format(e->next_quiet, quiet));
}

static void
suspected(struct list *l)
{
	confirming(l);
	add(l, 0, BUCKET_UP,
	    "Good answers clear the suspicion: it was a glitch then.");
}

static void
good(struct list *l)
{
	const struct explanation *e = l->e;
	wall_ms until = e->quiet_from + e->quiet;
	char when[PROSPECT_TIME_BYTES];

	if (e->reopens && until > e->now.at)
		add(l, until, failing(e),
		    "Two failing answers before %s reopen the incident that "
		    "an operator ended.",
		    prospect_time(until, e->now.at, when));
	else
		add(l, 0, failing(e),
		    "Failing answers over 30 s or more open an incident%s.",
		    e->window_until > 0
			? ", as planned maintenance while the window is open"
			: "");
}

static void
unknown(struct list *l)
{
	const struct explanation *e = l->e;

	switch (e->now.why) {
	case WHY_AUTH:
		add(l, 0, BUCKET_UP,
		    "Repair our credentials, or the configuration: then two "
		    "good answers 5 s or more apart make it up.");
		return;
	case WHY_NETWORK:
		add(l, 0, BUCKET_UP,
		    "Once our own network works again, the next answers say "
		    "how it is.");
		return;
	case WHY_NONE:
	case WHY_NEW:
	case WHY_STALE:
	case WHY_PAUSED:
	case WHY_COUNT:
		break;
	}
	add(l, 0, e->now.phase == PHASE_NONE ? BUCKET_UP : BUCKET_RECOVERING,
	    "Two good answers 5 s or more apart make it %s.",
	    e->now.phase == PHASE_NONE ? "up" : "recovering");
	add(l, 0, failing(e), "%s",
	    e->now.phase != PHASE_OPEN
		? "Failing answers over 30 s or more open an incident."
		: e->by_ledger
		? "Failing answers over 30 s or more make it an outage."
		: "A failing answer continues the incident.");
}

void
recoveries_words(struct text *t, const struct explanation *e)
{
	size_t n = e->recovery_count;
	char buf[DURATION_TEXT_BYTES], when[PROSPECT_TIME_BYTES];

	if (n == 0) {
		text_add(t, "No recovery within the last six hours.");
		return;
	}
	text_printf(t, "%s%zu recover%s within the last six hours (",
	    n == RECOVERY_MEMORY ? "At least " : "", n, n == 1 ? "y" : "ies");
	for (size_t i = n; i-- > 0;)
		text_printf(t, "%s%s",
		    prospect_time(e->recoveries[i], e->now.at, when),
		    i > 0 ? ", " : ")");
	if (output_recovers(&e->now))
		text_printf(t,
		    ", %u of them before this one: the quiet time is %s",
		    e->now.others, duration_format(e->quiet, buf));
	else if (e->now.phase == PHASE_OPEN)
		text_printf(t, ": the quiet time would be %s",
		    duration_format(e->next_quiet, buf));
	text_char(t, '.');
}

size_t
prospects(const struct explanation *e, struct prospect out[PROSPECTS_MAX])
{
	struct list l = {.e = e, .out = out};

	if (e->now.to == STATE_UNKNOWN)
		unknown(&l);
	else if (output_recovers(&e->now))
		recovering(&l);
	else if (e->now.to == STATE_DEGRADED)
		degraded(&l);
	else if (e->now.phase == PHASE_OPEN)
		open(&l);
	else if (e->suspect)
		suspected(&l);
	else
		good(&l);
	without_news(&l);
	return l.count;
}
