/* SPDX-License-Identifier: MIT */
/* Fetching from a server that misbehaves in every way we could think of. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "hostile.h"
#include "io/fetch.h"

enum { KIB = 1024 };

/* What a busy machine may add to a timeout; without it, a few ms. */
static const uint32_t busy_us = 300000;

struct scene {
	struct loop *loop;
	struct fetcher *fetcher;
	struct hostile *server;
};

struct got {
	struct loop *loop;
	struct fetch *pending;
	unsigned calls;
	struct fetch_result r;
	char *body; /* with a NUL */
	char x_one[32], retry_after[32];
	size_t headers;
};

static int
start_server(void **state)
{
	struct scene *c = mem_zalloc(sizeof(*c));

	c->server = hostile_start();
	*state = c;
	return 0;
}

static int
stop_server(void **state)
{
	struct scene *c = *state;

	hostile_stop(c->server);
	mem_free(c);
	return 0;
}

static int
open_fetcher(void **state)
{
	struct scene *c = *state;
	const struct fetch_limits limits = {.in_flight_max = 4,
	    .user_agent = "Vigie/test",
	    .ca_file = hostile_ca(c->server)};

	c->loop = loop_new(NULL);
	c->fetcher = fetcher_new(c->loop, &limits, NULL);
	return c->fetcher != NULL ? 0 : -1;
}

static int
close_fetcher(void **state)
{
	struct scene *c = *state;

	fetcher_free(c->fetcher);
	loop_free(c->loop);
	return 0;
}

static void
keep_header(const struct fetch_result *r, const char *name, char out[32])
{
	const char *value = fetch_header_find(r, name);

	(void)snprintf(out, 32, "%s", value != NULL ? value : "(none)");
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct got *g = arg;

	g->pending = NULL;
	g->calls++;
	g->r = *r;
	mem_free(g->body);
	g->body = mem_dup_n(r->body_size > 0 ? (const char *)r->body : "",
	    r->body_size);
	keep_header(r, "x-ONE", g->x_one);
	keep_header(r, "retry-after", g->retry_after);
	g->headers = r->header_count;
	loop_stop(g->loop);
}

static const struct address loopback = {.family = FAMILY_IPV4,
    .bytes = {127, 0, 0, 1}};

/* url: made from the port when NULL in q. */
static void
begin(struct scene *c, struct got *g, const char *name, const char *path,
    const struct fetch_request *q)
{
	struct fetch_request copy = *q;
	char url[256];

	copy.port = hostile_port(c->server, name);
	(void)snprintf(url, sizeof(url), "%s://%s:%u%s",
	    strncmp(name, "tls", 3) == 0 ? "https" : "http",
	    q->host != NULL ? q->host : "good.test", (unsigned)copy.port, path);
	if (copy.url == NULL)
		copy.url = url;
	if (copy.address == NULL)
		copy.address = &loopback;
	if (copy.timeout == 0)
		copy.timeout = 5000;
	if (copy.body_max == 0)
		copy.body_max = 64 * (size_t)KIB;
	*g = (struct got){.loop = c->loop};
	g->pending = fetch_start(c->fetcher, &copy, on_fetched, g);
	assert_non_null(g->pending);
	assert_int_equal(g->calls, 0);
}

static void
finish(struct got *g)
{
	while (g->calls == 0)
		loop_run(g->loop);
}

static enum reason
fetch(struct scene *c, struct got *g, const char *name, const char *path,
    const struct fetch_request *q)
{
	begin(c, g, name, path, q);
	finish(g);
	mem_free(g->body);
	g->body = NULL;
	return g->r.reason;
}

static const struct fetch_request plain = {0};

