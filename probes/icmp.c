/* SPDX-License-Identifier: MIT */
#include "probes/icmp.h"

#include <stdio.h>

#include "probes/attempt.h"

static void on_pinged(void *arg, enum reason reason, uint32_t took_us);

static const char remedy[] =
    "run: sysctl -w net.ipv4.ping_group_range=\"0 2147483647\"";

void
icmp_begin(struct probe *p)
{
	span_ms limit;
	const struct address *a = probe_next_address(p, &limit);

	if (a == NULL) {
		probe_fail(p, REASON_TIMEOUT, "");
		return;
	}
	p->ping = ping_start(p->env->pinger, a, limit, on_pinged, p);
}

/* Silence of one address makes another one worth trying. */
static bool
may_retry(const struct probe *p, enum reason reason)
{
	return probe_may_retry(p,
	    reason == REASON_TIMEOUT ? REASON_TIMEOUT_CONNECT : reason);
}

static void
on_pinged(void *arg, enum reason reason, uint32_t took_us)
{
	struct probe *p = arg;
	struct probe_step *s = &p->steps[p->step_count - 1];
	span_ms limit = p->plan->target.expect.latency;
	char text[ADDRESS_TEXT_BYTES], detail[160];

	p->ping = NULL;
	s->wait_us = took_us;
	s->reason = reason;
	if (may_retry(p, reason)) {
		icmp_begin(p);
		return;
	}
	reason = probe_blame(p, reason);
	if (reason == REASON_OK && limit > 0 &&
	    probe_total_us(p) / 1000 > limit)
		reason = REASON_TOO_SLOW;
	if (reason == REASON_NOT_PERMITTED)
		(void)snprintf(detail, sizeof(detail), "%s", remedy);
	else
		(void)snprintf(detail, sizeof(detail), "%s",
		    address_format(&s->address, text));
	probe_fail(p, reason, reason == REASON_OK ? "" : detail);
}
