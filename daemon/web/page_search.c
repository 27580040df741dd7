/* SPDX-License-Identifier: MIT */
/* Incidents, endpoints and notes by words: those of an id, a name, a day. */
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/utc.h"
#include "view/told.h"
#include "web/frame.h"
#include "web/param.h"
#include "web/rows.h"

enum { INCIDENTS_SHOWN = 20, ROWS_SHOWN = 50, SAID_SHOWN = 20, DAY_BYTES = 32 };

struct search {
	const struct site *site;
	const struct visitor *visitor;
	const char *words;
	struct text *out;
	wall_ms known;
	size_t shown; /* in the section that is being written */
	bool any;
};

/* The head of a section comes with the first that is in it. */
static void
begin_with(struct search *x, const char *id, const char *title)
{
	if (x->shown++ > 0)
		return;
	x->any = true;
	text_printf(x->out, "<section id=\"%s\">\n<h2>%s</h2>\n", id, title);
}

static void
end_section(struct search *x, const char *after)
{
	if (x->shown > 0)
		text_printf(x->out, "%s</section>\n", after);
	x->shown = 0;
}

static bool
has(const struct search *x, const char *text)
{
	return text != NULL && strcasestr(text, x->words) != NULL;
}

/* By what its service is called, too. */
static bool
is_meant(const struct search *x, const struct status_row *r)
{
	const json_t *service = site_service(x->site, r->service), *tag;
	size_t i;

	if (has(x, r->id) || has(x, r->region) ||
	    has(x, json_string_value(json_object_get(service, "name"))))
		return true;
	json_array_foreach(json_object_get(service, "tags"), i,
	    tag) if (has(x, json_string_value(tag))) return true;
	return false;
}

static void
add_endpoints(struct search *x, const struct status_list *l)
{
	size_t more = 0;

	for (size_t i = 0; i < l->count; i++) {
		const struct status_row *r = &l->rows[i];
		const char *name;

		if (!is_meant(x, r))
			continue;
		if (x->shown == ROWS_SHOWN) {
			more++;
			continue;
		}
		begin_with(x, "endpoints", "Endpoints");
		text_add(x->out,
		    x->shown == 1 ? "<ul class=\"log\">\n<li>" : "<li>");
		frame_state(x->out, r->e.bucket);
		text_char(x->out, ' ');
		frame_endpoint(x->out, r->id);
		text_add(x->out, " of ");
		name = json_string_value(
		    json_object_get(site_service(x->site, r->service), "name"));
		frame_group(x->out, 's', r->service,
		    name != NULL ? name : r->service);
		text_add(x->out, "</li>\n");
	}
	if (more > 0)
		text_printf(x->out, "<li>and %zu more</li>\n", more);
	end_section(x, "</ul>\n");
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct search *x = arg;

	if (!site_shows(x->site, x->visitor, i->service))
		return true;
	if (x->shown == INCIDENTS_SHOWN)
		return false;
	begin_with(x, "incidents", "Incidents");
	if (x->shown == 1)
		rows_begin(x->out);
	rows_one(x->out, i, x->known);
	return true;
}

/* "2023-02-14" or "20230214": what lasted within that day. */
static bool
take_day(const char *words, struct query_incidents *w)
{
	char day[DAY_BYTES];

	if (strlen(words) == 10)
		(void)snprintf(day, sizeof(day), "%.10sT00:00:00Z", words);
	else if (strlen(words) == 8)
		(void)snprintf(day, sizeof(day), "%.4s-%.2s-%.2sT00:00:00Z",
		    words, words + 4, words + 6);
	else
		return false;
	if (!utc_parse(day, &w->from))
		return false;
	w->to = w->from + DAY_MS;
	return true;
}

static enum status
add_incidents(struct search *x, struct query *q, struct fail *f)
{
	const struct query_incident_events one = {.on_incident = on_incident,
	    .arg = x};
	struct query_incidents which = {.text = NULL};
	struct incident_id id;
	enum status s;

	if (incident_parse(x->words, &id)) {
		s = query_incident(q, id, &one, f);
		s = s == ERR_NOTFOUND ? OK : s;
	} else {
		if (!take_day(x->words, &which))
			which.text = x->words;
		s = query_incidents(q, &which, on_incident, x, f);
	}
	if (x->shown > 0)
		frame_table_end(x->out);
	if (x->shown == INCIDENTS_SHOWN && which.text != NULL) {
		text_printf(x->out,
		    "<p><a href=\"%s/incidents?q=", frame_base());
		frame_segment(x->out, x->words);
		text_add(x->out, "\">all of them</a></p>\n");
	}
	end_section(x, "");
	return s;
}

static bool
on_said(void *arg, const struct query_said *s)
{
	struct search *x = arg;
	char id[INCIDENT_TEXT_BYTES];
	struct text *t = x->out;

	if (!site_shows(x->site, x->visitor, s->service))
		return true;
	begin_with(x, "said", "What people said");
	text_add(t, x->shown == 1 ? "<ul class=\"log\">\n<li>" : "<li>");
	frame_time(t, s->at);
	text_printf(t, " <a href=\"%s/i/%s\">%s</a>, %s by ", frame_base(),
	    incident_format(s->incident, id), id, told_act(s->said.act));
	html_safe(t, s->said.author);
	if (s->said.text != NULL) {
		text_add(t, ": ");
		html_lines(t, s->said.text);
	}
	text_add(t, "</li>\n");
	return true;
}

static void
add_form(struct text *t, const char *words)
{
	text_printf(t,
	    "<form class=\"choice\" action=\"%s/search\">"
	    "<label>Of an incident, an endpoint, a service, a day or a note "
	    "<input type=\"search\" name=\"q\" value=\"",
	    frame_base());
	html_safe(t, words);
	text_add(t, "\"></label> <button>Search</button></form>\n");
}

static enum status
render(struct search *x, struct query *q, struct fail *f)
{
	struct status_list l = {0};
	char version[VERSION_BYTES];
	enum status s = OK;

	frame_begin_form(x->out, "Search", site_version(x->site, version));
	add_form(x->out, x->words);
	if (x->words != NULL)
		s = site_status(x->site, x->visitor, q, NULL, &l, f);
	x->known = l.as_of;
	if (x->words != NULL && s == OK) {
		add_endpoints(x, &l);
		s = add_incidents(x, q, f);
		if (s == OK && x->visitor->level >= LEVEL_READER)
			s = query_said(q, x->words, SAID_SHOWN, on_said, x, f);
		end_section(x, "</ul>\n");
		if (!x->any)
			text_add(x->out, "<p>Nothing has these words.</p>\n");
	}
	status_done(&l);
	frame_end(x->out);
	return s;
}

void
page_search(struct site *s, const struct visitor *v)
{
	struct search x = {.site = s, .visitor = v};
	struct fail f = {.why = ""};
	struct query *q;
	struct text page;

	if (!param_text(v, "q", &x.words))
		return;
	q = site_query(s, &f);
	text_init(&page, PAGE_BYTES);
	x.out = &page;
	if (q == NULL || render(&x, q, &f) != OK)
		answer_unread(s, v->r, &f);
	else
		answer_page(s, v->r, &page);
	text_done(&page);
}
