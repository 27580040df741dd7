/* SPDX-License-Identifier: MIT */
/* What a server and its twin promise alike. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "httpd_ends.h"

struct scene {
	struct loop *loop;
	struct httpd *httpd;
	struct http_exchange *held;
	struct http_stream *stream;
	unsigned heard, gone;
};

static void
on_gone(void *arg)
{
	struct scene *c = arg;

	c->gone++;
}

static void
on_request(void *arg, const struct http_request *r)
{
	struct http_answer a = {.code = 200, .type = "text/plain", .etag = "e"};
	struct scene *c = arg;

	c->heard++;
	if (strcmp(r->path, "/later") == 0) {
		c->held = r->exchange;
		return;
	}
	if (strcmp(r->path, "/stream") == 0) {
		c->stream = http_stream_open(r->exchange, "text/event-stream",
		    on_gone, c);
		return;
	}
	if (strcmp(r->path, "/move") == 0)
		a = (struct http_answer){.code = 303, .location = "/a"};
	else if (strcmp(r->path, "/none") == 0)
		a = (struct http_answer){.code = 404, .cache = "max-age=1"};
	else if (r->method == HTTP_POST)
		a.body = r->body;
	else if (strcmp(r->path, "/header") == 0)
		a.body = http_header(r, "x-said");
	else
		a.body = http_param(r, "q");
	a.size = r->method == HTTP_POST ? r->body_size
	    : a.body != NULL            ? strlen(a.body)
					: 0;
	a.shared = a.packed = a.varies = r->method == HTTP_POST;
	http_reply(r->exchange, &a);
}

/* Of requests at once. */
static void
open_limited(struct scene *c, unsigned burst)
{
	const struct httpd_limits m = {.connections_max = 20,
	    .rate = burst > 0,
	    .burst = burst,
	    .rate_loopback = true,
	    .streams_max = 1,
	    .headers_max = 4096,
	    .body_max = 8,
	    .backlog_max = 4096,
	    .request_ms = MINUTE_MS,
	    .write_ms = MINUTE_MS,
	    .idle_ms = MINUTE_MS};

	*c = (struct scene){.loop = loop_new(NULL)};
	c->httpd = httpd_ends_open(c->loop, &m, on_request, c);
	assert_non_null(c->httpd);
}

static void
open_scene(struct scene *c)
{
	open_limited(c, 0);
}

static void
close_scene(struct scene *c)
{
	httpd_free(c->httpd);
	loop_free(c->loop);
}

static struct asker *
ask(struct scene *c, const char *method, const char *target, const char *header)
{
	const char *const headers[] = {header, NULL};

	return httpd_ends_ask(c->httpd, c->loop,
	    &(struct httpd_sim_request){.method = method,
		.target = target,
		.headers = headers,
		.body = strcmp(method, "POST") == 0 ? "body" : NULL,
		.body_size = strcmp(method, "POST") == 0 ? 4 : 0});
}

static void
expect(const char *said, const char *should, const char *what)
{
	if ((said == NULL) != (should == NULL) ||
	    (said != NULL && strcmp(said, should) != 0))
		fail_msg("%s: %s, not %s", what, said, should);
}

