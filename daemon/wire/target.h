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

enum target_kind {
	TARGET_HTTP,
	TARGET_TCP,
	TARGET_TLS,
	TARGET_DNS,
	TARGET_ICMP
};
enum { TARGET_KINDS = TARGET_ICMP + 1 };

enum target_addresses { TARGET_ADDRESSES_FIRST, TARGET_ADDRESSES_ALL };

enum target_http { TARGET_HTTP_1_1, TARGET_HTTP_2 };

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
	char **records;        /* exactly these, of dns: */
	size_t record_count;
	span_ms latency; /* slower is SLOW; 0: none */
};

struct target_oauth { /* client credentials of RFC 6749; NULL: none at all */
	char *token_url, *client_id, *secret_file;
	char *scope, *audience; /* or NULL */
};

/* Strings are owned; NULL where absent. */
struct target {
	uint32_t slot; /* endpoint number in the world, or canary number */
	uint32_t generation; /* tells a slot's owners apart over reloads */
	bool canary;
	enum target_kind kind;
	char *id;  /* "service/region[/name]", or "canary/N" */
	char *url; /* its scheme is that of the kind */
	span_ms interval, timeout;
	char *method; /* NULL: GET */
	struct target_pair *headers;
	size_t header_count;
	char *body;
	char *basic_file, *bearer_file; /* paths; read by the prober via fds */
	char *cert_file, *key_file;     /* likewise; both or neither */
	struct target_oauth oauth;
	char *ca_file;
	char *proxy;
	bool insecure;
	bool reuse;        /* keep the connection for the next probe */
	bool ladder;       /* quick probes after a first failure */
	uint8_t family;    /* enum family of io/resolve.h */
	uint8_t redirects; /* hops allowed, 0..5 */
	uint8_t http;      /* enum target_http */
	uint8_t addresses; /* enum target_addresses */
	struct target_expect expect;
};

/* Files that are sent as descriptors with a target, in this order. */
enum target_secret {
	TARGET_SECRET_BASIC,
	TARGET_SECRET_BEARER,
	TARGET_SECRET_CERT,
	TARGET_SECRET_KEY,
	TARGET_SECRET_CLIENT
};
enum { TARGET_SECRETS = TARGET_SECRET_CLIENT + 1 };

/* The path of one, or NULL. */
const char *target_secret_file(const struct target *t,
    enum target_secret which);
bool target_has_secrets(const struct target *t);

/* By the scheme of a URL; any but those of the other kinds is HTTP. */
enum target_kind target_kind_of(const char *url);

/* Frees, and leaves none: nobody's credentials are mixed with another's. */
void target_oauth_done(struct target_oauth *o);
void target_done(struct target *t); /* frees what it owns, zeroes it */
/* Same in everything but slot and generation. */
bool target_equal(const struct target *a, const struct target *b);

void target_put(struct bytes_out *o, const struct target *t);
/* False (and *t empty) when the bytes are not a target. */
MUST_CHECK
bool target_get(struct bytes_in *i, struct target *t);

#endif
