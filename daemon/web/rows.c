/* SPDX-License-Identifier: MIT */
#include "web/rows.h"

#include "base/html.h"
#include "view/incident.h"
#include "web/frame.h"
#include "wire/event_json.h"

enum { WORDS_BYTES = 1024 };

static const char *const columns[] = {"Incident", "Began", "Failing", "What",
    "For whom", NULL};

void
rows_begin(struct text *t)
{
	frame_table(t, columns);
}

void
rows_scope(struct text *t, const struct query_incident *i)
{
	struct text words;

	text_init(&words, WORDS_BYTES);
	if (i->now.scope == SCOPE_ENDPOINT)
		text_add(&words, i->endpoint);
	else
		incident_scope(&words, i->scope);
	html_safe(t, text_str(&words));
	text_done(&words);
}

void
rows_one(struct text *t, const struct query_incident *i, wall_ms known)
{
	const struct output *o = &i->now;
	const char *kept = incident_promise(i, known);
	char id[INCIDENT_TEXT_BYTES];

	text_add(t, "<tr>");
	frame_cell(t, columns[0]);
	text_printf(t, "<a href=\"%s/i/%s\">%s</a></td>", frame_base(),
	    incident_format(o->incident, id), id);
	frame_cell(t, columns[1]);
	frame_time(t, o->onset);
	text_add(t, "</td>");
	frame_cell(t, columns[2]);
	/* Of an open one, what is stored is as of its last event. */
	if (i->closed == 0) {
		text_add(t, "lasts ");
		frame_length(t, known - o->onset);
	} else {
		frame_length(t, incident_failing_ms(o));
	}
	text_add(t, "</td>");
	frame_cell(t, columns[3]);
	text_printf(t, "%s%s", kind_name(o->kind_worst),
	    i->withdrawn         ? ", withdrawn"
		: i->closed == 0 ? ", open"
				 : "");
	if (o->relapses > 0)
		text_printf(t, ", %u false recover%s", o->relapses,
		    o->relapses == 1 ? "y" : "ies");
	if (kept != NULL)
		text_printf(t, ", promise %s", kept);
	text_add(t, "</td>");
	frame_cell(t, columns[4]);
	rows_scope(t, i);
	text_add(t, "</td></tr>\n");
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct rows *rows = arg;
	struct text *t = rows->out;
	bool narrowed = rows->endpoint != NULL || rows->service != NULL ||
	    rows->region != NULL;

	if (!site_lists(rows->site, rows->visitor, i, narrowed))
		return true;
	rows->more = rows->shown == rows->max;
	if (rows->more)
		return false;
	if (rows->shown++ == 0) {
		text_printf(t, "<section id=\"list\">\n<h2>%s</h2>\n",
		    rows->title);
		rows_begin(t);
	}
	rows_one(t, i, rows->known);
	return true;
}

enum status
rows_add(struct text *t, struct query *q, struct rows *rows, struct fail *f)
{
	const struct query_incidents which = {.endpoint = rows->endpoint,
	    .service = rows->service,
	    .region = rows->region,
	    .from = rows->from,
	    .to = rows->to,
	    .closed_only = rows->closed_only};
	enum status s;

	rows->out = t;
	s = query_incidents(q, &which, on_incident, rows, f);
	if (rows->shown > 0) {
		frame_table_end(t);
		text_add(t, "</section>\n");
	}
	return s;
}
