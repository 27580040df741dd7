/* SPDX-License-Identifier: MIT */
#include "web/choice.h"

#include <string.h>

#include "base/html.h"
#include "web/frame.h"
#include "web/param.h"

enum { STATE_OPEN = 2, STATE_CLOSED = 3 };
static const char *const states[] = {"", "all", "open", "closed", NULL};
static const struct order_words orders[ORDER_COUNT] = {
    [ORDER_NEWEST] = {"newest", "Newest first", "older"},
    [ORDER_OLDEST] = {"oldest", "Oldest first", "newer"},
    [ORDER_LONGEST] = {"longest", "Longest first", "shorter"},
};

static bool
take_kind(const struct visitor *v, struct choice *c)
{
	const char *words[KIND_COUNT + 1] = {""};
	size_t at = 0;

	for (unsigned k = KIND_NONE + 1; k < KIND_COUNT; k++)
		words[k] = kind_name((enum kind)k);
	if (!param_word(v, "kind", words, &at))
		return false;
	if (at > 0) {
		c->kind = (enum kind)at;
		c->kind_word = words[at];
		c->which.kind = &c->kind;
	}
	return true;
}

static bool
take_origin(const struct visitor *v, struct choice *c)
{
	const char *words[ORIGIN_COUNT + 2] = {""};
	size_t at = 0;

	for (unsigned o = 0; o < ORIGIN_COUNT; o++)
		words[1 + o] = origin_name((enum origin)o);
	if (!param_word(v, "origin", words, &at))
		return false;
	if (at > 0) {
		c->origin = (enum origin)(at - 1);
		c->which.origin = &c->origin;
	}
	return true;
}

static bool
take_order(const struct visitor *v, struct choice *c)
{
	const char *words[ORDER_COUNT + 2] = {""};
	size_t at = 0;

	for (unsigned o = 0; o < ORDER_COUNT; o++)
		words[1 + o] = orders[o].first;
	if (!param_word(v, "order", words, &at))
		return false;
	c->which.order = at > 0 ? (enum query_order)(at - 1) : ORDER_NEWEST;
	return true;
}

const struct order_words *
choice_order(const struct choice *c)
{
	return &orders[c->which.order];
}

struct place {
	const struct site *site;
	const struct visitor *visitor;
	bool shown;
};

static bool
on_place(void *arg, const struct query_incident *i)
{
	struct place *p = arg;

	p->shown = site_shows(p->site, p->visitor, i->service);
	return true;
}

/* Where one is among others by length is for those who may see it. */
static void
veil_after(struct site *s, const struct visitor *v, struct choice *c)
{
	static const struct incident_id none = {1, 1};
	struct place p = {s, v, false};
	const struct query_incident_events on = {.on_incident = on_place,
	    .arg = &p};
	struct fail f;
	struct query *q = site_query(s, &f);

	if (q != NULL && query_incident(q, c->which.after, &on, &f) == OK &&
	    !p.shown)
		c->which.after = none;
}

static bool
take_after(struct site *s, const struct visitor *v, struct choice *c)
{
	const char *after = NULL;

	if (!param_text(v, "after", &after))
		return false;
	if (after == NULL)
		return true;
	if (incident_parse(after, &c->which.after)) {
		if (c->which.order == ORDER_LONGEST)
			veil_after(s, v, c);
		return true;
	}
	answer_problem(v->r, 400, "Bad parameter",
	    "after is the id of an incident, like 20230214-3.");
	return false;
}

bool
choice_take(struct site *s, const struct visitor *v, struct choice *c)
{
	struct query_incidents *w = &c->which;
	size_t state = 0;

	*c = (struct choice){.any = false};
	if (!param_word(v, "state", states, &state) || !take_kind(v, c) ||
	    !take_origin(v, c) || !param_length(v, "longer", &w->longer) ||
	    !param_text(v, "service", &w->service) ||
	    !param_text(v, "region", &w->region) ||
	    !param_span(v, &w->from, &w->to) || !param_text(v, "q", &w->text) ||
	    !param_text(v, "scope", &w->scope) || !take_order(v, c) ||
	    !take_after(s, v, c))
		return false;
	w->open_only = state == STATE_OPEN;
	w->closed_only = state == STATE_CLOSED;
	c->state = state >= STATE_OPEN ? states[state] : NULL;
	c->any = c->state != NULL || w->kind != NULL || w->origin != NULL ||
	    w->longer != 0 || w->service != NULL || w->region != NULL ||
	    w->from != 0 || w->to != 0 || w->text != NULL || w->scope != NULL ||
	    w->after.n > 0;
	return true;
}