static void
an_answer_comes_whole(void **state)
{
	struct scene *c = *state;
	struct got g;

	begin(c, &g, "http", "/ok", &plain);
	finish(&g);
	assert_int_equal(g.r.reason, REASON_OK);
	assert_int_equal(g.r.code, 200);
	assert_string_equal(g.body, "hello");
	assert_string_equal(g.x_one, "1");
	assert_int_equal(g.headers, 3);
	assert_true(g.r.connect_us > 0 && g.r.wait_us > 0);
	assert_int_equal(g.r.tls_us, 0);
	assert_in_range(g.r.connect_us + g.r.wait_us + g.r.receive_us,
	    g.r.total_us - 5, g.r.total_us + 5);
	assert_memory_equal(g.r.peer.bytes, loopback.bytes, 16);
	assert_false(g.r.verified_tls);
	mem_free(g.body);

	assert_int_equal(fetch(c, &g, "http", "/503", &plain), REASON_OK);
	assert_int_equal(g.r.code, 503);
	assert_string_equal(g.retry_after, "120");
	assert_int_equal(fetch(c, &g, "http", "/204", &plain), REASON_OK);
	assert_int_equal(g.r.code, 204);
	assert_int_equal(fetch(c, &g, "http", "/103-ten", &plain), REASON_OK);
	assert_int_equal(g.r.code, 200);
	assert_int_equal(g.headers, 3);
	assert_int_equal(fetch(c, &g, "http", "/trailer", &plain), REASON_OK);
	assert_int_equal(g.r.body_size, 5);
}

static void
a_redirect_is_an_answer(void **state)
{
	struct scene *c = *state;
	struct got g;

	assert_int_equal(fetch(c, &g, "http", "/redirect", &plain), REASON_OK);
	assert_int_equal(g.r.code, 302);
	assert_int_equal(g.r.body_size, 0);
}

static void
headers_are_cleaned(void **state)
{
	struct scene *c = *state;
	struct got g;

	assert_int_equal(fetch(c, &g, "http", "/odd-headers", &plain),
	    REASON_PROTOCOL_ERROR);
}

static const struct {
	const char *listener, *path;
	enum reason want;
} failures[] = {
    {"closed", "/", REASON_CONNECTION_REFUSED},
    {"http", "/reset", REASON_CONNECTION_RESET},
    {"http", "/reset-later", REASON_CONNECTION_RESET},
    {"http", "/close", REASON_TRUNCATED},
    {"http", "/truncated", REASON_TRUNCATED},
    {"http", "/cut-chunk", REASON_TRUNCATED},
    {"http", "/garbage", REASON_PROTOCOL_ERROR},
    {"http", "/http09", REASON_PROTOCOL_ERROR},
    {"http", "/nul", REASON_PROTOCOL_ERROR},
    {"http", "/negative", REASON_PROTOCOL_ERROR},
    {"http", "/many-lines", REASON_HEADERS_TOO_LARGE},
    {"http", "/many-bytes", REASON_HEADERS_TOO_LARGE},
    {"http", "/long-line", REASON_HEADERS_TOO_LARGE},
    {"http", "/103s", REASON_HEADERS_TOO_LARGE},
    {"http", "/endless", REASON_BODY_TOO_LARGE},
    {"http", "/endless-chunks", REASON_BODY_TOO_LARGE},
    {"tls-expired", "/ok", REASON_TLS_EXPIRED},
    {"tls-early", "/ok", REASON_TLS_NOT_YET_VALID},
    {"tls-unknown", "/ok", REASON_TLS_UNKNOWN_CA},
    {"tls-self", "/ok", REASON_TLS_SELF_SIGNED},
    {"tls-good", "/truncated", REASON_TRUNCATED},
};

static void
each_failure_has_its_reason(void **state)
{
	struct scene *c = *state;

	for (size_t i = 0; i < sizeof(failures) / sizeof(failures[0]); i++) {
		struct got g;
		enum reason r = fetch(c, &g, failures[i].listener,
		    failures[i].path, &plain);

		if (r != failures[i].want)
			fail_msg("%s%s: %s (%s)", failures[i].listener,
			    failures[i].path, reason_name(r), g.r.detail);
		assert_true(g.r.detail[0] != '\0');
		assert_int_equal(g.calls, 1);
	}
}

static void
a_large_body_is_cut(void **state)
{
	struct fetch_request q = {.body_max = 999};
	struct scene *c = *state;
	struct got g;

	assert_int_equal(fetch(c, &g, "http", "/1000", &q),
	    REASON_BODY_TOO_LARGE);
	assert_int_equal(g.r.code, 200);
	assert_int_equal(g.r.body_size, 999);
	assert_string_equal(g.x_one, "1");
	q.body_max = 1000;
	assert_int_equal(fetch(c, &g, "http", "/1000", &q), REASON_OK);
	assert_int_equal(g.r.body_size, 1000);
	q.body_max = (size_t)KIB * KIB;
	assert_int_equal(fetch(c, &g, "http", "/endless", &q),
	    REASON_BODY_TOO_LARGE);
	assert_int_equal(g.r.body_size, KIB * KIB);
}

