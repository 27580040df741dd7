/* SPDX-License-Identifier: MIT */
#include "probes/tls.h"

#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "probes/attempt.h"

static void on_fetched(void *arg, const struct fetch_result *r);

/* The door speaks https: alone; of that it is to do the first half. */
static char *
web_url(const struct url *u)
{
	struct text t;

	text_init(&t, URL_BYTES_MAX);
	text_printf(&t,
	    strchr(u->host, ':') != NULL ? "https://[%s]:%u/"
					 : "https://%s:%u/",
	    u->host, u->port);
	return text_take(&t);
}

void
tls_begin(struct probe *p)
{
	const struct target *t = &p->plan->target;
	struct fetch_request q = {.host = p->url.host,
	    .port = p->url.port,
	    .ca_file = t->ca_file,
	    .cert = p->plan->secrets.text[TARGET_SECRET_CERT],
	    .key = p->plan->secrets.text[TARGET_SECRET_KEY],
	    .insecure = t->insecure,
	    .handshake_only = true,
	    .want_certificate = probe_wants_certificate(p),
	    .timeout = probe_left(p)};
	span_ms limit = 0;
	char *url;

	q.address = probe_next_address(p, &limit);
	if (q.address == NULL) {
		probe_fail(p, REASON_TIMEOUT_CONNECT, "");
		return;
	}
	q.connect_timeout = limit;
	p->certificate_asked = q.want_certificate;
	q.url = url = web_url(&p->url);
	p->fetch = fetch_start(p->env->fetcher, &q, on_fetched, p);
	mem_free(url);
	if (p->fetch == NULL)
		probe_fail(p, REASON_LOCAL_RESOURCE, "too many probes");
}

/* It stands, or why it does not. */
static void
end(struct probe *p, const struct fetch_result *r)
{
	span_ms limit = p->plan->target.expect.latency;
	struct judge_case c = {.result = r, .now = loop_now(p->env->loop)};
	struct verdict v;

	if (r->reason != REASON_OK) {
		judge(p->plan->expect, &c, &v);
		probe_finish(p, &v, r);
	} else if (limit > 0 && probe_total_us(p) / 1000 > limit) {
		probe_fail(p, REASON_TOO_SLOW, "");
	} else {
		probe_fail(p, REASON_OK, "");
	}
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct probe *p = arg;
	struct fetch_result blamed;

	p->fetch = NULL;
	probe_note_fetch(p, r);
	if (probe_may_retry(p, r->reason)) {
		tls_begin(p);
		return;
	}
	blamed = *r;
	blamed.reason = probe_blame(p, r->reason);
	end(p, &blamed);
}
