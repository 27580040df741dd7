/* SPDX-License-Identifier: MIT */
#include "web/operate.h"

#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "web/frame.h"

enum { ID_BYTES = 24 }; /* of a window */

/* A thing to fill in: its name in the request, and for people. */
struct blank {
	const char *name, *label, *more; /* attributes, or NULL */
};

static const struct blank why = {"why", "Why, if you like",
    "maxlength=\"500\""};

static bool
begin(struct text *t, const struct visitor *v)
{
	if (v->level < LEVEL_OPERATOR)
		return false;
	text_add(t,
	    "<section id=\"operate\" hidden>\n<h2>What you can "
	    "do</h2>\n");
	return true;
}

static void
end(struct text *t)
{
	text_add(t,
	    "<p class=\"told\" role=\"alert\" data-own></p>\n</section>\n"
	    "<noscript><p class=\"small\">To act from here needs scripts; "
	    "<code>vigie ack</code>, <code>note</code>, <code>pause</code> and "
	    "<code>maintenance</code> on the machine do not.</p></noscript>\n");
	frame_script(t, "operate.js");
}

/* What is filled in stays, by its id, while others come and go. */
static void
begin_form(struct text *t, const char *id, const char *to)
{
	text_printf(t,
	    "<form id=\"%s\" class=\"choice act\" data-to=\"%s/api/v1/%s", id,
	    frame_base(), to);
}

static void
add_blank(struct text *t, const struct blank *b)
{
	text_printf(t, "<label>%s <input name=\"%s\"%s%s></label>\n", b->label,
	    b->name, b->more != NULL ? " " : "",
	    b->more != NULL ? b->more : "");
}

static void
end_form(struct text *t, const char *button)
{
	text_printf(t, "<button>%s</button></form>\n", button);
}

static void
add_incident_form(struct text *t, const char *id, const char *act,
    const struct blank *b, const char *button)
{
	begin_form(t, act, "incidents/");
	text_printf(t, "%s/%s\">\n", id, act);
	add_blank(t, b);
	end_form(t, button);
}

void
operate_incident(struct text *t, const struct visitor *v,
    const struct query_incident *i)
{
	static const struct blank note = {"note", "What is to be known",
	    "required maxlength=\"500\""};
	static const struct blank reason = {"why", "Why",
	    "required maxlength=\"500\""};
	char id[INCIDENT_TEXT_BYTES];

	if (!begin(t, v))
		return;
	incident_format(i->now.incident, id);
	if (i->closed == 0 && i->acked_by == NULL)
		add_incident_form(t, id, "ack", &why, "Acknowledge");
	add_incident_form(t, id, "notes", &note, "Add a note");
	if (i->closed == 0 && output_recovers(&i->now))
		add_incident_form(t, id, "resolve", &reason, "Resolve");
	end(t);
}

void
operate_endpoint(struct text *t, const struct visitor *v,
    const struct status_row *r)
{
	if (!begin(t, v))
		return;
	begin_form(t, r->e.paused != 0 ? "resume" : "pause", "endpoints/");
	frame_slug(t, r->id);
	if (r->e.paused != 0) {
		text_add(t, "/resume\">\n");
		add_blank(t, &why);
		end_form(t, "Resume checks");
	} else {
		text_add(t,
		    "/pause\">\n<label>For <select name=\"for_ms\" "
		    "data-number>"
		    "<option value=\"3600000\">an hour</option>"
		    "<option value=\"14400000\">4 hours</option>"
		    "<option value=\"86400000\">a day</option>"
		    "<option value=\"\">as long as nobody resumes it</option>"
		    "</select></label>\n");
		add_blank(t, &why);
		end_form(t, "Pause checks");
	}
	end(t);
}

/* Those of the configuration, "c1", are changed there. */
static bool
may_cancel(const json_t *window)
{
	const char *id = json_string_value(json_object_get(window, "id"));

	return id != NULL && *id == 'w' && strlen(id) < ID_BYTES &&
	    (json_is_true(json_object_get(window, "now")) ||
		json_array_size(json_object_get(window, "next")) > 0);
}

static void
add_cancel_form(struct text *t, const json_t *window)
{
	const char *id = json_string_value(json_object_get(window, "id"));
	char form[ID_BYTES + sizeof("cancel-")];

	(void)snprintf(form, sizeof(form), "cancel-%s", id);
	begin_form(t, form, "maintenance/");
	frame_segment(t, id);
	text_add(t, "/cancel\">\n<p>");
	html_safe(t, id);
	text_add(t, ": ");
	html_safe(t, json_string_value(json_object_get(window, "title")));
	text_add(t, "</p>\n");
	add_blank(t, &why);
	text_add(t, "<button>Cancel ");
	html_safe(t, id);
	text_add(t, "</button></form>\n");
}

void
operate_maintenance(struct text *t, const struct site *s,
    const struct visitor *v)
{
	static const struct blank window[] = {{"service", "Service",
						  "required maxlength=\"63\""},
	    {"region", "Region, or all", "maxlength=\"63\""},
	    {"title", "What", "required maxlength=\"200\""},
	    {"from", "From (UTC)", "type=\"datetime-local\" required"},
	    {"to", "To (UTC)", "type=\"datetime-local\" required"}};
	size_t i;
	json_t *w;

	if (!begin(t, v))
		return;
	begin_form(t, "plan", "maintenance\" data-list=\"windows\">\n");
	for (i = 0; i < sizeof(window) / sizeof(window[0]); i++)
		add_blank(t, &window[i]);
	end_form(t, "Plan maintenance");
	json_array_foreach(s->planned, i, w)
	{
		if (may_cancel(w))
			add_cancel_form(t, w);
	}
	end(t);
}