void
choice_add(struct text *t, const struct visitor *v)
{
	static const char *const names[] = {"state", "kind", "origin",
	    "service", "region", "from", "to", "longer", "q", "scope", "order"};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const char *value = http_param(v->r, names[i]);

		if (value == NULL || *value == '\0')
			continue;
		text_printf(t, "%s=", names[i]);
		frame_segment(t, value);
		text_add(t, "&amp;");
	}
}

static void
add_option(struct text *t, const char *value, const char *word, bool chosen)
{
	text_printf(t, "<option value=\"%s\"%s>%s</option>", value,
	    chosen ? " selected" : "", word);
}

/* A text that may be any, with those in use to choose from. */
static void
add_input(struct text *t, const struct visitor *v, const char *name,
    const char *word, const char *more)
{
	text_printf(t, "<label>%s <input name=\"%s\" %s value=\"", word, name,
	    more);
	html_safe(t, http_param(v->r, name));
	text_add(t, "\"></label>\n");
}

/* A day has a calendar; an instant is to be typed. */
static void
add_day(struct text *t, const struct visitor *v, const char *name,
    const char *word)
{
	const char *value = http_param(v->r, name);
	bool day = value == NULL || *value == '\0' || strlen(value) == 10;

	add_input(t, v, name, word, day ? "type=\"date\"" : "type=\"text\"");
}

static void
add_services(struct text *t, const struct site *s, const struct visitor *v)
{
	const char *id;
	json_t *service;

	text_add(t, "<datalist id=\"known-services\">");
	json_object_foreach((json_t *)s->services, id, service)
	{
		if (!site_shows(s, v, id))
			continue;
		text_add(t, "<option value=\"");
		html_safe(t, id);
		text_add(t, "\"></option>");
	}
	text_add(t, "</datalist>\n");
}

void
choice_form(struct text *t, const struct site *s, const struct visitor *v,
    const struct choice *c)
{
	text_printf(t,
	    "<form class=\"choice\" action=\"%s/incidents\">\n"
	    "<label>State <select name=\"state\">",
	    frame_base());
	add_option(t, "", "any", c->state == NULL);
	add_option(t, states[STATE_OPEN], "open", c->which.open_only);
	add_option(t, states[STATE_CLOSED], "over", c->which.closed_only);
	text_add(t, "</select></label>\n<label>Kind <select name=\"kind\">");
	add_option(t, "", "any", c->kind_word == NULL);
	for (unsigned k = KIND_NONE + 1; k < KIND_COUNT; k++)
		add_option(t, kind_name((enum kind)k), kind_name((enum kind)k),
		    c->which.kind != NULL && c->kind == (enum kind)k);
	text_add(t,
	    "</select></label>\n<label>Origin <select name=\"origin\">");
	add_option(t, "", "any", c->which.origin == NULL);
	for (unsigned o = 0; o < ORIGIN_COUNT; o++)
		add_option(t, origin_name((enum origin)o),
		    origin_name((enum origin)o),
		    c->which.origin != NULL && c->origin == (enum origin)o);
	text_add(t, "</select></label>\n");
	add_input(t, v, "service", "Service", "list=\"known-services\"");
	add_services(t, s, v);
	add_input(t, v, "region", "Region", "type=\"text\"");
	add_day(t, v, "from", "From");
	add_day(t, v, "to", "Before");
	add_input(t, v, "longer", "For (like 10m)", "maxlength=\"20\"");
	add_input(t, v, "q", "Words", "type=\"search\"");
	if (c->which.scope != NULL)
		add_input(t, v, "scope", "Scope", "type=\"text\"");
	text_add(t, "<label>Order <select name=\"order\">");
	for (unsigned o = 0; o < ORDER_COUNT; o++)
		add_option(t, o == ORDER_NEWEST ? "" : orders[o].first,
		    orders[o].title, c->which.order == (enum query_order)o);
	text_add(t, "</select></label>\n");
	text_add(t, "<button>Show</button>\n</form>\n");
}
