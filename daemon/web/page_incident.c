/* SPDX-License-Identifier: MIT */
/* One incident, whole: how it went, the evidence, and who was told. */
#include <inttypes.h>
#include <string.h>

#include "base/html.h"
#include "store/outbox.h"
#include "view/evidence.h"
#include "view/incident.h"
#include "view/told.h"
#include "view/when.h"
#include "web/frame.h"
#include "web/rows.h"
#include "web/site.h"

enum { WORDS_BYTES = 4096, INCIDENTS_SHOWN = 200 };

struct telling {
	struct text *out, parts, timeline, evidence, notices;
	struct evidence_seen seen;
	char version[VERSION_BYTES];
	wall_ms known;
	bool found;
};

static enum bucket
bucket_of(const struct query_incident *i)
{
	static const enum bucket of[] = {[KIND_DEGRADATION] = BUCKET_DEGRADED,
	    [KIND_MAINTENANCE] = BUCKET_MAINTENANCE,
	    [KIND_OUTAGE] = BUCKET_DOWN};

	if (i->closed != 0)
		return BUCKET_UP;
	return i->now.phase == PHASE_RECOVERING ? BUCKET_RECOVERING
						: of[i->now.kind_now];
}

static void
add_fact(struct text *t, const char *what)
{
	text_printf(t, "<dt>%s</dt><dd>", what);
}

static void
add_recovery(struct text *t, const struct output *o)
{
	if (o->phase != PHASE_RECOVERING)
		return;
	add_fact(t, "Is it back?");
	text_printf(t, "%u %% to hold for the next hour", o->chance);
	if (o->all_clear_at != 0) {
		text_add(t, "; all-clear about ");
		frame_time(t, o->all_clear_at);
	}
	text_add(t, "</dd>\n");
}

static void
add_promise(struct text *t, const struct output *o)
{
	if (o->promised == 0)
		return;
	add_fact(t, "Promised to be back");
	frame_time(t, o->promised);
	if (o->ended != 0)
		text_add(t, output_kept(o) ? ": kept" : ": not kept");
	text_add(t, "</dd>\n");
}

/* Of one that is open, what is stored is as of its last event. */
static void
add_buckets(struct text *t, const struct query_incident *i, wall_ms known)
{
	const struct output *o = &i->now;

	add_fact(t, i->closed == 0 ? "Lasts" : "Lost");
	frame_length(t,
	    i->closed == 0 ? known - o->onset : incident_failing_ms(o));
	for (unsigned b = 0; b < BUCKET_COUNT; b++) {
		if (o->bucket_ms[b] == 0 || i->closed == 0)
			continue;
		text_printf(t, "; %s ", bucket_name((enum bucket)b));
		frame_length(t, o->bucket_ms[b]);
	}
	text_printf(t, "</dd>\n<dt>False recoveries</dt><dd>%u</dd>\n",
	    o->relapses);
}

static bool
on_one(void *arg, const struct query_incident *i)
{
	struct telling *s = arg;
	struct text *t = s->out;
	const struct output *o = &i->now;
	char id[INCIDENT_TEXT_BYTES], lead[INCIDENT_TEXT_BYTES];
	struct text title;

	s->found = true;
	text_init(&title, WORDS_BYTES);
	text_printf(&title, "%s: %s", incident_format(o->incident, id),
	    i->endpoint);
	frame_begin(t, text_str(&title), s->version);
	text_done(&title);
	text_printf(t, "<p class=\"banner %s\">", bucket_name(bucket_of(i)));
	if (i->closed != 0)
		text_printf(t, "<span>%s, over</span>",
		    i->withdrawn ? "withdrawn" : kind_name(o->kind_worst));
	else
		frame_state(t, bucket_of(i));
	text_printf(t, " <span>%s", reason_text(o->reason));
	if (o->code != 0)
		text_printf(t, " (%d)", o->code);
	text_add(t, "</span></p>\n<dl class=\"facts\">\n");
	add_fact(t, "For whom");
	/* One that is over may be of an endpoint that is no more. */
	if (o->scope == SCOPE_ENDPOINT && i->closed == 0)
		frame_endpoint(t, i->endpoint);
	else
		html_safe(t,
		    o->scope == SCOPE_ENDPOINT ? i->endpoint : i->scope);
	if (o->lead.n > 0) {
		incident_format(o->lead, lead);
		text_printf(t, ", %s <a href=\"%s/i/%s\">%s</a> ",
		    o->effect ? "caused by" : "part of", frame_base(), lead,
		    lead);
		html_safe(t, i->lead_endpoint);
	}
	text_add(t, "</dd>\n<dt>Began</dt><dd>");
	frame_time(t, o->onset);
	text_add(t, "</dd>\n");
	if (o->ended != 0) {
		add_fact(t, "Ended");
		frame_time(t, o->ended);
		text_add(t, "</dd>\n");
	}
	add_recovery(t, o);
	add_promise(t, o);
	add_buckets(t, i, s->known);
	if (i->acked_by != NULL) {
		add_fact(t, "In charge");
		html_safe(t, i->acked_by);
		text_add(t, ", since ");
		frame_time(t, i->acked);
		text_add(t, "</dd>\n");
	}
	text_add(t, "</dl>\n");
	return true;
}

