/* SPDX-License-Identifier: MIT */
/* One incident, whole: how it went, the evidence, and who was told. */
#include <string.h>

#include "base/html.h"
#include "view/incident.h"
#include "web/facts.h"
#include "web/frame.h"
#include "web/incident.h"
#include "web/meaning.h"
#include "web/operate.h"
#include "web/rows.h"
#include "web/why.h"

enum { WORDS_BYTES = 4096 };

static const char as_markdown[] = ".md";

static void
add_fact(struct text *t, const char *what)
{
	text_printf(t, "<dt>%s</dt><dd>", what);
}

/* "2023-02-14 10:01:01Z, 33 s after it began" */
static void
add_since(struct text *t, const char *what, wall_ms at, wall_ms onset)
{
	if (at == 0)
		return;
	add_fact(t, what);
	frame_time(t, at);
	text_add(t, ", ");
	frame_length(t, at - onset);
	text_add(t, " after it began</dd>\n");
}

static void
add_promise(struct text *t, const struct query_incident *i, wall_ms known)
{
	const char *kept = incident_promise(i, known);

	if (i->now.promised == 0)
		return;
	add_fact(t, "Promised to be back");
	frame_time(t, i->now.promised);
	text_printf(t, "%s%s</dd>\n", kept != NULL ? ": " : "",
	    kept != NULL ? kept : "");
}

/* Of one that is open, what is stored is as of its last event. */
static void
add_buckets(struct text *t, const struct query_incident *i, wall_ms known)
{
	const struct output *o = &i->now;

	add_fact(t, i->closed == 0 ? "Lasts" : incident_trouble(o));
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

static void
add_scope(struct text *t, const struct query_incident *i)
{
	const struct output *o = &i->now;
	char lead[INCIDENT_TEXT_BYTES];

	add_fact(t, "For whom");
	/* One that is over may be of an endpoint that is no more. */
	if (o->scope == SCOPE_ENDPOINT && i->closed == 0)
		frame_endpoint(t, i->endpoint);
	else
		rows_scope(t, i);
	if (o->lead.n > 0) {
		incident_format(o->lead, lead);
		text_printf(t, ", %s <a href=\"%s/i/%s\">%s</a> ",
		    o->effect ? "caused by" : "part of", frame_base(), lead,
		    lead);
		html_safe(t, i->lead_endpoint);
	}
	text_add(t, "</dd>\n");
}

static void
add_end(struct text *t, const struct query_incident *i)
{
	if (i->withdrawn) {
		add_fact(t, "Withdrawn");
		frame_time(t, i->closed);
		text_add(t, ": " INCIDENT_WITHDRAWN "</dd>\n");
		return;
	}
	add_since(t, "Ended", i->now.ended, i->now.onset);
	if (i->closed != 0 && i->now.ended != 0) {
		add_fact(t, "All-clear");
		frame_time(t, i->closed);
		text_add(t, "</dd>\n");
	}
}

static void
add_facts(struct text *t, const struct incident_view *w)
{
	const struct query_incident *i = &w->is;
	const struct output *o = &i->now;

	text_add(t, "<dl class=\"facts\">\n");
	add_scope(t, i);
	add_fact(t, "Began");
	frame_time(t, o->onset);
	if (o->last_good_at != 0 && o->last_good_at < o->onset) {
		text_add(t, ", last good ");
		frame_time(t, o->last_good_at);
	}
	text_add(t, "</dd>\n");
	add_since(t, "Certain", i->opened, o->onset);
	add_since(t, "First told", w->told, o->onset);
	if (i->acked_by != NULL && w->visitor->level >= LEVEL_READER) {
		add_fact(t, "In charge");
		html_safe(t, i->acked_by);
		text_add(t, ", since ");
		frame_time(t, i->acked);
		if (w->told != 0 && i->acked > w->told) {
			text_add(t, ", ");
			frame_length(t, i->acked - w->told);
			text_add(t, " after somebody was told");
		}
		text_add(t, "</dd>\n");
	}
	if (incident_origin(o) != NULL) {
		add_fact(t, "Maintenance");
		text_printf(t, "%s</dd>\n", incident_origin(o));
	}
	add_promise(t, i, w->known);
	add_end(t, i);
	add_buckets(t, i, w->known);
	text_add(t, "</dl>\n");
}

static void
add_banner(struct text *t, const struct query_incident *i)
{
	const struct output *o = &i->now;
	enum bucket b = incident_bucket(i);

	text_printf(t, "<p class=\"banner %s\">", bucket_name(b));
	if (i->closed != 0)
		text_printf(t, "<strong>%s, %s:</strong>",
		    kind_name(o->kind_worst),
		    i->withdrawn ? "withdrawn" : "over");
	else
		frame_state(t, b);
	text_add(t, b == BUCKET_RECOVERING ? " <span>from: " : " <span>");
	status_cause(t, o);
	text_add(t, "</span></p>\n");
}

/* What its users cannot do meanwhile. */
static void
add_meaning(struct text *t, const struct site *s, const struct incident_view *w,
    const struct status_list *l)
{
	size_t from = 0, n = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (w->service == NULL ||
		    strcmp(l->rows[i].service, w->service) != 0)
			continue;
		from = n++ == 0 ? i : from;
	}
	if (n > 0)
		meaning_add(t,
		    &(struct meaning){s, w->visitor, l->rows + from, n, l});
}

