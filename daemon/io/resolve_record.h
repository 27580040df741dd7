/* SPDX-License-Identifier: MIT */
/*
 * resolve_record - one question to the name servers, for a type of record: the
 * dns: probe.  Nothing is cached, and a server may be named that is asked
 * instead of the system's.  Implemented twice: resolve_record.c and
 * tests/support/resolve_record_sim.c.
 */
#ifndef IO_RESOLVE_RECORD_H
#define IO_RESOLVE_RECORD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/names.h"
#include "io/dnsrecord.h"
#include "io/loop.h"

struct recorder;
struct record_asking;

struct record_answer { /* borrowed for the call */
	/*
	 * OK with at least one record; DNS_NXDOMAIN, DNS_SERVFAIL,
	 * DNS_REFUSED, DNS_EMPTY, TIMEOUT_DNS; PROTOCOL_ERROR for a message
	 * that is none; CONNECTION_REFUSED from a server that was named,
	 * LOCAL_* otherwise.
	 */
	enum reason reason;
	const char *text; /* as dnsrecord_read() has it */
	size_t count;
	bool answered; /* a server said so, not its silence */
	uint32_t took_us;
};

typedef void recorded_fn(void *arg, const struct record_answer *a);

MUST_CHECK
struct recorder *recorder_new(struct loop *l);
void recorder_free(struct recorder *r); /* drops what is under way */

/* fn is called once, from the loop, within timeout; the handle is dead then. */
MUST_CHECK
struct record_asking *record_ask(struct recorder *r, const char *name,
    const struct dns_question *q, span_ms timeout, recorded_fn *fn, void *arg);
void record_cancel(struct record_asking *h); /* fn is not called */

#endif