static const struct {
	const char *listener, *path;
	enum reason want;
} patience[] = {
    {"full", "/", REASON_TIMEOUT_CONNECT},
    {"silent", "/", REASON_TIMEOUT},
    {"http", "/hang", REASON_TIMEOUT},
    {"http", "/drip", REASON_TIMEOUT},
    {"http", "/drip-head", REASON_TIMEOUT},
};

static void
nothing_outlasts_the_timeout(void **state)
{
	const struct fetch_request q = {.timeout = 250};
	struct scene *c = *state;
	struct got g;

	for (size_t i = 0; i < sizeof(patience) / sizeof(patience[0]); i++) {
		enum reason r =
		    fetch(c, &g, patience[i].listener, patience[i].path, &q);

		if (r != patience[i].want)
			fail_msg("%s%s: %s (%s)", patience[i].listener,
			    patience[i].path, reason_name(r), g.r.detail);
		assert_in_range(g.r.total_us, 249000, 250000 + busy_us);
	}
}

static void
connecting_has_a_timeout_of_its_own(void **state)
{
	struct fetch_request q = {.timeout = 20000, .connect_timeout = 100};
	struct scene *c = *state;
	char url[64];
	struct got g;

	assert_int_equal(fetch(c, &g, "full", "/", &q), REASON_TIMEOUT_CONNECT);
	assert_in_range(g.r.total_us, 99000, 100000 + busy_us);
	(void)snprintf(url, sizeof(url), "https://good.test:%u/",
	    (unsigned)hostile_port(c->server, "silent"));
	q.url = url;
	assert_int_equal(fetch(c, &g, "silent", "/", &q), REASON_TIMEOUT_TLS);
	assert_in_range(g.r.total_us, 99000, 100000 + busy_us);
	assert_true(g.r.tls_us > 0);
	(void)snprintf(url, sizeof(url), "https://good.test:%u/",
	    (unsigned)hostile_port(c->server, "babble"));
	assert_int_equal(fetch(c, &g, "babble", "/", &q), REASON_TLS_HANDSHAKE);
}

static void
a_certificate_is_read(void **state)
{
	struct fetch_request q = {.want_certificate = true};
	struct scene *c = *state;
	struct got g;

	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q), REASON_OK);
	assert_true(g.r.verified_tls);
	/* 2049-01-02T03:04:05Z */
	assert_int_equal(g.r.cert_not_after, INT64_C(2493169445000));
	assert_true(g.r.tls_us > 0);
	q.want_certificate = false;
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q), REASON_OK);
	assert_int_equal(g.r.cert_not_after, 0);
	q.host = "other.test";
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q),
	    REASON_TLS_WRONG_HOST);
	assert_false(g.r.verified_tls);
	q.insecure = true;
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q), REASON_OK);
	assert_false(g.r.verified_tls);
	/* The next user of the slot is as careful as ever. */
	q.insecure = false;
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q),
	    REASON_TLS_WRONG_HOST);
	q = (struct fetch_request){.ca_file = "/nonexistent.pem"};
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q),
	    REASON_LOCAL_RESOURCE);
	q.ca_file = "/etc/ssl/certs/ca-certificates.crt";
	assert_int_equal(fetch(c, &g, "tls-good", "/ok", &q),
	    REASON_TLS_UNKNOWN_CA);
}

