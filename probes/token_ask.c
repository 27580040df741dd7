/* SPDX-License-Identifier: MIT */
#include "probes/token_ask.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "core/sample.h"
#include "io/policy.h"
#include "io/url.h"

enum { ADDRESSES_MAX = 4, FORM_BYTES_MAX = 65536 };

struct token_ask {
	const struct token_doors *doors;
	const struct token_grant *grant;
	token_asked_fn *fn;
	void *arg;
	wall_ms deadline;
	struct url url;
	struct address addresses[ADDRESSES_MAX];
	size_t address_count, address_next;

	/* What is under way; at most one. */
	struct resolution *resolution;
	struct fetch *fetch;
	struct timer *timer; /* not from inside token_ask_start() */
	char why[120];       /* it fails then; "": it begins */
};

static void on_fetched(void *arg, const struct fetch_result *r);

static void
dispose(struct token_ask *a)
{
	timer_free(a->timer);
	url_done(&a->url);
	mem_free(a);
}

static void
finish(struct token_ask *a, struct token_answer *answer)
{
	char said[sizeof(answer->detail)];

	if (answer->reason != REASON_OK) {
		memcpy(said, answer->detail, sizeof(said));
		(void)snprintf(answer->detail, sizeof(answer->detail),
		    "token server %.50s: %.90s",
		    a->url.host != NULL ? a->url.host : "", said);
	}
	a->fn(a->arg, answer);
	token_answer_done(answer);
	dispose(a);
}

static void
fail(struct token_ask *a, enum reason reason, const char *detail)
{
	struct token_answer answer = {.reason = reason,
	    .retry_after_s = RETRY_AFTER_ABSENT};

	(void)snprintf(answer.detail, sizeof(answer.detail), "%s", detail);
	finish(a, &answer);
}

/* As a form writes it (RFC 6749, appendix B); out has room for 3 times s. */
static size_t
encode(char *out, const char *s)
{
	static const char plain[] = "abcdefghijklmnopqrstuvwxyz"
				    "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
				    "0123456789-._~";
	static const char hex[] = "0123456789ABCDEF";
	size_t n = 0;

	for (; *s != '\0'; s++) {
		unsigned char c = (unsigned char)*s;

		if (c == ' ') {
			out[n++] = '+';
		} else if (strchr(plain, c) != NULL) {
			out[n++] = *s;
		} else {
			out[n++] = '%';
			out[n++] = hex[c >> 4];
			out[n++] = hex[c & 15];
		}
	}
	out[n] = '\0';
	return n;
}

static void
add_field(struct text *t, const char *name, const char *value)
{
	char *encoded;

	if (value == NULL)
		return;
	encoded = mem_zalloc(3 * strlen(value) + 1);
	(void)encode(encoded, value);
	text_printf(t, "&%s=%s", name, encoded);
	mem_free(encoded);
}

static char *
form_of(const struct token_grant *g)
{
	struct text t;

	text_init(&t, FORM_BYTES_MAX);
	text_add(&t, "grant_type=client_credentials");
	add_field(&t, "scope", g->scope);
	add_field(&t, "audience", g->audience);
	return text_take(&t);
}

static char *
userinfo_of(const struct token_grant *g)
{
	size_t n = 3 * (strlen(g->client_id) + strlen(g->secret)) + 2;
	char *both = mem_zalloc(n);
	size_t at = encode(both, g->client_id);

	both[at++] = ':';
	(void)encode(both + at, g->secret);
	return both;
}

static void
send_request(struct token_ask *a, struct fetch_request *q)
{
	static const char *const headers[] =
	    {"Content-Type: application/x-www-form-urlencoded",
		"Accept: application/json", NULL};
	char *form = form_of(a->grant), *userinfo = userinfo_of(a->grant);

	q->url = a->grant->url;
	q->method = "POST";
	q->headers = headers;
	q->body = form;
	q->body_size = strlen(form);
	q->userinfo = userinfo;
	q->host = a->url.host;
	q->port = a->url.port;
	q->ca_file = a->grant->ca_file;
	q->proxy = a->grant->proxy;
	q->body_max = TOKEN_ANSWER_BYTES_MAX;
	q->fresh = true;
	a->fetch = fetch_start(a->doors->fetcher, q, on_fetched, a);
	explicit_bzero(userinfo, strlen(userinfo));
	mem_free(userinfo);
	mem_free(form);
	if (a->fetch == NULL)
		fail(a, REASON_TOKEN_UNREACHABLE, "too many probes");
}

