/* SPDX-License-Identifier: MIT */
/* receiver - where notices go, and which notices go there. */
#ifndef WIRE_RECEIVER_H
#define WIRE_RECEIVER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/clock.h"

enum receiver_type { RECEIVER_SYSLOG, RECEIVER_WEBHOOK, RECEIVER_HEARTBEAT };

/* How often a heartbeat may be asked for, and how many there may be. */
enum {
	HEARTBEAT_EVERY_MIN_MS = 10 * SECOND_MS,
	HEARTBEAT_EVERY_MAX_MS = HOUR_MS,
	HEARTBEATS_MAX = 16
};

/* Strings are owned; NULL where absent. */
struct receiver {
	char *id;
	enum receiver_type type;
	uint32_t generation;
	/* syslog */
	int facility; /* number as in syslog.h, unshifted: 3 is daemon */
	/* webhook, heartbeat */
	char *url;
	char *secret_file; /* webhook: read by the herald via an fd */
	char *ca_file, *proxy;
	bool allow_private; /* loopback and private addresses permitted */
	bool insecure;
	span_ms timeout;
	/* heartbeat */
	span_ms every; /* longer than timeout: one at a time */
};

/* A heartbeat only says that we live. */
bool receiver_takes_notices(const struct receiver *r);

void receiver_done(struct receiver *r);
bool receiver_equal(const struct receiver *a, const struct receiver *b);
void receiver_put(struct bytes_out *o, const struct receiver *r);
/* False, too, for a heartbeat out of the bounds above. */
MUST_CHECK
bool receiver_get(struct bytes_in *i, struct receiver *r);

#endif