static void
the_request_is_as_asked(void **state)
{
	static const char *const headers[] = {"X-Mine: yes",
	    "Content-Type: application/json", NULL};
	struct fetch_request q = {.method = "PUT",
	    .headers = headers,
	    .body = "{}",
	    .body_size = 2,
	    .bearer = "token-1"};
	struct scene *c = *state;
	struct got g;

	begin(c, &g, "http", "/echo", &q);
	finish(&g);
	assert_non_null(strstr(g.body, "PUT /echo HTTP/1.1\r\n"));
	assert_non_null(strstr(g.body, "User-Agent: Vigie/test\r\n"));
	assert_non_null(strstr(g.body, "X-Mine: yes\r\n"));
	assert_non_null(strstr(g.body, "Authorization: Bearer token-1\r\n"));
	assert_non_null(strstr(g.body, "Content-Type: application/json\r\n"));
	assert_non_null(strstr(g.body, "\r\n\r\n{}"));
	assert_null(strstr(g.body, "Expect"));
	assert_null(strstr(g.body, "Accept-Encoding"));
	mem_free(g.body);

	/* Nothing of it stays in the slot. */
	begin(c, &g, "http", "/echo", &plain);
	finish(&g);
	assert_memory_equal(g.body, "GET /echo HTTP/1.1\r\n", 20);
	assert_null(strstr(g.body, "Mine"));
	assert_null(strstr(g.body, "Authorization"));
	mem_free(g.body);

	q = (struct fetch_request){.userinfo = "user:pass",
	    .body = "x=1",
	    .body_size = 3};
	begin(c, &g, "http", "/echo", &q);
	finish(&g);
	assert_non_null(
	    strstr(g.body, "Authorization: Basic dXNlcjpwYXNz\r\n"));
	assert_null(strstr(g.body, "Content-Type"));
	mem_free(g.body);

	q = (struct fetch_request){.method = "HEAD"};
	assert_int_equal(fetch(c, &g, "http", "/ok", &q), REASON_OK);
	assert_int_equal(g.r.body_size, 0);
	assert_string_equal(g.x_one, "1");
}

static void
no_request_is_smuggled(void **state)
{
	static const char *const headers[] = {"X: 1\r\nY: 2", NULL};
	struct fetch_request rows[] = {{.headers = headers},
	    {.bearer = "a\r\nX: 1"}, {.method = "GET / HTTP/1.1\r\nX:"},
	    {.method = "A B"}, {.url = "file:///etc/passwd"},
	    {.url = "ftp://good.test/"}, {.url = "http://a b/"},
	    {.url = "http://user:pw@good.test/"}};
	struct scene *c = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct got g;

		if (fetch(c, &g, "http", "/ok", &rows[i]) !=
		    REASON_BLOCKED_BY_POLICY)
			fail_msg("row %zu: %s", i, g.r.detail);
		assert_int_equal(g.calls, 1);
	}
}

static void
proxies_come_from_the_request_only(void **state)
{
	struct scene *c = *state;
	struct fetch_request q = {.url = "http://elsewhere.test/x"};
	char proxy[64];
	struct got g;

	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
	    (unsigned)hostile_port(c->server, "closed"));
	assert_int_equal(setenv("http_proxy", proxy, 1), 0);
	assert_int_equal(setenv("ALL_PROXY", proxy, 1), 0);
	assert_int_equal(setenv("no_proxy", "elsewhere.test", 1), 0);
	assert_int_equal(fetch(c, &g, "http", "/ok", &plain), REASON_OK);
	(void)snprintf(proxy, sizeof(proxy), "http://127.0.0.1:%u",
	    (unsigned)hostile_port(c->server, "http"));
	q.proxy = proxy;
	begin(c, &g, "http", "/", &q);
	finish(&g);
	assert_string_equal(g.body, "proxied http://elsewhere.test/x");
	assert_memory_equal(g.r.peer.bytes, loopback.bytes, 16);
	mem_free(g.body);
	(void)unsetenv("http_proxy");
	(void)unsetenv("ALL_PROXY");
	(void)unsetenv("no_proxy");
}

static void
the_pool_has_an_end(void **state)
{
	struct scene *c = *state;
	struct got g[5];
	struct fetch_request q = {.url = "http://x/",
	    .address = &loopback,
	    .timeout = 1};

	for (size_t i = 0; i < 4; i++)
		begin(c, &g[i], "http", i == 3 ? "/ok" : "/hang", &plain);
	assert_int_equal(fetcher_in_flight(c->fetcher), 4);
	assert_null(fetch_start(c->fetcher, &q, on_fetched, &g[4]));
	fetch_cancel(g[0].pending);
	assert_int_equal(fetcher_in_flight(c->fetcher), 3);
	begin(c, &g[4], "http", "/ok", &plain);
	finish(&g[3]);
	finish(&g[4]);
	assert_int_equal(g[0].calls + g[1].calls + g[2].calls, 0);
	assert_int_equal(fetcher_in_flight(c->fetcher), 2);
	mem_free(g[3].body);
	mem_free(g[4].body);
	/* The rest is dropped with the fetcher. */
}

