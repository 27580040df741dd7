/* SPDX-License-Identifier: MIT */
/* The twin of the server keeps what the real one promises. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "httpd_sim.h"
#include "loop_sim.h"

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
	struct scene *c = arg;
	struct http_answer a = {.code = 200, .type = "text/plain", .etag = "e"};

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
	a.body = r->method == HTTP_POST ? r->body : http_param(r, "q");
	a.size = r->method == HTTP_POST ? r->body_size
	    : a.body != NULL            ? strlen(a.body)
					: 0;
	http_reply(r->exchange, &a);
}

static void
open_scene(struct scene *c)
{
	const struct httpd_limits m = {.streams_max = 1,
	    .body_max = 8,
	    .backlog_max = 4};

	*c = (struct scene){.loop = loop_sim_new(LOOP_SIM_START)};
	c->httpd = httpd_new(c->loop, -1, &m, on_request, c, NULL);
	assert_ptr_equal(httpd_sim_of(c->loop), c->httpd);
}

static void
turn(struct scene *c)
{
	loop_sim_run_until(c->loop, loop_now(c->loop));
}

static void
close_scene(struct scene *c)
{
	httpd_free(c->httpd);
	loop_free(c->loop);
}

static int
code_of(struct scene *c, const char *method, const char *target,
    const char *header)
{
	const char *const headers[] = {header, NULL};
	struct visit *v = httpd_sim_visit(c->httpd,
	    &(struct httpd_sim_request){.method = method,
		.target = target,
		.headers = headers});
	int code;

	turn(c);
	code = httpd_sim_answer(v).code;
	httpd_sim_forget(v);
	return code;
}

static void
requests_are_judged_and_answered(void **state)
{
	struct scene c;
	struct visit *v;

	(void)state;
	open_scene(&c);
	v = httpd_sim_get(c.httpd, "/a?q=a+b");
	assert_int_equal(httpd_sim_answer(v).code, 0);
	turn(&c);
	assert_int_equal(httpd_sim_answer(v).code, 200);
	assert_string_equal(httpd_sim_answer(v).body, "a b");
	assert_string_equal(httpd_sim_answer(v).etag, "e");
	httpd_sim_forget(v);
	v = httpd_sim_visit(c.httpd,
	    &(struct httpd_sim_request){.method = "POST",
		.target = "/",
		.body = "1234",
		.body_size = 4});
	turn(&c);
	assert_string_equal(httpd_sim_answer(v).body, "1234");
	httpd_sim_forget(v);
	assert_int_equal(code_of(&c, "GET", "/", "If-None-Match: \"e\""), 304);
	assert_int_equal(code_of(&c, "HEAD", "/", NULL), 200);
	assert_int_equal(code_of(&c, "OPTIONS", "/", NULL), 204);
	assert_int_equal(code_of(&c, "PUT", "/", NULL), 405);
	assert_int_equal(code_of(&c, "GET", "/../a", NULL), 400);
	assert_int_equal(code_of(&c, "GET", "/", "Host: evil.example"), 421);
	assert_int_equal(httpd_stats(c.httpd).requests, 4);
	assert_int_equal(httpd_stats(c.httpd).refused, 3);
	assert_int_equal(httpd_stats(c.httpd).connections, 0);
	close_scene(&c);
}

static void
a_late_answer_outlives_the_client(void **state)
{
	struct scene c;
	struct visit *v;

	(void)state;
	open_scene(&c);
	v = httpd_sim_get(c.httpd, "/later");
	turn(&c);
	httpd_sim_forget(v);
	turn(&c);
	http_reply(c.held, &(struct http_answer){.code = 204});
	/* One that is never answered ends with the server. */
	v = httpd_sim_get(c.httpd, "/later");
	turn(&c);
	close_scene(&c);
	assert_int_equal(httpd_sim_answer(v).code, 0);
	httpd_sim_forget(v);
}

static void
streams_end_once(void **state)
{
	struct scene c;
	struct visit *v, *w;

	(void)state;
	open_scene(&c);
	v = httpd_sim_get(c.httpd, "/stream");
	turn(&c);
	http_stream_send(c.stream, "ab", 2);
	http_stream_send(c.stream, "cd", 2);
	assert_true(httpd_sim_answer(v).stream);
	assert_string_equal(httpd_sim_answer(v).body, "abcd");
	w = httpd_sim_get(c.httpd, "/stream");
	c.stream = NULL;
	turn(&c);
	assert_null(c.stream);
	assert_int_equal(httpd_sim_answer(w).code, 503);
	httpd_sim_forget(w);
	httpd_sim_forget(v);
	assert_int_equal(c.gone, 0);
	turn(&c);
	assert_int_equal(c.gone, 1);
	v = httpd_sim_get(c.httpd, "/stream");
	turn(&c);
	httpd_sim_turn_deaf(v);
	http_stream_send(c.stream, "abc", 3);
	http_stream_send(c.stream, "abc", 3);
	http_stream_send(c.stream, "abc", 3);
	turn(&c);
	assert_int_equal(c.gone, 2);
	assert_int_equal(httpd_stats(c.httpd).cut, 1);
	httpd_sim_forget(v);
	v = httpd_sim_get(c.httpd, "/stream");
	turn(&c);
	http_stream_close(c.stream);
	turn(&c);
	assert_true(httpd_sim_answer(v).ended);
	assert_int_equal(c.gone, 2);
	httpd_sim_forget(v);
	assert_int_equal(httpd_stats(c.httpd).streams, 0);
	close_scene(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] =
	    {cmocka_unit_test(requests_are_judged_and_answered),
		cmocka_unit_test(a_late_answer_outlives_the_client),
		cmocka_unit_test(streams_end_once)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