static const struct row {
	const char *method, *target, *header;
	int code;
	bool heard;
	const char *type, *etag, *location, *cache, *body;
} rows[] = {
    {"GET", "/a?q=a+b", NULL, 200, true, "text/plain", "e", NULL, "no-store",
	"a b"},
    {"GET", "/a?q=1", "If-None-Match: \"e\"", 304, true, NULL, "e", NULL,
	"no-store", ""},
    {"GET", "/a?q=1", "If-None-Match: \"f\"", 200, true, "text/plain", "e",
	NULL, "no-store", "1"},
    {"GET", "/a", NULL, 200, true, "text/plain", "e", NULL, "no-store", ""},
    {"GET", "/header", "X-Said: c", 200, true, "text/plain", "e", NULL,
	"no-store", "c"},
    {"HEAD", "/a?q=1", NULL, 200, true, "text/plain", "e", NULL, "no-store",
	""},
    {"HEAD", "/a?q=1", "If-None-Match: *", 304, true, NULL, "e", NULL,
	"no-store", ""},
    {"POST", "/a", NULL, 200, true, "text/plain", "e", NULL, "no-store",
	"body"},
    {"POST", "/a", "If-None-Match: \"e\"", 200, true, "text/plain", "e", NULL,
	"no-store", "body"},
    {"GET", "/move", NULL, 303, true, NULL, NULL, "/a", "no-store", ""},
    {"GET", "/none", NULL, 404, true, NULL, NULL, NULL, "max-age=1", ""},
    {"HEAD", "/stream", NULL, 200, true, "text/event-stream", NULL, NULL,
	"no-store", ""},
    {"OPTIONS", "/a", NULL, 204, false, NULL, NULL, NULL, "no-store", ""},
};

static void
requests_are_answered(void **state)
{
	struct scene c;

	(void)state;
	open_scene(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *row = &rows[i];
		struct asker *a =
		    ask(&c, row->method, row->target, row->header);
		struct httpd_sim_answer said;

		c.heard = 0;
		httpd_ends_wait(a, 0);
		said = httpd_ends_answer(a);
		if (said.code != row->code || c.heard != row->heard)
			fail_msg("%s %s: %d", row->method, row->target,
			    said.code);
		expect(said.type, row->type, row->target);
		expect(said.etag, row->etag, row->target);
		expect(said.location, row->location, row->target);
		expect(said.cache, row->cache, row->target);
		expect(said.body, row->body, row->target);
		assert_int_equal(said.size, strlen(row->body));
		assert_int_equal(said.shared, strcmp(row->method, "POST") == 0);
		assert_int_equal(said.packed, said.shared);
		assert_int_equal(said.varies, said.shared);
		assert_true(said.ended);
		httpd_ends_leave(a);
	}
	close_scene(&c);
}

static void
some_are_refused(void **state)
{
	static const struct {
		const char *method, *target, *header;
		int code;
	} refused[] = {
	    {"PUT", "/a", NULL, 405},
	    {"GET", "/../a", NULL, 400},
	    {"GET", "/%00", NULL, 400},
	    {"GET", "/a?q=%ff", NULL, 400},
	    {"GET", "/a", "Host: evil.example", 421},
	    {"GET", "/a", "X-Said : b", 400},
	};
	const size_t count = sizeof(refused) / sizeof(refused[0]);
	struct scene c;

	(void)state;
	open_scene(&c);
	for (size_t i = 0; i < count; i++) {
		struct asker *a = ask(&c, refused[i].method, refused[i].target,
		    refused[i].header);
		struct httpd_sim_answer said;

		httpd_ends_wait(a, 0);
		said = httpd_ends_answer(a);
		if (said.code != refused[i].code)
			fail_msg("%s: %d", refused[i].target, said.code);
		expect(said.allow,
		    said.code == 405 ? "GET, HEAD, POST, OPTIONS" : NULL,
		    refused[i].target);
		httpd_ends_leave(a);
	}
	assert_int_equal(c.heard, 0);
	assert_int_equal(httpd_stats(c.httpd).refused, count);
	assert_int_equal(httpd_stats(c.httpd).requests, 0);
	close_scene(&c);
}

/* Three at once, and hardly one more before that is so. */
static void
too_often_is_refused(void **state)
{
	struct scene c;
	int code = 200;

	(void)state;
	open_limited(&c, 3);
	for (unsigned i = 0; i < 50 && code == 200; i++) {
		struct asker *a = ask(&c, "GET", "/a", NULL);

		httpd_ends_wait(a, 0);
		code = httpd_ends_answer(a).code;
		httpd_ends_leave(a);
	}
	assert_int_equal(code, 429);
	assert_in_range(c.heard, 3, 49);
	assert_int_equal(httpd_stats(c.httpd).refused, 1);
	close_scene(&c);
}

