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

enum receiver_type { RECEIVER_SYSLOG, RECEIVER_WEBHOOK };

/* Strings are owned; NULL where absent. */
struct receiver {
	char *id;
	enum receiver_type type;
	uint32_t generation;
	/* syslog */
	int facility; /* number as in syslog.h, unshifted: 3 is daemon */
	/* webhook */
	char *url;
	char *secret_file; /* read by the herald via an fd */
	char *ca_file, *proxy;
	bool allow_private; /* loopback and private addresses permitted */
	bool insecure;
	span_ms timeout;
};

void receiver_done(struct receiver *r);
bool receiver_equal(const struct receiver *a, const struct receiver *b);
void receiver_put(struct bytes_out *o, const struct receiver *r);
MUST_CHECK
bool receiver_get(struct bytes_in *i, struct receiver *r);

#endif
