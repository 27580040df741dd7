/* SPDX-License-Identifier: MIT */
#include "wire/event_json.h"

#include <ctype.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "wire/degraded.h"
#include "wire/partial.h"

static bool
of_incident(enum event_kind e)
{
	return e <= EVENT_AMENDED;
}

static void
put_text(json_t *j, const char *key, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(j, key, json_string(value));
}

/* A time of 0 is one that is not known. */
static void
put_time(json_t *j, const char *key, wall_ms t)
{
	char buf[UTC_TEXT_BYTES];

	if (t != 0)
		put_text(j, key, utc_format(t, buf));
}

static void
put_integer(json_t *j, const char *key, int64_t n)
{
	(void)json_object_set_new(j, key, json_integer(n));
}

static void
put_head(json_t *j, const struct output *o, const struct event_names *n)
{
	char id[INCIDENT_TEXT_BYTES];

	put_time(j, "t", o->at);
	put_text(j, "event", event_name(o->event));
	if (o->incident.n > 0)
		put_text(j, "incident", incident_format(o->incident, id));
	put_text(j, "endpoint", n->endpoint);
	put_text(j, "service", n->service);
	put_text(j, "region", n->region);
	put_text(j, "receiver", n->receiver);
	if (o->kind_worst != KIND_NONE) {
		put_text(j, "kind", kind_name(o->kind_worst));
		put_text(j, "origin", origin_name(o->origin));
	}
	if (of_incident(o->event))
		scope_json(j, o, n);
	put_time(j, "onset", o->onset);
	(void)json_object_set_new(j, "loud", json_boolean(o->loud));
}

/* What is known of the run of samples behind it. */
static void
put_run(json_t *j, const struct output *o)
{
	if (o->endpoint == ENDPOINT_NONE)
		return;
	if (of_incident(o->event))
		put_text(j, "cause", cause_name(o->cause));
	put_text(j, "class", class_name(o->class));
	put_text(j, "reason", reason_name(o->reason));
	if (o->code != 0)
		put_integer(j, "code", o->code);
	put_time(j, "last_good_at", o->last_good_at);
	put_time(j, "promise_until", o->promise_until);
	if (o->flapping)
		(void)json_object_set_new(j, "flapping", json_true());
}

static void
put_partial(json_t *j, const char *detail)
{
	unsigned failing = 0, asked;

	if (detail == NULL || !partial_counts(detail, &failing, &asked)) {
		put_integer(j, "failing", 0);
		return;
	}
	put_integer(j, "failing", failing);
	put_integer(j, "addresses", asked);
	put_text(j, "detail", detail);
}

static void
put_more(json_t *j, const struct output *o, const struct event_names *n)
{
	char buf[UTC_TEXT_BYTES];

	switch (o->event) {
	case EVENT_OPENED:
		(void)json_object_set_new(j, "ledger",
		    json_real(o->ledger / 10.0));
		degraded_json(j, &o->degraded);
		break;
	case EVENT_RECOVERING:
		put_integer(j, "chance", o->chance);
		put_integer(j, "others", o->others);
		put_time(j, "all_clear_at", o->all_clear_at);
		break;
	case EVENT_RELAPSED:
		put_integer(j, "relapses", o->relapses);
		degraded_json(j, &o->degraded);
		break;
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		(void)json_object_set_new(j, "ended",
		    o->ended != 0 ? json_string(utc_format(o->ended, buf))
				  : json_null());
		put_integer(j, "relapses", o->relapses);
		put_time(j, "promised", o->promised);
		if (o->promised != 0 && o->event == EVENT_RESOLVED)
			(void)json_object_set_new(j, "promise_kept",
			    json_boolean(output_kept(o)));
		(void)json_object_set_new(j, "buckets_ms",
		    buckets_json(o->bucket_ms));
		break;
	case EVENT_SLOW:
		degraded_json(j, &o->degraded);
		break;
	case EVENT_RECEIVER_GONE:
		put_integer(j, "code", o->code);
		break;
	case EVENT_CERT_EXPIRING:
		put_integer(j, "cert_days", o->cert_days);
		break;
	case EVENT_PARTIAL:
		put_partial(j, n->detail);
		break;
	default:
		put_time(j, "ended", o->ended);
		break;
	}
}

void
event_said_json(json_t *j, const struct event_said *s)
{
	if (s->author == NULL)
		return;
	put_text(j, s->act == ACT_ACK ? "acknowledged_by" : "author",
	    s->author);
	put_text(j, s->act == ACT_NOTE ? "note" : "why", s->text);
}

json_t *
event_json(const struct output *o, const struct event_names *n)
{
	json_t *j = json_object();

	put_head(j, o, n);
	put_run(j, o);
	put_more(j, o, n);
	event_said_json(j, &n->said);
	return j;
}

json_t *
buckets_json(const int64_t ms[BUCKET_COUNT])
{
	json_t *j = json_object();

	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		put_integer(j, bucket_name((enum bucket)b), ms[b]);
	return j;
}

char *
event_json_text(const json_t *j)
{
	/* Six digits, so that a tenth is printed as one. */
	return json_dumps(j, JSON_COMPACT | JSON_REAL_PRECISION(6));
}

const char *
incident_format(struct incident_id id, char buf[INCIDENT_TEXT_BYTES])
{
	(void)snprintf(buf, INCIDENT_TEXT_BYTES, "%08" PRIu32 "-%" PRIu32,
	    id.day, id.n);
	return buf;
}

/* All digits of s, up to a ceiling; advances *s; false without any. */
static bool
number(const char **s, size_t digits_max, uint32_t *out)
{
	uint64_t v = 0;
	size_t n = 0;

	for (; isdigit((unsigned char)**s) && n < digits_max; n++, (*s)++)
		v = v * 10 + (uint64_t)(**s - '0');
	if (n == 0 || v > UINT32_MAX)
		return false;
	*out = (uint32_t)v;
	return true;
}

bool
incident_parse(const char *s, struct incident_id *id)
{
	const char *at = s;
	struct incident_id got;

	if (!number(&at, 8, &got.day) || at - s != 8 || *at++ != '-')
		return false;
	if (*at == '0' || !number(&at, 10, &got.n) || *at != '\0')
		return false;
	*id = got;
	return true;
}
