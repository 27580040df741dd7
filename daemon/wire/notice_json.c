/* SPDX-License-Identifier: MIT */
#include "wire/notice_json.h"

#include <assert.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/utc.h"
#include "wire/event_json.h"

enum { URL_BYTES = 2048 };

static const char impacts_key[] = "impacts";

static void
set_text(json_t *o, const char *key, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(o, key, json_string(value));
}

static void
set_list(json_t *o, const char *key, const char *const *list)
{
	json_t *a;

	if (list == NULL)
		return;
	a = json_array();
	for (; *list != NULL; list++)
		(void)json_array_append_new(a, json_string(*list));
	(void)json_object_set_new(o, key, a);
}

json_t *
notice_service_json(const struct notice_service *s)
{
	json_t *o = json_object();

	set_text(o, "id", s->id);
	set_text(o, "name", s->name);
	set_list(o, "tags", s->tags);
	set_text(o, "owner", s->owner);
	set_text(o, "runbook", s->runbook);
	set_list(o, "functions", s->functions);
	set_list(o, "unaffected", s->unaffected);
	set_text(o, "advice", s->advice);
	return o;
}

static void
set_url(json_t *data, const struct notice_about *a)
{
	char id[INCIDENT_TEXT_BYTES];
	struct text url;

	if (a->public_url == NULL || a->event->incident.n == 0)
		return;
	text_init(&url, URL_BYTES);
	text_printf(&url, "%s/i/%s", a->public_url,
	    incident_format(a->event->incident, id));
	if (text_ok(&url))
		set_text(data, "url", text_str(&url));
	text_done(&url);
}

static json_t *
body_json(const struct notice_about *a)
{
	json_t *body = json_object();
	json_t *data = event_json(a->event, a->names);
	char when[UTC_TEXT_BYTES];

	set_text(body, "type", event_name(a->event->event));
	set_text(body, "timestamp", utc_format(a->event->at, when));
	(void)json_object_set_new(data, "seq",
	    json_integer((json_int_t)a->seq));
	if (a->service != NULL)
		(void)json_object_set_new(data, "service",
		    notice_service_json(a->service));
	if (a->impacts != NULL && a->impacts->count > 0)
		(void)json_object_set_new(data, impacts_key,
		    impacts_json(a->impacts));
	set_url(data, a);
	if (a->degraded)
		(void)json_object_set_new(data, "persisted", json_false());
	(void)json_object_set_new(body, "data", data);
	return body;
}

/* In memory of ours; NULL when it would not fit. */
static char *
dump(const json_t *body)
{
	char *out = mem_zalloc(NOTICE_JSON_BYTES + 1);
	size_t n = json_dumpb(body, out, NOTICE_JSON_BYTES,
	    JSON_COMPACT | JSON_REAL_PRECISION(6));

	if (n > 0 && n <= NOTICE_JSON_BYTES)
		return out;
	mem_free(out);
	return NULL;
}

char *
notice_json(const struct notice_about *a)
{
	static const char *const spare[] = {"unaffected", "functions", "tags",
	    impacts_key, "advice", "runbook", "owner", "name"};
	json_t *body = body_json(a);
	json_t *data = json_object_get(body, "data");
	json_t *service = json_object_get(data, "service");
	char *out = dump(body);

	for (size_t i = 0; i < sizeof spare / sizeof spare[0] && out == NULL;
	     i++) {
		(void)json_object_del(spare[i] == impacts_key ? data : service,
		    spare[i]);
		out = dump(body);
	}
	json_decref(body);
	/* What is left are our own words and short identifiers. */
	assert(out != NULL);
	return out;
}
