/* SPDX-License-Identifier: MIT */
#include "fetch_sim.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "io/request.h"
#include "io/response.h"
#include "scripts.h"

TAILQ_HEAD(fetches, fetch);

struct fetcher {
	struct loop *loop;
	struct fetches live;
	size_t in_flight, in_flight_max;
	fetch_script_fn *script;
	void *arg;
};

struct fetch {
	TAILQ_ENTRY(fetch) node;
	struct fetcher *fetcher;
	struct timer *timer;
	struct fetch_result result;
	struct response response;
	fetched_fn *fn;
	void *arg;
};

struct fetcher *
fetcher_new(struct loop *l, const struct fetch_limits *limits, struct fail *f)
{
	struct fetcher *x = mem_zalloc(sizeof(*x));

	(void)f;
	x->loop = l;
	x->in_flight_max = limits->in_flight_max;
	x->script = loop_sim_scripts(l)->fetch;
	x->arg = loop_sim_scripts(l)->arg;
	TAILQ_INIT(&x->live);
	return x;
}

void
fetcher_free(struct fetcher *x)
{
	if (x == NULL)
		return;
	while (!TAILQ_EMPTY(&x->live))
		fetch_cancel(TAILQ_FIRST(&x->live));
	mem_free(x);
}

void
fetch_sim_script(struct fetcher *x, fetch_script_fn *fn, void *arg)
{
	x->script = fn;
	x->arg = arg;
}

size_t
fetcher_in_flight(const struct fetcher *x)
{
	return x->in_flight;
}

static void
detach(struct fetch *h)
{
	TAILQ_REMOVE(&h->fetcher->live, h, node);
	h->fetcher->in_flight--;
	timer_free(h->timer);
	h->timer = NULL;
}

static void
dispose(struct fetch *h)
{
	response_done(&h->response);
	mem_free(h);
}

void
fetch_cancel(struct fetch *h)
{
	detach(h);
	dispose(h);
}

static void
on_timer(void *arg)
{
	struct fetch_header headers[RESPONSE_LINES_MAX];
	struct fetch *h = arg;

	h->result.headers = headers;
	h->result.header_count = response_headers(&h->response, headers);
	h->result.body = h->response.body;
	h->result.body_size = h->response.body_bytes;
	detach(h);
	h->fn(h->arg, &h->result);
	dispose(h);
}

/* Fill the response through the budgets of the real one. */
static void
play(struct fetch *h, const struct fetch_answer *a, bool head)
{
	size_t size = a->body_size;
	bool fits = true;

	if (size == 0 && a->body != NULL)
		size = strlen(a->body);
	for (size_t i = 0; a->headers != NULL && a->headers[i] != NULL; i++)
		fits = fits &&
		    response_line(&h->response, a->headers[i],
			strlen(a->headers[i]));
	if (!fits)
		h->result.reason = REASON_HEADERS_TOO_LARGE;
	else if (size > 0 && !head &&
	    !response_bytes(&h->response, a->body, size))
		h->result.reason = REASON_BODY_TOO_LARGE;
}

static void
take_times(struct fetch_result *r, span_ms delay, bool tls)
{
	uint32_t total = (uint32_t)(delay * 1000);

	r->total_us = total;
	if (r->reason == REASON_TIMEOUT_CONNECT ||
	    reason_class(r->reason) == CLASS_CONNECT) {
		r->connect_us = total;
		return;
	}
	r->connect_us = total / 10;
	r->tls_us = tls ? total / 5 : 0;
	r->wait_us = total - r->connect_us - r->tls_us;
}

/* Returns how long it takes. */
static span_ms
decide(struct fetch *h, const struct fetch_request *q)
{
	struct fetcher *x = h->fetcher;
	struct fetch_answer a = {.code = 200, .delay = 10};
	span_ms limit = q->timeout;
	bool tls = strncasecmp(q->url, "https:", 6) == 0;

	if (x->script != NULL) {
		a = (struct fetch_answer){0};
		x->script(x->arg, q, loop_now(x->loop), &a);
	}
	if (a.connect_only && q->connect_timeout > 0 &&
	    q->connect_timeout < limit)
		limit = q->connect_timeout;
	h->result.reason = a.reason;
	if (a.delay > limit) {
		a = (struct fetch_answer){.delay = limit,
		    .connect_only = a.connect_only};
		h->result.reason =
		    a.connect_only ? REASON_TIMEOUT_CONNECT : REASON_TIMEOUT;
	}
	h->result.code = q->handshake_only ? 0 : a.code;
	play(h, &a, q->method != NULL && strcmp(q->method, "HEAD") == 0);
	h->result.verified_tls = tls && !q->insecure && a.code != 0;
	if (q->want_certificate && tls)
		h->result.cert_not_after = a.cert_not_after;
	if (h->result.reason != REASON_OK)
		(void)snprintf(h->result.detail, sizeof(h->result.detail), "%s",
		    a.detail != NULL ? a.detail
				     : reason_text(h->result.reason));
	take_times(&h->result, a.delay, tls);
	return a.delay;
}

void
fetcher_renew(struct fetcher *x)
{
	(void)x;
}

struct fetch *
fetch_start(struct fetcher *x, const struct fetch_request *q, fetched_fn *fn,
    void *arg)
{
	span_ms delay = 0;
	struct fetch *h;

	if (x->in_flight >= x->in_flight_max)
		return NULL;
	h = mem_zalloc(sizeof(*h));
	h->fetcher = x;
	h->fn = fn;
	h->arg = arg;
	h->timer = timer_new(x->loop, on_timer, h);
	TAILQ_INSERT_TAIL(&x->live, h, node);
	x->in_flight++;
	if (q->address != NULL)
		h->result.peer = *q->address;
	response_reset(&h->response, q->body_max);
	if (request_is_acceptable(q)) {
		delay = decide(h, q);
	} else {
		h->result.reason = REASON_BLOCKED_BY_POLICY;
		(void)snprintf(h->result.detail, sizeof(h->result.detail), "%s",
		    reason_text(REASON_BLOCKED_BY_POLICY));
	}
	timer_arm(h->timer, delay);
	return h;
}
