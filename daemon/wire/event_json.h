/* SPDX-License-Identifier: MIT */
/*
 * event_json - an event as the JSON object of `replay --json`, of the webhook
 * body's `data` and of the API: one writer for all of them.
 */
#ifndef WIRE_EVENT_JSON_H
#define WIRE_EVENT_JSON_H

#include "core/core.h"
#include "wire/scope.h"

/* The act behind an event, in the words of who did it. */
struct event_said {
	enum act act;
	const char *author; /* NULL: no person did this */
	const char *text;   /* a note, or why; or NULL */
};

/* Borrowed strings; what is NULL is left out. */
struct event_names {
	const char *endpoint; /* "service/region[/name]"; NULL for monitor.* */
	const char *service, *region;
	const struct scope_names *scope; /* or NULL */
	struct event_said said;
	const char *receiver; /* of receiver.*: which one */
	const char *detail; /* of PARTIAL: wire/partial.h; NULL: whole again */
};

struct json_t;

/*
 * A new object (json_decref it) with, in this order: t, event, incident,
 * endpoint, service, region, receiver, kind, origin, what scope_json() adds,
 * onset, loud, and what the kind of event has more of.  Absent is left out, except ended (null).
 */
struct json_t *event_json(const struct output *o, const struct event_names *n);

/* Into an event: acknowledged_by or author, note or why. */
void event_said_json(struct json_t *j, const struct event_said *s);

/* {"up":0,...}: the six buckets, in the order of schema/names.def. */
struct json_t *buckets_json(const int64_t ms[BUCKET_COUNT]);

/* On one line, compact; owned by caller (mem_free). */
char *event_json_text(const struct json_t *j);

/* One line for people: "tesla-fleet/eu: maintenance claimed by the server". */
struct text;
void event_line(const struct output *o, const struct event_names *n,
    struct text *out);

/* "acknowledged by ann: on it"; nothing when no person did this. */
void event_said_line(const struct event_said *s, struct text *out);

/* "20230214-1" into buf; returns buf. */
enum { INCIDENT_TEXT_BYTES = 24 };
const char *incident_format(struct incident_id id,
    char buf[INCIDENT_TEXT_BYTES]);
bool incident_parse(const char *s, struct incident_id *id);

#endif
