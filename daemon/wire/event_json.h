/* SPDX-License-Identifier: MIT */
/*
 * event_json - an event as the JSON object of `replay --json`, of the webhook
 * body's `data` and of the API: one writer for all of them.
 */
#ifndef WIRE_EVENT_JSON_H
#define WIRE_EVENT_JSON_H

#include "core/core.h"

/* Borrowed strings; what is NULL is left out. */
struct event_names {
	const char *endpoint; /* "service/region[/name]"; NULL for monitor.* */
	const char *service, *region;
};

struct json_t;

/*
 * A new object (json_decref it) with, in this order: t, event, incident,
 * endpoint, service, region, kind, origin, scope, onset, loud, and what the
 * kind of event has more of.  Absent is left out, except ended (null).
 */
struct json_t *event_json(const struct output *o, const struct event_names *n);

/* {"up":0,...}: the six buckets, in the order of schema/names.def. */
struct json_t *buckets_json(const int64_t ms[BUCKET_COUNT]);

/* On one line, compact; owned by caller (mem_free). */
char *event_json_text(const struct json_t *j);

/* One line for people: "tesla-fleet/eu: maintenance claimed by the server". */
struct text;
void event_line(const struct output *o, const struct event_names *n,
    struct text *out);

/* "20230214-1" into buf; returns buf. */
enum { INCIDENT_TEXT_BYTES = 24 };
const char *incident_format(struct incident_id id,
    char buf[INCIDENT_TEXT_BYTES]);
bool incident_parse(const char *s, struct incident_id *id);

#endif
