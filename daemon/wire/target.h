/* SPDX-License-Identifier: MIT */
/*
 * target - what a prober must know of one endpoint, and what is expected of
 * its answer.  Built by config/, sent by the keeper, judged by probes/.
 */
#ifndef WIRE_TARGET_H
#define WIRE_TARGET_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/clock.h"

enum target_kind { TARGET_HTTP, TARGET_TCP };

enum { TARGET_LIST_MAX = 256 }; /* items of each list: longer is refused */

struct target_status { /* inclusive */
	uint16_t from, to;
};

struct target_pair { /* header name and pattern, or name and value */
	char *name, *value;
};

struct target_json {
	char *path;      /* "$.a.b[0]" */
	char *equals;    /* JSON text of the expected value, or NULL */
	span_ms max_age; /* 0: none; else the value is a time at most so old */
};

struct target_expect {
	struct target_status *status; /* none: 200-299 */
	size_t status_count;
	struct target_json *json;
	size_t json_count;
	struct target_pair *headers; /* value: PCRE2 pattern */
	size_t header_count;
	char *body, *not_body; /* PCRE2 patterns, or NULL */
	char *type;            /* media type, "application/json", or NULL */
	span_ms latency;       /* slower is SLOW; 0: none */
};

/* Strings are owned; NULL where absent. */
struct target {
	uint32_t slot; /* endpoint number in the world, or canary number */
	uint32_t generation; /* tells a slot's owners apart over reloads */
	bool canary;
	enum target_kind kind;
	char *id;  /* "service/region[/name]", or "canary/N" */
	char *url; /* http:, https: or tcp://host:port */
	span_ms interval, timeout;
	char *method; /* NULL: GET */
	struct target_pair *headers;
	size_t header_count;
	char *body;
	char *basic_file, *bearer_file; /* paths; read by the prober via fds */
	char *ca_file;
	char *proxy;
	bool insecure;
	bool ladder;       /* quick probes after a first failure */
	uint8_t family;    /* enum family of io/resolve.h */
	uint8_t redirects; /* hops allowed, 0..5 */
	struct target_expect expect;
};

void target_done(struct target *t); /* frees what it owns, zeroes it */
/* Same in everything but slot and generation. */
bool target_equal(const struct target *a, const struct target *b);

void target_put(struct bytes_out *o, const struct target *t);
/* False (and *t empty) when the bytes are not a target. */
MUST_CHECK
bool target_get(struct bytes_in *i, struct target *t);

#endif
