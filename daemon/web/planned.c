/* SPDX-License-Identifier: MIT */
#include "web/planned.h"

#include "base/glob.h"
#include "base/html.h"
#include "base/utc.h"
#include "web/frame.h"

static const char *
text_of(const json_t *j, const char *key)
{
	return json_string_value(json_object_get(j, key));
}

/* It is for a service that the visitor is told of. */
bool
planned_shown(const struct site *s, const struct visitor *v,
    const json_t *window)
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
	text_add(t, "</td>");
	frame_cell(t, columns[4]);
	html_safe(t, text_of(w, "id"));
	text_add(t, " (");
	html_safe(t, text_of(w, "source"));
	text_add(t, ")</td></tr>\n");
}

/* It goes on, or begins before then; 0: whenever. */
static bool
is_soon(const json_t *w, wall_ms before)
{
	const json_t *next = json_array_get(json_object_get(w, "next"), 0);
	const char *from = text_of(next, "from");
	wall_ms at;

	return before == 0 || json_is_true(json_object_get(w, "now")) ||
	    (from != NULL && utc_parse(from, &at) && at < before);
}

static bool
is_of(const json_t *w, const char *service)
{
	const char *pattern = text_of(w, "service");

	return service == NULL ||
	    (pattern != NULL && glob_match(pattern, service));
}

void
planned_add(struct text *t, const struct site *s, const struct visitor *v,
    const char *service, wall_ms before)
{
	static const char *const columns[] = {"What", "Of", "Next", "When",
	    "Window", NULL};
	struct text table;
	size_t i;
	json_t *w;

	text_init(&table, PAGE_BYTES);
	json_array_foreach(s->planned, i, w)
	{
		if (planned_shown(s, v, w) && is_of(w, service) &&
		    is_soon(w, before))
			add_window(&table, w, columns);
	}
	if (text_len(&table) > 0 || before == 0) {
		text_printf(t, "<section id=\"planned\">\n<h2>%s</h2>\n",
		    before == 0 ? "Planned" : "Planned maintenance");
		if (text_len(&table) > 0) {
			frame_table(t, columns);
			text_add(t, text_str(&table));
			frame_table_end(t);
		} else {
			text_add(t, "<p>Nothing is planned.</p>\n");
		}
		text_add(t, "</section>\n");
	}
	text_done(&table);
}