static void
an_answer_may_come_late(void **state)
{
	static const struct http_answer late = {.code = 200,
	    .type = "text/plain",
	    .body = "late",
	    .size = 4};
	struct scene c;
	struct asker *a;

	(void)state;
	open_scene(&c);
	a = ask(&c, "GET", "/later", NULL);
	httpd_ends_settle(c.loop);
	assert_int_equal(c.heard, 1);
	assert_int_equal(httpd_ends_answer(a).code, 0);
	assert_int_equal(httpd_stats(c.httpd).connections, 1);
	http_reply(c.held, &late);
	httpd_ends_wait(a, 0);
	assert_string_equal(httpd_ends_answer(a).body, "late");
	httpd_ends_leave(a);
	/* To one that is gone. */
	a = ask(&c, "GET", "/later", NULL);
	httpd_ends_settle(c.loop);
	httpd_ends_leave(a);
	httpd_ends_settle(c.loop);
	http_reply(c.held, &late);
	httpd_ends_settle(c.loop);
	assert_int_equal(httpd_stats(c.httpd).connections, 0);
	/* Never. */
	a = ask(&c, "GET", "/later", NULL);
	httpd_ends_settle(c.loop);
	httpd_free(c.httpd);
	c.httpd = NULL;
	httpd_ends_leave(a);
	close_scene(&c);
}

static void
a_stream_is_sent_and_ends(void **state)
{
	struct scene c;
	struct asker *a, *b;

	(void)state;
	open_scene(&c);
	a = ask(&c, "GET", "/stream", NULL);
	httpd_ends_wait(a, 0);
	assert_int_equal(httpd_ends_answer(a).code, 200);
	assert_true(httpd_ends_answer(a).stream);
	assert_int_equal(httpd_stats(c.httpd).streams, 1);
	http_stream_send(c.stream, "ab", 2);
	http_stream_send(c.stream, "cd", 2);
	httpd_ends_wait(a, 4);
	assert_string_equal(httpd_ends_answer(a).body, "abcd");
	assert_false(httpd_ends_answer(a).ended);
	/* There may be one. */
	b = ask(&c, "GET", "/stream", NULL);
	httpd_ends_wait(b, 0);
	assert_int_equal(httpd_ends_answer(b).code, 503);
	httpd_ends_leave(b);
	assert_null(c.stream);
	/* The client goes. */
	assert_int_equal(c.gone, 0);
	httpd_ends_leave(a);
	httpd_ends_settle(c.loop);
	assert_int_equal(c.gone, 1);
	assert_int_equal(httpd_stats(c.httpd).streams, 0);
	/* We end it. */
	a = ask(&c, "GET", "/stream", NULL);
	httpd_ends_wait(a, 0);
	http_stream_send(c.stream, "e", 1);
	http_stream_close(c.stream);
	httpd_ends_wait(a, 2);
	assert_string_equal(httpd_ends_answer(a).body, "e");
	assert_true(httpd_ends_answer(a).ended);
	httpd_ends_leave(a);
	httpd_ends_settle(c.loop);
	assert_int_equal(c.gone, 1);
	/* The server ends it. */
	a = ask(&c, "GET", "/stream", NULL);
	httpd_ends_wait(a, 0);
	httpd_free(c.httpd);
	c.httpd = NULL;
	assert_int_equal(c.gone, 1);
	httpd_ends_leave(a);
	close_scene(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       requests_are_answered),
	    cmocka_unit_test(some_are_refused),
	    cmocka_unit_test(too_often_is_refused),
	    cmocka_unit_test(an_answer_may_come_late),
	    cmocka_unit_test(a_stream_is_sent_and_ends)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
