/* SPDX-License-Identifier: MIT */
#include "probes/tcp.h"

#include <stdio.h>

#include "probes/attempt.h"

static void on_dialled(void *arg, enum reason reason, uint32_t took_us);

void
tcp_begin(struct probe *p)
{
	span_ms limit;
	const struct address *a = probe_next_address(p, &limit);

	if (a == NULL) {
		probe_fail(p, REASON_TIMEOUT_CONNECT, "");
		return;
	}
	p->dial =
	    dial_start(p->env->dialer, a, p->url.port, limit, on_dialled, p);
	if (p->dial == NULL)
		probe_fail(p, REASON_LOCAL_RESOURCE, "");
}

static enum reason
meaning(const struct probe *p, enum reason reason)
{
	if (p->plan->target.canary &&
	    (reason == REASON_CONNECTION_REFUSED ||
		reason == REASON_CONNECTION_RESET))
		return REASON_OK;
	return reason;
}

static void
on_dialled(void *arg, enum reason reason, uint32_t took_us)
{
	struct probe *p = arg;
	struct probe_step *s = &p->steps[p->step_count - 1];
	const struct target *t = &p->plan->target;
	char text[ADDRESS_TEXT_BYTES], detail[80];

	p->dial = NULL;
	s->connect_us = took_us;
	s->reason = meaning(p, reason);
	if (probe_may_retry(p, s->reason)) {
		tcp_begin(p);
		return;
	}
	s->reason = probe_blame(p, s->reason);
	if (s->reason == REASON_OK && t->expect.latency > 0 &&
	    probe_total_us(p) / 1000 > t->expect.latency)
		s->reason = REASON_TOO_SLOW;
	(void)snprintf(detail, sizeof(detail), "%s port %u",
	    address_format(&s->address, text), s->port);
	probe_fail(p, s->reason, s->reason == REASON_OK ? "" : detail);
}
