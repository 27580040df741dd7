/* SPDX-License-Identifier: MIT */
#include "web/incident.h"

#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "store/outbox.h"
#include "view/incident.h"
#include "view/told.h"
#include "view/when.h"
#include "web/frame.h"

enum { WORDS_BYTES = 4096, BODY_SHOWN = 512 };

enum bucket
incident_bucket(const struct query_incident *i)
{
	static const enum bucket of[] = {[KIND_DEGRADATION] = BUCKET_DEGRADED,
	    [KIND_MAINTENANCE] = BUCKET_MAINTENANCE,
	    [KIND_OUTAGE] = BUCKET_DOWN};

	if (i->closed != 0)
		return BUCKET_UP;
	return i->now.phase == PHASE_RECOVERING ? BUCKET_RECOVERING
						: of[i->now.kind_now];
}

static bool
on_one(void *arg, const struct query_incident *i)
{
	struct incident_view *w = arg;

	w->found = true;
	w->is = *i;
	site_veil(w->site, w->visitor, &w->is);
	w->is.endpoint = w->endpoint = mem_dup(i->endpoint);
	w->is.service = w->service = mem_dup(i->service);
	w->is.scope = w->scope = mem_dup(i->scope);
	w->is.lead_endpoint = w->lead_endpoint = mem_dup(w->is.lead_endpoint);
	w->is.acked_by = w->acked_by = mem_dup(i->acked_by);
	w->is.region = w->is.acked_why = NULL;
	return true;
}

static bool
on_follower(void *arg, const struct query_incident *i)
{
	struct incident_view *w = arg;
	struct query_incident told = *i;

	if (!site_shows(w->site, w->visitor, i->service))
		return true;
	site_refresh(w->site, &told);
	w->parts = mem_resize(w->parts, w->part_count + 1, sizeof(w->parts[0]));
	w->parts[w->part_count++] =
	    (struct incident_part){.id = i->now.incident,
		.endpoint = mem_dup(i->endpoint),
		.effect = i->now.effect,
		.failing = incident_failing_ms(&told.now)};
	return true;
}

/* What people said is for those who read it anyway, that it is over for all. */
bool
incident_event_shown(const struct visitor *v, const struct query_event *e)
{
	return e->said.author == NULL || v->level >= LEVEL_READER ||
	    e->event == EVENT_RESOLVED || e->event == EVENT_WITHDRAWN;
}

static void
add_said(struct text *t, const struct event_said *said)
{
	if (said->author == NULL)
		return;
	text_printf(t, " <span class=\"said\">%s by ", told_act(said->act));
	html_safe(t, said->author);
	if (said->text != NULL) {
		text_add(t, ": ");
		html_lines(t, said->text);
	}
	text_add(t, "</span>");
}

/* "incident.opened" is "opened" to people. */
const char *
incident_event_word(enum event_kind event)
{
	const char *dot = strchr(event_name(event), '.');

	return dot != NULL ? dot + 1 : event_name(event);
}

bool
incident_event_is_act(const struct query_event *e)
{
	return e->event == EVENT_AMENDED && e->said.author != NULL;
}

static void
add_event(struct text *t, const struct query_event *e)
{
	json_t *j = incident_event_json(e);
	struct text words;

	text_printf(t, " <strong>%s</strong> ", incident_event_word(e->event));
	text_init(&words, WORDS_BYTES);
	told_words(&words, e->event, j);
	html_add(t, text_str(&words));
	text_done(&words);
	json_decref(j);
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct incident_view *w = arg;
	struct text *t = &w->timeline;

	if (!incident_event_shown(w->visitor, e))
		return true;
	text_add(t, "<li>");
	frame_time(t, e->at);
	if (!incident_event_is_act(e))
		add_event(t, e);
	if (e->loud)
		text_add(t, " <span class=\"small\">told loudly</span>");
	if (w->visitor->level >= LEVEL_READER)
		add_said(t, &e->said);
	text_add(t, "</li>\n");
	return true;
}

