/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <string.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/utc.h"
#include "wire/degraded.h"
#include "wire/event_json.h"

/* "09:00:20Z", or with its date when that is not the day of the event. */
static void
add_time(struct text *out, const struct output *o, wall_ms t, bool seconds)
{
	char buf[UTC_TEXT_BYTES];

	utc_format(t, buf);
	if (utc_yyyymmdd(t) != utc_yyyymmdd(o->at)) {
		text_add_n(out, buf, 10);
		text_char(out, ' ');
	}
	text_add_n(out, buf + 11, seconds ? 8 : 5);
	text_char(out, 'Z');
}

/* "the server says maintenance (503)" */
static void
add_reason(struct text *out, const struct output *o)
{
	text_add(out,
	    o->class == CLASS_MAINT ? class_text(o->class)
				    : reason_text(o->reason));
	if (o->code != 0)
		text_printf(out, " (%d)", o->code);
}

static void
add_since(struct text *out, const struct output *o, const struct event_names *n)
{
	scope_parts(o, n, out);
	if (o->onset != 0) {
		text_add(out, "; since ");
		add_time(out, o, o->onset, true);
	}
	if (o->last_good_at != 0) {
		text_add(out, ", last good ");
		add_time(out, o, o->last_good_at, true);
	}
}

/* It answers now and then: when it was last good says nothing. */
static void
add_degraded(struct text *out, const struct output *o, const char *before)
{
	text_add(out, before);
	degraded_line(&o->degraded, out);
	if (o->degraded.partly) {
		text_add(out, ", last of ");
		add_reason(out, o);
	}
	if (o->onset != 0) {
		text_add(out, "; since ");
		add_time(out, o, o->onset, true);
	}
}

static void
add_opened(struct text *out, const struct output *o,
    const struct event_names *n)
{
	if (o->kind_now == KIND_DEGRADATION) {
		add_degraded(out, o, "degraded: ");
		return;
	}
	if (o->kind_now != KIND_MAINTENANCE) {
		text_add(out, "down: ");
		add_reason(out, o);
	} else if (o->origin == ORIGIN_PLANNED) {
		text_add(out, "in planned maintenance: ");
		add_reason(out, o);
	} else {
		text_printf(out, "down? %s (", class_text(CLASS_MAINT));
		if (o->code != 0)
			text_printf(out, "%d, ", o->code);
		text_add(out, "nobody announced it)");
	}
	if (o->promise_until != 0) {
		text_add(out, ", until ");
		add_time(out, o, o->promise_until, false);
		if (o->origin == ORIGIN_DECLARED)
			text_add(out, " by its own word");
	}
	add_since(out, o, n);
}

static void
add_changed(struct text *out, const struct output *o,
    const struct event_names *n)
{
	if (o->cause == CAUSE_SCOPE || o->cause == CAUSE_LEAD_ENDED ||
	    o->cause == CAUSE_ELSEWHERE || o->cause == CAUSE_DEPENDENCY ||
	    o->cause == CAUSE_ALONE) {
		text_add(out, cause_text(o->cause));
		add_since(out, o, n);
		return;
	}
	text_printf(out, "now %s%s: ", o->kind_now == KIND_OUTAGE ? "an " : "",
	    kind_name(o->kind_now));
	if (o->cause == CAUSE_EVIDENCE)
		add_reason(out, o);
	else
		text_add(out, cause_text(o->cause));
	add_since(out, o, n);
}

static void
add_recovering(struct text *out, const struct output *o)
{
	text_printf(out,
	    "%s again, not confirmed; %u %% to hold for the next hour",
	    o->kind_worst == KIND_DEGRADATION ? "good" : "answering",
	    o->chance);
	if (o->all_clear_at != 0) {
		text_add(out, ", all-clear at ");
		add_time(out, o, o->all_clear_at, false);
		text_add(out, " at the earliest");
	}
}

static void
add_relapsed(struct text *out, const struct output *o)
{
	if (o->kind_now == KIND_DEGRADATION) {
		add_degraded(out, o, "degraded again, same incident: ");
		return;
	}
	text_add(out, "failed again, same incident: ");
	add_reason(out, o);
	text_printf(out, "; false recovery no. %u", o->relapses);
	if (o->onset != 0) {
		text_add(out, ", first down ");
		add_time(out, o, o->onset, true);
	}
}

/* "down 5 h 06 min in 3 spells, 2 false recoveries" */
static void
add_total(struct text *out, const struct output *o)
{
	const int64_t *ms = o->bucket_ms;
	char buf[DURATION_TEXT_BYTES];
	int64_t failing = ms[BUCKET_DOWN] + ms[BUCKET_MAINTENANCE];
	const char *word = "down";

	if (o->kind_worst == KIND_MAINTENANCE)
		word = "in maintenance";
	if (o->kind_worst == KIND_DEGRADATION) {
		word = "degraded";
		failing += ms[BUCKET_DEGRADED];
	}
	text_printf(out, "%s %s", word, duration_format(failing, buf));
	if (o->relapses > 0)
		text_printf(out, " in %u spells, %u false %s", o->relapses + 1,
		    o->relapses, o->relapses == 1 ? "recovery" : "recoveries");
}

