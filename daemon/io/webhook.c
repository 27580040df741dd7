/* SPDX-License-Identifier: MIT */
#include "io/webhook.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/names.h"
#include "io/crypto.h"
#include "io/policy.h"
#include "io/url.h"

enum {
	/* Of an address that has others behind it. */
	CONNECT_MS = 5 * SECOND_MS,
	RESOLVE_MS = 5 * SECOND_MS
};

struct webhook {
	struct webhook_doors doors;
	webhook_fn *fn;
	void *arg;

	struct url url;
	char *address_text; /* the whole URL */
	char *ca_file, *proxy, *id, *body;
	bool allow_private, insecure;
	struct webhook_keys keys;

	wall_ms started, deadline;
	struct address addresses[RESOLVE_ADDRESSES_MAX]; /* permitted ones */
	size_t count, next;

	struct resolution *resolution;
	struct fetch *fetch;
	struct timer *later; /* tells what was found before the loop ran */
	struct webhook_result result;
};

static void
webhook_free(struct webhook *w)
{
	timer_free(w->later);
	url_done(&w->url);
	mem_free(w->address_text);
	mem_free(w->ca_file);
	mem_free(w->proxy);
	mem_free(w->id);
	mem_free(w->body);
	webhook_keys_done(&w->keys);
	mem_free(w);
}

static void
finish(struct webhook *w)
{
	struct webhook_result r = w->result;
	webhook_fn *fn = w->fn;
	void *arg = w->arg;

	r.took_ms = (uint32_t)(loop_now(w->doors.loop) - w->started);
	webhook_free(w);
	fn(arg, &r);
}

PRINTF_LIKE(3, 4)
static void
set_result(struct webhook *w, enum attempt_result result, const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(w->result.detail, sizeof w->result.detail, fmt, ap);
	va_end(ap);
	w->result.result = result;
}

static void
on_later(void *arg)
{
	struct webhook *w = arg;

	finish(w);
}

static void try_next(struct webhook *w);

/* No bytes of the request can have arrived: another address is worth it. */
static bool
never_connected(const struct fetch_result *r)
{
	switch (r->reason) {
	case REASON_CONNECTION_REFUSED:
	case REASON_NO_ROUTE:
	case REASON_CONNECT_FAILED:
	case REASON_TIMEOUT_CONNECT:
		return true;
	case REASON_CONNECTION_RESET:
		return r->connect_us == 0;
	default:
		return false;
	}
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct webhook *w = arg;

	w->fetch = NULL;
	w->result.code = 0;
	if (r->reason == REASON_OK || r->reason == REASON_BODY_TOO_LARGE) {
		w->result.code = r->code;
		set_result(w, webhook_judge(r->code), "HTTP %u",
		    (unsigned)r->code);
		if (w->result.result != ATTEMPT_DELIVERED)
			w->result.retry_after_s =
			    webhook_retry_after(fetch_header_find(r,
						    "Retry-After"),
				loop_wall(w->doors.loop));
		finish(w);
		return;
	}
	if (r->detail[0] != '\0')
		set_result(w, ATTEMPT_RETRY, "%s (%s)", reason_text(r->reason),
		    r->detail);
	else
		set_result(w, ATTEMPT_RETRY, "%s", reason_text(r->reason));
	if (never_connected(r) && w->next < w->count &&
	    loop_now(w->doors.loop) < w->deadline)
		try_next(w);
	else
		finish(w);
}

static void
ask(struct webhook *w, struct fetch_request *q, const struct address *a,
    bool last)
{
	span_ms left = w->deadline - loop_now(w->doors.loop);

	q->url = w->address_text;
	q->address = a;
	q->host = w->url.host;
	q->port = w->url.port;
	q->ca_file = w->ca_file;
	q->proxy = w->proxy;
	q->insecure = w->insecure;
	q->timeout = left > 0 ? left : 1;
	q->connect_timeout = last ? 0 : CONNECT_MS;
	q->body_max = WEBHOOK_ANSWER_MAX;
	w->fetch = fetch_start(w->doors.fetcher, q, on_fetched, w);
	if (w->fetch == NULL) {
		set_result(w, ATTEMPT_RETRY, "no free connection");
		timer_arm(w->later, 0);
	}
}

/* A kept connection may be dead without a word, and nobody tries again. */
static void
get(struct webhook *w, const struct address *a, bool last)
{
	struct fetch_request q = {.method = "GET", .fresh = true};

	ask(w, &q, a, last);
}

