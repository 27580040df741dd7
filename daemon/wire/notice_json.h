/* SPDX-License-Identifier: MIT */
/*
 * notice_json - the body of a webhook: {type, timestamp, data}, where data is
 * the event of event_json.h and what a machine needs beside it: seq, service,
 * url, and persisted:false when it could not be written down first.
 * schema/event.schema.json describes it.
 */
#ifndef WIRE_NOTICE_JSON_H
#define WIRE_NOTICE_JSON_H

#include <stdbool.h>
#include <stdint.h>

#include "wire/event_json.h"
#include "wire/impact.h"

enum { NOTICE_JSON_BYTES = 20000 };

/* Borrowed; what is NULL is left out.  Lists are NULL-terminated. */
struct notice_service {
	const char *id, *name, *owner, *runbook, *advice;
	const char *const *tags, *const *functions, *const *unaffected;
};

struct json_t;
struct json_t *notice_service_json(const struct notice_service *s);

struct notice_about {
	const struct output *event;
	const struct event_names *names;
	const struct notice_service *service; /* NULL for monitor.* */
	uint64_t seq;                         /* per service, gap-free */
	const char *public_url;        /* without a final slash, or NULL */
	bool degraded;                 /* could not be written down */
	const struct impacts *impacts; /* NULL or empty: nothing to say */
};

/*
 * Compact JSON, owned by caller (mem_free), at most NOTICE_JSON_BYTES: what
 * people wrote about the service is left out where it would not fit.
 */
char *notice_json(const struct notice_about *a);

#endif