static bool
on_follower(void *arg, const struct query_incident *i)
{
	struct telling *s = arg;
	char id[INCIDENT_TEXT_BYTES];

	text_printf(&s->parts, "<li><a href=\"%s/i/%s\">%s</a> ", frame_base(),
	    incident_format(i->now.incident, id), id);
	html_safe(&s->parts, i->endpoint);
	text_add(&s->parts, i->now.effect ? ", hit by it, " : ", ");
	frame_length(&s->parts, incident_failing_ms(&i->now));
	text_add(&s->parts, "</li>\n");
	return true;
}

static void
add_said(struct text *t, const struct event_said *said)
{
	if (said->author == NULL)
		return;
	text_printf(t, " <span class=\"said\">%s by ", act_name(said->act));
	html_safe(t, said->author);
	if (said->text != NULL) {
		text_add(t, ": ");
		html_lines(t, said->text);
	}
	text_add(t, "</span>");
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct telling *s = arg;
	json_t *j = incident_event_json(e);
	struct text words;

	text_add(&s->timeline, "<li>");
	frame_time(&s->timeline, e->at);
	text_printf(&s->timeline, " <strong>%s</strong>%s ",
	    event_name(e->event), e->loud ? " (told loudly)" : "");
	text_init(&words, WORDS_BYTES);
	told_words(&words, e->event, j);
	html_add(&s->timeline, text_str(&words));
	text_done(&words);
	add_said(&s->timeline, &e->said);
	text_add(&s->timeline, "</li>\n");
	json_decref(j);
	return true;
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct telling *s = arg;
	struct text *t = &s->evidence, words;

	if (!evidence_is_news(&s->seen, e))
		return true;
	text_add(t, "<li>");
	frame_time(t, evidence_at(e));
	text_char(t, ' ');
	text_init(&words, WORDS_BYTES);
	evidence_words(&words, e);
	html_add(t, text_str(&words));
	text_done(&words);
	text_add(t, "</li>\n");
	return true;
}

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct telling *s = arg;
	struct text *t = &s->notices;

	text_add(t, "<li>");
	html_safe(t, d->receiver);
	text_printf(t, ": %s, %u attempt%s", outbox_state_name(d->state),
	    d->attempts, d->attempts == 1 ? "" : "s");
	if (d->done != 0) {
		text_add(t, ", ");
		frame_time(t, d->done);
	}
	text_add(t, "</li>\n");
	return true;
}

static void
add_section(struct text *t, const char *title, struct text *list)
{
	if (text_len(list) > 0) {
		text_printf(t, "<section>\n<h2>%s</h2>\n<ul class=\"log\">\n",
		    title);
		text_add_n(t, text_str(list), text_len(list));
		text_add(t, "</ul>\n</section>\n");
	}
	text_done(list);
}

void
page_incident(struct site *s, const struct visitor *v)
{
	struct text page;
	struct telling one = {.out = &page};
	const struct query_incident_events on = {.on_incident = on_one,
	    .on_follower = on_follower,
	    .on_event = on_event,
	    .on_evidence = on_evidence,
	    .on_delivery = on_delivery,
	    .arg = &one};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct incident_id id;
	enum status status = ERR_NOTFOUND;

	(void)site_version(s, one.version);
	text_init(&page, PAGE_BYTES);
	text_init(&one.parts, PAGE_BYTES);
	text_init(&one.timeline, PAGE_BYTES);
	text_init(&one.evidence, PAGE_BYTES);
	text_init(&one.notices, PAGE_BYTES);
	if (!incident_parse(v->rest, &id)) {
		(void)fail_set(&f, ERR_NOTFOUND, "no such incident");
	} else if (q != NULL) {
		one.known = query_known_until(q);
		status = query_incident(q, id, &on, &f);
	}
	add_section(&page, "What belongs to it", &one.parts);
	add_section(&page, "Timeline", &one.timeline);
	add_section(&page, "Evidence", &one.evidence);
	add_section(&page, "Notices", &one.notices);
	frame_end(&page);
	if (status == OK && one.found)
		answer_page(s, v->r, &page);
	else
		answer_unread(s, v->r, &f);
	evidence_seen_done(&one.seen);
	text_done(&page);
}

void
page_incidents(struct site *s, const struct visitor *v)
{
	struct rows rows = {.title = "Newest first", .max = INCIDENTS_SHOWN};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	char version[VERSION_BYTES];
	struct text page;

	text_init(&page, PAGE_BYTES);
	frame_begin(&page, "Incidents", site_version(s, version));
	if (q == NULL || rows_add(&page, q, &rows, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		if (rows.shown == 0)
			text_add(&page, "<p>None so far.</p>\n");
		else if (rows.more)
			text_printf(&page,
			    "<p>The newest %d; <code>vigie incidents</code> "
			    "lists all.</p>\n",
			    INCIDENTS_SHOWN);
		frame_end(&page);
		answer_page(s, v->r, &page);
	}
	text_done(&page);
}