/*
 * The timestamp is that of this attempt and on the wall clock, whatever our
 * own axis says: receivers refuse old ones.
 */
static void
post(struct webhook *w, const struct address *a, bool last)
{
	int64_t now_s = loop_wall(w->doors.loop) / SECOND_MS;
	struct text id, timestamp, signature;
	const char *headers[5] = {"Content-Type: application/json"};
	struct fetch_request q = {.method = "POST",
	    .headers = headers,
	    .body = w->body,
	    .body_size = strlen(w->body)};

	text_init(&id, 400);
	text_init(&timestamp, 100);
	text_init(&signature, 1000);
	text_printf(&id, "webhook-id: %s", w->id);
	text_printf(&timestamp, "webhook-timestamp: %lld", (long long)now_s);
	headers[1] = text_str(&id);
	headers[2] = text_str(&timestamp);
	if (w->keys.count > 0) {
		text_add(&signature, "webhook-signature: ");
		webhook_sign(&w->keys, w->id, now_s, w->body, &signature);
		headers[3] = text_str(&signature);
	}
	ask(w, &q, a, last);
	text_done(&id);
	text_done(&timestamp);
	text_done(&signature);
}

static void
send_to(struct webhook *w, const struct address *a, bool last)
{
	if (w->body != NULL)
		post(w, a, last);
	else
		get(w, a, last);
}

static void
try_next(struct webhook *w)
{
	const struct address *a = &w->addresses[w->next++];

	send_to(w, a, w->next == w->count);
}

static void
on_resolved(void *arg, const struct resolved *r)
{
	struct webhook *w = arg;
	char shown[ADDRESS_TEXT_BYTES] = "";

	w->resolution = NULL;
	if (r->reason != REASON_OK) {
		set_result(w, ATTEMPT_RETRY, "%s: %s", w->url.host,
		    reason_text(r->reason));
		finish(w);
		return;
	}
	for (size_t i = 0; i < r->count && w->count < RESOLVE_ADDRESSES_MAX;
	     i++) {
		const struct address *a = &r->addresses[i];

		if (policy_webhook_allows(a, w->allow_private))
			w->addresses[w->count++] = *a;
		else
			(void)address_format(a, shown);
	}
	if (w->count > 0) {
		try_next(w);
	} else if (shown[0] != '\0') {
		set_result(w, ATTEMPT_MISCONFIGURED,
		    "address %s is forbidden%s", shown,
		    w->allow_private ? "" : " (see allow_private)");
		finish(w);
	} else {
		set_result(w, ATTEMPT_RETRY, "%s: %s", w->url.host,
		    reason_text(REASON_DNS_EMPTY));
		finish(w);
	}
}

struct webhook *
webhook_start(const struct webhook_doors *d, const struct webhook_job *job,
    webhook_fn *fn, void *arg)
{
	const struct receiver *to = job->to;
	struct webhook *w = mem_zalloc(sizeof *w);
	struct fail f = {.code = OK};
	span_ms timeout = to->timeout > 0 ? to->timeout : WEBHOOK_TIMEOUT_MS;

	w->doors = *d;
	w->fn = fn;
	w->arg = arg;
	w->result.retry_after_s = -1;
	w->address_text = mem_dup(to->url != NULL ? to->url : "");
	w->ca_file = mem_dup(to->ca_file);
	w->proxy = mem_dup(to->proxy);
	w->insecure = to->insecure;
	w->allow_private = to->allow_private;
	w->id = mem_dup(job->id);
	w->body = mem_dup(job->body);
	if (job->keys != NULL)
		w->keys = *job->keys;
	w->started = loop_now(d->loop);
	w->deadline = w->started + timeout;
	w->later = timer_new(d->loop, on_later, w);

	if (url_parse(w->address_text, &w->url, &f) != OK ||
	    !url_is_web(&w->url)) {
		set_result(w, ATTEMPT_MISCONFIGURED, "url: %s",
		    f.code != OK ? f.why : "not http or https");
		timer_arm(w->later, 0);
	} else if (w->proxy != NULL) {
		send_to(w, NULL, true);
	} else {
		w->resolution = resolve_start(d->resolver, w->url.host,
		    FAMILY_ANY, timeout < RESOLVE_MS ? timeout : RESOLVE_MS,
		    on_resolved, w);
	}
	return w;
}

void
webhook_cancel(struct webhook *w)
{
	if (w->resolution != NULL)
		resolve_cancel(w->resolution);
	if (w->fetch != NULL)
		fetch_cancel(w->fetch);
	webhook_free(w);
}