static void
add_section(struct text *t, const char *id, const char *title,
    const struct text *list)
{
	if (text_len(list) == 0)
		return;
	text_printf(t, "<section id=\"%s\">\n<h2>%s</h2>\n<ul class=\"log\">\n",
	    id, title);
	text_add_n(t, text_str(list), text_len(list));
	text_add(t, "</ul>\n</section>\n");
}

static enum status
render(const struct site *s, struct query *q, struct text *t,
    const struct incident_view *w, struct fail *f)
{
	char version[VERSION_BYTES], id[INCIDENT_TEXT_BYTES];
	const struct status_row *row;
	struct status_list l = {0};
	enum status status = site_status(s, w->visitor, q, NULL, &l, f);
	bool open = w->is.closed == 0;
	struct text title;

	text_init(&title, WORDS_BYTES);
	text_printf(&title, "%s: ", incident_format(w->is.now.incident, id));
	incident_who(&title, &w->is.now, w->scope, w->endpoint);
	frame_begin(t, text_str(&title), site_version(s, version));
	text_done(&title);
	add_banner(t, &w->is);
	text_add(t, "<p class=\"asof\">Data as of ");
	frame_time(t, w->known);
	text_add(t, "</p>\n");
	add_facts(t, w);
	facts_add(t, s, w->visitor, w->service);
	if (open)
		add_meaning(t, s, w, &l);
	operate_incident(t, w->visitor, &w->is);
	if (status == OK)
		status = incident_course_add(t, q, w, &l, f);
	row = status_find(&l, w->endpoint);
	if (open && row != NULL && status == OK)
		status = why_add(t, s, q, row->e.endpoint, f);
	add_section(t, "timeline", "Timeline", &w->timeline);
	add_section(t, "evidence", "Evidence", &w->evidence);
	add_section(t, "notices", "Who was told", &w->notices);
	text_printf(t,
	    "<p class=\"small\"><a href=\"%s/i/%s%s\">As Markdown</a> "
	    "&middot; <a href=\"%s/i/%s.json\">as JSON</a></p>\n",
	    frame_base(), id, as_markdown, frame_base(), id);
	frame_end(t);
	status_done(&l);
	return status;
}

void
page_incident(struct site *s, const struct visitor *v)
{
	struct incident_view w;
	struct fail f = {.why = ""};
	enum status status = incident_view_read(&w, s, v, &f);
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (status == OK && !(w.found && site_shows(s, v, w.service)))
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	if (status == OK)
		status = render(s, site_query(s, &f), &page, &w, &f);
	if (status == OK)
		answer_page(s, v->r, &page);
	else
		answer_unread(s, v->r, &f);
	incident_view_done(&w);
	text_done(&page);
}
