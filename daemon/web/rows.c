/* SPDX-License-Identifier: MIT */
#include "web/rows.h"

#include "base/html.h"
#include "view/incident.h"
#include "web/frame.h"
#include "wire/event_json.h"

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct rows *rows = arg;
	struct text *t = rows->out;
	const struct output *o = &i->now;
	char id[INCIDENT_TEXT_BYTES];

	/* Those that are part of another are on its page. */
	if ((o->lead.n > 0 && rows->endpoint == NULL) ||
	    (rows->closed_only && i->closed == 0))
		return true;
	if (rows->shown == rows->max)
		return false;
	if (rows->shown++ == 0) {
		text_printf(t,
		    "<section id=\"list\">\n<h2>%s</h2>\n<table>\n<thead><tr><th>Incident"
		    "</th><th>Began</th><th>Failing</th><th>What</th>"
		    "<th>For whom</th></tr></thead>\n<tbody>\n",
		    rows->title);
	}
	text_printf(t, "<tr><td><a href=\"/i/%s\">%s</a></td><td>",
	    incident_format(o->incident, id), id);
	frame_time(t, o->onset);
	text_add(t, "</td><td>");
	frame_length(t, incident_failing_ms(o));
	text_printf(t, "</td><td>%s%s", kind_name(o->kind_worst),
	    i->withdrawn         ? ", withdrawn"
		: i->closed == 0 ? ", open"
				 : "");
	if (o->relapses > 0)
		text_printf(t, ", %u false recover%s", o->relapses,
		    o->relapses == 1 ? "y" : "ies");
	text_add(t, "</td><td>");
	html_safe(t, o->scope == SCOPE_ENDPOINT ? i->endpoint : i->scope);
	text_add(t, "</td></tr>\n");
	return true;
}

enum status
rows_add(struct text *t, struct query *q, struct rows *rows, struct fail *f)
{
	const struct query_incidents all = {.endpoint = rows->endpoint};
	enum status s;

	rows->out = t;
	s = query_incidents(q, &all, on_incident, rows, f);
	if (rows->shown > 0)
		text_add(t, "</tbody>\n</table>\n</section>\n");
	return s;
}
