/* SPDX-License-Identifier: MIT */
#include "view/incident.h"

#include <jansson.h>
#include <string.h>

#include "view/put.h"
#include "wire/event_json.h"

json_t *
incident_json(const struct query_incident *i)
{
	json_t *j = json_object();
	const struct output *o = &i->now;
	char id[INCIDENT_TEXT_BYTES];

	put_text(j, "id", incident_format(o->incident, id));
	put_text(j, "endpoint", i->endpoint);
	put_text(j, "service", i->service);
	put_text(j, "region", i->region);
	put_text(j, "scope", i->scope);
	if (o->lead.n > 0) {
		put_text(j, o->effect ? "caused_by" : "part_of",
		    incident_format(o->lead, id));
		put_text(j, "lead", i->lead_endpoint);
	}
	put_text(j, "kind", kind_name(o->kind_worst));
	put_text(j, "origin", origin_name(o->origin));
	put_text(j, "phase", phase_name(o->phase));
	put_time(j, "onset", o->onset);
	put_time(j, "opened", i->opened);
	put_time(j, "ended", o->ended);
	put_time(j, "closed", i->closed);
	put_time(j, "promised", o->promised);
	if (o->promised != 0 && o->ended != 0 && !i->withdrawn)
		(void)json_object_set_new(j, "promise_kept",
		    json_boolean(output_kept(o)));
	(void)json_object_set_new(j, "withdrawn", json_boolean(i->withdrawn));
	put_text(j, "class", class_name(o->class));
	put_text(j, "reason", reason_name(o->reason));
	if (o->code != 0)
		put_count(j, "code", o->code);
	put_count(j, "relapses", o->relapses);
	if (o->phase == PHASE_RECOVERING) {
		put_count(j, "chance", o->chance);
		put_time(j, "all_clear_at", o->all_clear_at);
	}
	put_text(j, "acknowledged_by", i->acked_by);
	put_time(j, "acknowledged", i->acked);
	put_text(j, "acknowledged_why", i->acked_why);
	(void)json_object_set_new(j, "buckets_ms", buckets_json(o->bucket_ms));
	return j;
}

json_t *
incident_event_json(const struct query_event *e)
{
	json_t *j = e->json != NULL ? json_loads(e->json, 0, NULL) : NULL;

	if (j == NULL) {
		j = json_object();
		put_time(j, "t", e->at);
		put_text(j, "event", event_name(e->event));
		(void)json_object_set_new(j, "loud", json_boolean(e->loud));
	}
	event_said_json(j, &e->said);
	return j;
}

void
incident_scope(struct text *out, const char *scope)
{
	const char *name = strchr(scope, ':');
	enum scope wide = SCOPE_ENDPOINT;

	if (scope_parse(scope, &wide) && wide == SCOPE_GLOBAL)
		text_add(out, "everywhere");
	else if (name == NULL || wide == SCOPE_ENDPOINT || wide == SCOPE_PLACE)
		text_add(out, name != NULL ? name + 1 : scope);
	else
		text_printf(out, "%s %s", scope_name(wide), name + 1);
}

void
incident_who(struct text *out, const struct output *o, const char *scope,
    const char *endpoint)
{
	if (o->scope != SCOPE_ENDPOINT && scope != NULL) {
		incident_scope(out, scope);
		text_add(out, ", led by ");
	}
	text_add(out, endpoint);
}

const char *
incident_origin(const struct output *o)
{
	static const char *const words[ORIGIN_COUNT][2] =
	    {[ORIGIN_DECLARED] = {"claimed by the server, nobody announced it",
		 "claimed by the server, nobody announced it; then an outage"},
		[ORIGIN_PLANNED] = {"planned",
		    "planned; it lasted longer and was an outage then"}};

	return words[o->origin][o->kind_worst == KIND_OUTAGE];
}

const char *
incident_promise(const struct query_incident *i, wall_ms known)
{
	const struct output *o = &i->now;

	if (o->promised == 0 || i->withdrawn || o->phase == PHASE_RECOVERING)
		return NULL;
	if (o->ended != 0)
		return output_kept(o) ? "kept" : "not kept";
	return known > o->promised + OUTPUT_GRACE_MS ? "not kept" : NULL;
}

const char *
incident_trouble(const struct output *o)
{
	return o->kind_worst == KIND_DEGRADATION ? "Slow or failing in part"
						 : "Failing";
}

int64_t
incident_failing_ms(const struct output *o)
{
	return o->bucket_ms[BUCKET_DOWN] + o->bucket_ms[BUCKET_MAINTENANCE] +
	    o->bucket_ms[BUCKET_DEGRADED];
}