/* Of what came back, as much as people look at. */
static void
add_answer(struct text *t, const struct query_evidence *e)
{
	size_t n = e->body_size < BODY_SHOWN ? e->body_size : BODY_SHOWN;

	if ((e->headers == NULL || e->headers[0] == '\0') && n == 0)
		return;
	text_add(t, "<details><summary>The answer</summary>\n<pre>");
	html_lines(t, e->headers);
	if (n > 0) {
		char *body = mem_dup_n(e->body, n);

		text_add(t, e->headers != NULL ? "<br>" : "");
		html_lines(t, body);
		text_add(t, n < e->body_size ? " ..." : "");
		mem_free(body);
	}
	text_add(t, "</pre></details>");
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct incident_view *w = arg;
	struct text *t = &w->evidence, words;
	struct query_evidence shown = *e;

	if (!evidence_is_news(&w->seen, e))
		return true;
	if (w->visitor->level < LEVEL_READER)
		shown.detail = NULL;
	text_add(t, "<li>");
	frame_time(t, evidence_at(e));
	text_char(t, ' ');
	text_init(&words, WORDS_BYTES);
	evidence_words(&words, &shown);
	html_add(t, text_str(&words));
	text_done(&words);
	if (w->visitor->level >= LEVEL_READER)
		add_answer(t, e);
	text_add(t, "</li>\n");
	return true;
}

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct incident_view *w = arg;
	struct text *t = &w->notices;

	if (d->state == OUTBOX_SENT && d->done != 0 &&
	    (w->told == 0 || d->done < w->told))
		w->told = d->done;
	if (w->visitor->level < LEVEL_READER)
		return true;
	if (d->state == OUTBOX_SENT && d->done != 0) {
		w->tellings = mem_resize(w->tellings, w->telling_count + 1,
		    sizeof(w->tellings[0]));
		w->tellings[w->telling_count++] = d->done;
	}
	text_add(t, "<li>");
	html_safe(t, d->receiver);
	text_printf(t, ": %s, <strong>%s</strong>",
	    incident_event_word(d->notice.event), outbox_state_name(d->state));
	if (d->done != 0) {
		text_char(t, ' ');
		frame_time(t, d->done);
		text_add(t, ", after ");
		frame_length(t, d->done - d->notice.at);
	}
	if (d->attempts != 1)
		text_printf(t, ", %u attempts", d->attempts);
	if (d->state != OUTBOX_SENT && d->detail != NULL) {
		text_add(t, ", last: ");
		html_safe(t, d->detail);
	}
	text_add(t, "</li>\n");
	return true;
}

enum status
incident_read(struct site *s, const struct visitor *v,
    const struct query_incident_events *on, struct fail *f)
{
	struct query *q = site_query(s, f);
	struct incident_id id;

	if (!incident_parse(v->rest, &id))
		return fail_set(f, ERR_NOTFOUND, "no such incident");
	return q != NULL ? query_incident(q, id, on, f) : f->code;
}

enum status
incident_view_read(struct incident_view *w, struct site *s,
    const struct visitor *v, struct fail *f)
{
	struct query *q = site_query(s, f);
	const struct query_incident_events on = {.on_incident = on_one,
	    .on_follower = on_follower,
	    .on_event = on_event,
	    .on_evidence = on_evidence,
	    .on_delivery = on_delivery,
	    .arg = w};

	*w = (struct incident_view){.site = s,
	    .visitor = v,
	    .known = q != NULL ? site_known(s, q) : 0};
	text_init(&w->timeline, PAGE_BYTES);
	text_init(&w->evidence, PAGE_BYTES);
	text_init(&w->notices, PAGE_BYTES);
	return incident_read(s, v, &on, f);
}

void
incident_view_done(struct incident_view *w)
{
	for (size_t i = 0; i < w->part_count; i++)
		mem_free(w->parts[i].endpoint);
	mem_free(w->parts);
	mem_free(w->tellings);
	mem_free(w->endpoint);
	mem_free(w->service);
	mem_free(w->scope);
	mem_free(w->lead_endpoint);
	mem_free(w->acked_by);
	text_done(&w->timeline);
	text_done(&w->evidence);
	text_done(&w->notices);
	evidence_seen_done(&w->seen);
	*w = (struct incident_view){.found = false};
}