static void
try_next(struct token_ask *a)
{
	struct fetch_request q = {
	    .timeout = a->deadline - loop_now(a->doors->loop)};

	if (q.timeout <= 0) {
		fail(a, REASON_TOKEN_UNREACHABLE, "no answer in time");
		return;
	}
	if (a->grant->proxy == NULL) {
		q.address = &a->addresses[a->address_next++];
		if (a->address_next < a->address_count)
			q.connect_timeout = (q.timeout + 1) / 2;
	}
	send_request(a, &q);
}

static bool
may_retry(const struct token_ask *a, enum reason reason)
{
	return a->address_next < a->address_count &&
	    (reason_class(reason) == CLASS_CONNECT ||
		reason == REASON_TIMEOUT_CONNECT ||
		reason == REASON_TIMEOUT_TLS || reason == REASON_LOCAL_NETWORK);
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct token_answer answer;
	struct token_ask *a = arg;

	a->fetch = NULL;
	if (may_retry(a, r->reason)) {
		try_next(a);
		return;
	}
	token_answer_read(&answer, r, loop_now(a->doors->loop));
	finish(a, &answer);
}

static void
on_resolved(void *arg, const struct resolved *r)
{
	struct token_ask *a = arg;
	char text[ADDRESS_TEXT_BYTES];

	a->resolution = NULL;
	for (size_t i = 0; r->reason == REASON_OK && i < r->count; i++) {
		if (a->address_count < ADDRESSES_MAX &&
		    policy_probe_allows(&r->addresses[i]))
			a->addresses[a->address_count++] = r->addresses[i];
	}
	if (a->address_count > 0)
		try_next(a);
	else if (r->reason == REASON_OK && r->count > 0)
		fail(a, REASON_BLOCKED_BY_POLICY,
		    address_format(&r->addresses[0], text));
	else
		fail(a, REASON_TOKEN_UNREACHABLE,
		    reason_text(
			r->reason != REASON_OK ? r->reason : REASON_DNS_EMPTY));
}

static void
on_timer(void *arg)
{
	struct token_ask *a = arg;

	if (a->why[0] != '\0')
		fail(a, REASON_TOKEN_UNREACHABLE, a->why);
	else
		try_next(a);
}

struct token_ask *
token_ask_start(const struct token_doors *doors, const struct token_grant *g,
    token_asked_fn *fn, void *arg)
{
	struct token_ask *a = mem_zalloc(sizeof(*a));
	struct fail f = {.why = ""};

	a->doors = doors;
	a->grant = g;
	a->fn = fn;
	a->arg = arg;
	a->deadline = loop_now(doors->loop) + TOKEN_ASK_TIMEOUT_MS;
	a->timer = timer_new(doors->loop, on_timer, a);
	if (url_parse(g->url, &a->url, &f) != OK) {
		(void)snprintf(a->why, sizeof(a->why), "%.110s", f.why);
		timer_arm(a->timer, 0);
	} else if (g->proxy != NULL) {
		timer_arm(a->timer, 0);
	} else {
		a->resolution = resolve_start(doors->resolver, a->url.host,
		    g->family, TOKEN_ASK_TIMEOUT_MS, on_resolved, a);
		if (a->resolution == NULL) {
			(void)snprintf(a->why, sizeof(a->why),
			    "too many names are being looked up");
			timer_arm(a->timer, 0);
		}
	}
	return a;
}

void
token_ask_cancel(struct token_ask *a)
{
	if (a == NULL)
		return;
	if (a->resolution != NULL)
		resolve_cancel(a->resolution);
	if (a->fetch != NULL)
		fetch_cancel(a->fetch);
	dispose(a);
}
