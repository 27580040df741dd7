/* SPDX-License-Identifier: MIT */
/* What is planned, and what servers claimed without anybody announcing it. */
#include <string.h>

#include "base/glob.h"
#include "base/html.h"
#include "base/utc.h"
#include "store/listing.h"
#include "web/frame.h"
#include "web/rows.h"
#include "web/site.h"

enum { CLAIMED_SHOWN = 20 };

static const char *
text_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* It is for a service that the visitor is told of. */
static bool
is_shown(const struct site *s, const struct visitor *v, const json_t *window)
{
	const char *pattern = text_of(window, "service"), *id;
	json_t *service;

	json_object_foreach(s->services, id, service)
	{
		if (pattern != NULL && glob_match(pattern, id) &&
		    site_shows(s, v, id))
			return true;
	}
	return false;
}

static void
add_time(struct text *t, const json_t *j, const char *key)
{
	const char *text = text_of(j, key);
	wall_ms at;

	if (text != NULL && utc_parse(text, &at))
		frame_time(t, at);
}

static void
add_window(struct text *t, const json_t *w, const char *const *columns)
{
	const json_t *next = json_array_get(json_object_get(w, "next"), 0);
	const char *region = text_of(w, "region");

	text_add(t, "<tr>");
	frame_cell(t, columns[0]);
	if (json_is_true(json_object_get(w, "now")))
		text_add(t, "<strong>Now:</strong> ");
	html_safe(t, text_of(w, "title"));
	text_add(t, "</td>");
	frame_cell(t, columns[1]);
	html_safe(t, text_of(w, "service"));
	if (region != NULL) {
		text_char(t, '/');
		html_safe(t, region);
	}
	text_add(t, "</td>");
	frame_cell(t, columns[2]);
	add_time(t, next, "from");
	text_add(t, next != NULL ? " to " : "over");
	add_time(t, next, "to");
	text_add(t, "</td>");
	frame_cell(t, columns[3]);
	html_safe(t, text_of(w, "when"));
	text_add(t, ", ");
	html_safe(t, text_of(w, "timezone"));
	text_add(t, "</td>");
	frame_cell(t, columns[4]);
	html_safe(t, text_of(w, "id"));
	text_add(t, " (");
	html_safe(t, text_of(w, "source"));
	text_add(t, ")</td></tr>\n");
}

static void
add_planned(struct text *t, const struct site *s, const struct visitor *v)
{
	static const char *const columns[] = {"What", "Of", "Next", "When",
	    "Window", NULL};
	size_t i, shown = 0;
	json_t *w;

	text_add(t, "<section id=\"planned\">\n<h2>Planned</h2>\n");
	json_array_foreach(s->planned, i, w)
	{
		if (!is_shown(s, v, w))
			continue;
		if (shown++ == 0)
			frame_table(t, columns);
		add_window(t, w, columns);
	}
	if (shown > 0)
		frame_table_end(t);
	else
		text_add(t, "<p>Nothing is planned.</p>\n");
	text_add(t, "</section>\n");
}

struct claimed {
	const struct site *site;
	const struct visitor *visitor;
	struct text *out;
	wall_ms known;
	size_t shown;
};

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct claimed *c = arg;

	if (!site_shows(c->site, c->visitor, i->service))
		return true;
	if (c->shown++ == 0)
		rows_begin(c->out);
	rows_one(c->out, i, c->known);
	return c->shown < CLAIMED_SHOWN;
}

static enum status
add_claimed(struct text *t, const struct site *s, const struct visitor *v,
    struct query *q, struct fail *f)
{
	const enum kind kind = KIND_MAINTENANCE;
	const struct query_incidents which = {.kind = &kind};
	struct claimed c = {s, v, t, query_known_until(q), 0};
	enum status status;

	text_add(t,
	    "<section id=\"claimed\">\n<h2>Claimed by servers, or kept to a "
	    "plan</h2>\n");
	status = query_incidents(q, &which, on_incident, &c, f);
	if (c.shown > 0)
		frame_table_end(t);
	else
		text_add(t, "<p>None so far.</p>\n");
	text_add(t,
	    "<p class=\"small\">What lasted too long counts as an "
	    "outage.</p>\n</section>\n");
	return status;
}

void
page_maintenance(struct site *s, const struct visitor *v)
{
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	char version[VERSION_BYTES];
	struct text page;

	text_init(&page, PAGE_BYTES);
	frame_begin(&page, "Maintenance", site_version(s, version));
	add_planned(&page, s, v);
	if (q == NULL || add_claimed(&page, s, v, q, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		frame_end(&page);
		answer_page(s, v->r, &page);
	}
	text_done(&page);
}

void
api_maintenance(struct site *s, const struct visitor *v)
{
	json_t *items = json_array(), *w;
	size_t i;

	json_array_foreach(s->planned, i, w)
	{
		if (is_shown(s, v, w))
			(void)json_array_append(items, w);
	}
	answer_list(s, v->r, items, NULL);
}
