/* SPDX-License-Identifier: MIT */
/* What is planned, and what servers claimed without anybody announcing it. */
#include <string.h>

#include "store/listing.h"
#include "web/frame.h"
#include "web/operate.h"
#include "web/planned.h"
#include "web/rows.h"
#include "web/site.h"

enum { CLAIMED_SHOWN = 20 };

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
	/* Of what became an outage, too. */
	const enum origin origin = ORIGIN_DECLARED;
	const struct query_incidents which = {.origin = &origin};
	struct claimed c = {s, v, t, query_known_until(q), 0};
	enum status status;

	text_add(t, "<section id=\"claimed\">\n<h2>Claimed by servers</h2>\n");
	status = query_incidents(q, &which, on_incident, &c, f);
	if (c.shown > 0)
		frame_table_end(t);
	else
		text_add(t, "<p>None so far.</p>\n");
	text_printf(t,
	    "<p class=\"small\">What lasted too long counts as an outage.  "
	    "<a href=\"%s/incidents?origin=%s\">What happened while "
	    "maintenance was planned</a></p>\n</section>\n",
	    frame_base(), origin_name(ORIGIN_PLANNED));
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
	planned_add(&page, s, v, NULL, 0);
	operate_maintenance(&page, s, v);
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
		if (planned_shown(s, v, w))
			(void)json_array_append(items, w);
	}
	answer_list(s, v->r, items, NULL);
}

void
api_window(struct site *s, const struct visitor *v)
{
	json_t *w, *found = NULL;
	size_t i;

	json_array_foreach(s->planned, i, w)
	{
		const char *id = json_string_value(json_object_get(w, "id"));

		if (id != NULL && strcmp(id, v->rest) == 0 &&
		    planned_shown(s, v, w))
			found = w;
	}
	if (found != NULL)
		answer_json(s, v->r, json_incref(found));
	else
		answer_problem(v->r, 404, "Not found",
		    "There is no such thing.");
}