struct chain {
	struct scene *scene;
	unsigned left;
	bool free_it;
};

static void
on_link(void *arg, const struct fetch_result *r)
{
	struct chain *n = arg;
	struct scene *c = n->scene;
	struct fetch_request q = {.url = "http://good.test/ok",
	    .address = &loopback,
	    .port = hostile_port(c->server, "http"),
	    .timeout = 5000,
	    .body_max = KIB};

	assert_int_equal(r->reason, REASON_OK);
	if (n->free_it) {
		fetcher_free(c->fetcher);
		c->fetcher = NULL;
	} else if (n->left > 0) {
		n->left--;
		assert_non_null(fetch_start(c->fetcher, &q, on_link, n));
		return;
	}
	assert_memory_equal(r->body, "hello", 5);
	loop_stop(c->loop);
}

static void
a_callback_may_fetch_again_or_end_it(void **state)
{
	struct scene *c = *state;
	const struct fetch_limits one = {.in_flight_max = 1};
	struct fetch_request q = {.url = "http://good.test/ok",
	    .address = &loopback,
	    .port = hostile_port(c->server, "http"),
	    .timeout = 5000,
	    .body_max = KIB};
	struct chain n = {.scene = c, .left = 20};

	fetcher_free(c->fetcher);
	c->fetcher = fetcher_new(c->loop, &one, NULL);
	assert_non_null(fetch_start(c->fetcher, &q, on_link, &n));
	loop_run(c->loop);
	assert_int_equal(n.left, 0);
	assert_int_equal(fetcher_in_flight(c->fetcher), 0);
	n.free_it = true;
	assert_non_null(fetch_start(c->fetcher, &q, on_link, &n));
	loop_run(c->loop);
	assert_null(c->fetcher);
}

static void
our_own_limits_are_not_the_targets(void **state)
{
	struct scene *c = *state;
	struct rlimit old, low;
	struct got g;
	int next = dup(0);

	assert_true(next >= 0);
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	begin(c, &g, "http", "/ok", &plain);
	low.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	finish(&g);
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	assert_int_equal(g.r.reason, REASON_LOCAL_RESOURCE);
	mem_free(g.body);
	assert_int_equal(fetch(c, &g, "http", "/ok", &plain), REASON_OK);
}

static void
only_webhooks_keep_connections(void **state)
{
	struct scene *c = *state;
	struct fetch_limits limits = {.in_flight_max = 2,
	    .kept_max = 64,
	    .ca_file = hostile_ca(c->server)};
	struct got g;

	fetcher_free(c->fetcher);
	c->fetcher = fetcher_new(c->loop, &limits, NULL);
	for (int i = 0; i < 3; i++)
		assert_int_equal(fetch(c, &g, "tls-good", "/ok", &plain),
		    REASON_OK);
}

#define SCENE(fn) \
	cmocka_unit_test_setup_teardown(fn, open_fetcher, close_fetcher)

int
main(void)
{
	const struct CMUnitTest tests[] = {SCENE(an_answer_comes_whole),
	    SCENE(a_redirect_is_an_answer), SCENE(headers_are_cleaned),
	    SCENE(each_failure_has_its_reason), SCENE(a_large_body_is_cut),
	    SCENE(nothing_outlasts_the_timeout),
	    SCENE(connecting_has_a_timeout_of_its_own),
	    SCENE(a_certificate_is_read), SCENE(the_request_is_as_asked),
	    SCENE(no_request_is_smuggled),
	    SCENE(proxies_come_from_the_request_only),
	    SCENE(the_pool_has_an_end),
	    SCENE(a_callback_may_fetch_again_or_end_it),
	    SCENE(our_own_limits_are_not_the_targets),
	    SCENE(only_webhooks_keep_connections)};

	return cmocka_run_group_tests(tests, start_server, stop_server);
}
