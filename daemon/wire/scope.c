/* SPDX-License-Identifier: MIT */
#include "wire/scope.h"

#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "wire/event_json.h"

enum { KEY_BYTES = 256 };

static void
add_name(const struct output *o, const struct event_names *n, struct text *out)
{
	const char *a = NULL, *b = NULL;

	switch (o->scope) {
	case SCOPE_ENDPOINT:
		a = n->endpoint;
		break;
	case SCOPE_PLACE:
		a = n->service;
		b = n->region;
		break;
	case SCOPE_SERVICE:
		a = n->service;
		break;
	case SCOPE_REGION:
		a = n->region;
		break;
	case SCOPE_TAG:
		a = n->scope != NULL ? n->scope->tag : NULL;
		break;
	case SCOPE_GLOBAL:
	case SCOPE_COUNT:
		break;
	}
	if (a != NULL)
		escape_log(out, a, strlen(a));
	if (b != NULL) {
		text_char(out, '/');
		escape_log(out, b, strlen(b));
	}
}

void
scope_key(const struct output *o, const struct event_names *n, struct text *out)
{
	if (n->endpoint == NULL ||
	    (o->scope == SCOPE_TAG &&
		(n->scope == NULL || n->scope->tag == NULL)))
		return;
	text_add(out, scope_name(o->scope));
	if (o->scope == SCOPE_GLOBAL)
		return;
	text_char(out, ':');
	add_name(o, n, out);
}

void
scope_who(const struct output *o, const struct event_names *n, struct text *out)
{
	if (o->at_least)
		text_add(out, "at least ");
	if (o->scope == SCOPE_GLOBAL)
		text_add(out, "everything");
	else if (o->scope == SCOPE_REGION || o->scope == SCOPE_TAG)
		text_printf(out, "%s ", scope_name(o->scope));
	add_name(o, n, out);
}

/* A part of a region, a tag or the world is a service, of a service a region. */
static const char *
part_name(const struct output *o, const struct scope_names *s, size_t i)
{
	const char *name =
	    o->scope >= SCOPE_REGION ? s->services[i] : s->regions[i];

	return name != NULL ? name : "?";
}

static size_t
parts(const struct output *o, const struct event_names *n)
{
	if (n->scope == NULL)
		return 0;
	return o->row_count < SCOPE_ROWS ? o->row_count : SCOPE_ROWS;
}

void
scope_parts(const struct output *o, const struct event_names *n,
    struct text *out)
{
	char id[INCIDENT_TEXT_BYTES];
	size_t count = parts(o, n);

	if (o->lead.n > 0) {
		const char *lead = n->scope != NULL ? n->scope->lead : NULL;

		text_add(out, o->effect ? "; caused by " : "; part of ");
		if (lead != NULL) {
			escape_log(out, lead, strlen(lead));
			text_char(out, ' ');
		}
		text_printf(out, lead != NULL ? "(%s)" : "%s",
		    incident_format(o->lead, id));
		return;
	}
	/* One endpoint says nothing of others. */
	if (count == 1 && o->rows[0].known + o->rows[0].unknown == 1)
		return;
	for (size_t i = 0; i < count; i++) {
		const char *name = part_name(o, n->scope, i);

		text_add(out, i == 0 ? "; " : ", ");
		escape_log(out, name, strlen(name));
		text_printf(out, " %u/%u%s", o->rows[i].failing,
		    o->rows[i].known, i == 0 ? " down" : "");
		if (o->rows[i].unknown > 0)
			text_printf(out, " (%u unknown)", o->rows[i].unknown);
	}
	if (o->row_count > count)
		text_printf(out, " and %zu more", o->row_count - count);
}

static json_t *
part_json(const struct output *o, const struct scope_names *s, size_t i)
{
	json_t *j = json_object();

	(void)json_object_set_new(j, "name", json_string(part_name(o, s, i)));
	(void)json_object_set_new(j, "failing",
	    json_integer(o->rows[i].failing));
	(void)json_object_set_new(j, "known", json_integer(o->rows[i].known));
	(void)json_object_set_new(j, "unknown",
	    json_integer(o->rows[i].unknown));
	return j;
}

void
scope_json(struct json_t *j, const struct output *o,
    const struct event_names *n)
{
	struct text key;
	char id[INCIDENT_TEXT_BYTES];
	size_t count = parts(o, n);
	json_t *list;

	text_init(&key, KEY_BYTES);
	scope_key(o, n, &key);
	if (text_len(&key) > 0)
		(void)json_object_set_new(j, "scope",
		    json_string(text_str(&key)));
	text_done(&key);
	if (o->at_least)
		(void)json_object_set_new(j, "at_least", json_true());
	if (o->lead.n > 0)
		(void)json_object_set_new(j,
		    o->effect ? "caused_by" : "part_of",
		    json_string(incident_format(o->lead, id)));
	if (o->lead.n > 0 && n->scope != NULL && n->scope->lead != NULL)
		(void)json_object_set_new(j, "lead",
		    json_string(n->scope->lead));
	if (o->members > 0)
		(void)json_object_set_new(j, "members",
		    json_integer(o->members));
	if (o->effects > 0)
		(void)json_object_set_new(j, "effects",
		    json_integer(o->effects));
	if (o->lingers)
		(void)json_object_set_new(j, "lingers", json_true());
	if (count == 0 || o->lead.n > 0)
		return;
	list = json_array();
	for (size_t i = 0; i < count; i++)
		(void)json_array_append_new(list, part_json(o, n->scope, i));
	(void)json_object_set_new(j, "parts", list);
}