static void
add_resolved(struct text *out, const struct output *o)
{
	char buf[DURATION_TEXT_BYTES];

	text_add(out,
	    o->cause == CAUSE_OPERATOR ? "over by an operator's word: "
				       : "back, stable: ");
	add_total(out, o);
	if (o->ended != 0) {
		text_add(out, "; good since ");
		add_time(out, o, o->ended, true);
	}
	if (o->promised == 0 || o->ended == 0)
		return;
	text_add(out, "; had promised ");
	add_time(out, o, o->promised, false);
	if (output_kept(o))
		text_add(out, ", kept");
	else
		text_printf(out, ", %s late",
		    duration_format(o->ended - o->promised, buf));
}

static void
add_withdrawn(struct text *out, const struct output *o)
{
	text_printf(out, "incident withdrawn, %s: ", cause_text(o->cause));
	add_total(out, o);
}

static void
add_plan(struct text *out, const struct output *o, const char *what)
{
	text_add(out, what);
	if (o->promise_until != 0) {
		text_add(out, ", until ");
		add_time(out, o, o->promise_until, false);
	}
}

static void
add_glitch(struct text *out, const struct output *o)
{
	text_add(out, "failed for a moment, answers again");
	if (class_effect(o->class) == EFFECT_FAILING) {
		text_add(out, ": ");
		add_reason(out, o);
	}
}

static void
add_partial(struct text *out, const char *detail)
{
	if (detail != NULL)
		escape_log(out, detail, strlen(detail));
	else
		text_add(out, "all its addresses answer again");
}

static void
add_rest(struct text *out, const struct output *o)
{
	switch (o->event) {
	case EVENT_AMENDED:
		text_add(out, "incident amended: ");
		add_total(out, o);
		break;
	case EVENT_GLITCH:
		add_glitch(out, o);
		break;
	case EVENT_SLOW:
		text_add(out, "slow for a day, which is taken as usual now: ");
		degraded_line(&o->degraded, out);
		break;
	case EVENT_CERT_EXPIRING:
		text_printf(out, "certificate expires in %d %s",
		    (int)o->cert_days, o->cert_days == 1 ? "day" : "days");
		break;
	case EVENT_MISCONFIGURED:
		add_reason(out, o);
		text_add(out, ": neither up nor down until this is put right");
		break;
	case EVENT_MAINT_STARTED:
		add_plan(out, o, "planned maintenance begins");
		break;
	case EVENT_MAINT_ENDED:
		text_add(out, "planned maintenance is over");
		break;
	case EVENT_MAINT_OVERRUN:
		text_add(out, "planned maintenance is over, and still failing");
		break;
	case EVENT_BLIND:
		text_add(out,
		    "our own network is lost; nothing can be said of any "
		    "endpoint");
		break;
	case EVENT_SIGHTED:
		text_add(out, "our own network is back");
		break;
	case EVENT_RECEIVER_GONE:
		text_printf(out,
		    "wants no more notices (%d): it is told nothing until the "
		    "next reload",
		    o->code);
		break;
	case EVENT_RECEIVER_FAILING:
		text_add(out,
		    "did not take what it was told for three days: given up, "
		    "see vigie notices --failed");
		break;
	default:
		text_add(out, "this is a test");
		break;
	}
}

void
event_said_line(const struct event_said *s, struct text *out)
{
	static const char *const verbs[] = {[ACT_ACK] = "acknowledged by ",
	    [ACT_NOTE] = "note by ",
	    [ACT_RESOLVE] = "ended by ",
	    [ACT_PAUSE] = "paused by ",
	    [ACT_RESUME] = "resumed by "};

	if (s->author == NULL)
		return;
	text_add(out, verbs[s->act]);
	escape_log(out, s->author, strlen(s->author));
	if (s->text == NULL)
		return;
	text_add(out, ": ");
	escape_log(out, s->text, strlen(s->text));
}

void
event_line(const struct output *o, const struct event_names *n,
    struct text *out)
{
	const char *who = n->endpoint != NULL ? n->endpoint : "monitor";

	if (n->receiver != NULL) {
		who = n->receiver;
		text_add(out, "receiver ");
	}
	if (o->scope != SCOPE_ENDPOINT && n->receiver == NULL)
		scope_who(o, n, out);
	else
		escape_log(out, who, strlen(who));
	text_add(out, ": ");
	if (o->event == EVENT_AMENDED && n->said.author != NULL) {
		event_said_line(&n->said, out);
		return;
	}
	switch (o->event) {
	case EVENT_OPENED:
		add_opened(out, o, n);
		break;
	case EVENT_CHANGED:
		add_changed(out, o, n);
		break;
	case EVENT_RECOVERING:
		add_recovering(out, o);
		break;
	case EVENT_RELAPSED:
		add_relapsed(out, o);
		break;
	case EVENT_RESOLVED:
		add_resolved(out, o);
		break;
	case EVENT_WITHDRAWN:
		add_withdrawn(out, o);
		break;
	case EVENT_PARTIAL:
		add_partial(out, n->detail);
		break;
	default:
		add_rest(out, o);
		break;
	}
	if (n->said.author != NULL) {
		text_add(out, "; ");
		event_said_line(&n->said, out);
	}
	if (o->flapping)
		text_add(out, "; flapping");
}
