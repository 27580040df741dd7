/* SPDX-License-Identifier: MIT */
/* What is asked of a server, and how it answers: bytes as they are sent. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "visitor.h"

#define HOST "Host: localhost\r\n"
#define LAST "Connection: close\r\n\r\n"

static int
open_site(void **state)
{
	struct site *s = mem_zalloc(sizeof(*s));
	const struct httpd_limits m = site_limits();

	site_open(s, "127.0.0.1:0", &m);
	*state = s;
	return 0;
}

static int
close_site(void **state)
{
	struct site *s = *state;

	site_close(s);
	mem_free(s);
	return 0;
}

static void
pages_are_answered(void **state)
{
	struct site *s = *state;

	visit(s, "GET /hello HTTP/1.1\r\n" HOST LAST, 200, "\r\n\r\nhello\n");
	visit(s, "GET /hello HTTP/1.1\r\n" HOST LAST, 200, "ETag: \"v1\"\r\n");
	visit(s, "GET /hello HTTP/1.1\r\n" HOST LAST, 200,
	    "Cache-Control: no-store\r\n");
	visit(s, "GET /head HTTP/1.1\r\n" HOST "x-word: said\r\n" LAST, 200,
	    "\r\n\r\nsaid");
	visit(s, "GET /head HTTP/1.1\r\n" HOST "x-word: said\r\n" LAST, 200,
	    "Cache-Control: max-age=60\r\n");
	visit(s, "GET /param?p=1&q=a+b%C3%A9&q=2 HTTP/1.1\r\n" HOST LAST, 200,
	    "\r\n\r\na b\xc3\xa9");
	visit(s,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n" LAST "body",
	    200, "\r\n\r\nbody");
	visit(s, "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n" LAST,
	    200, "Content-Length: 0\r\n");
	visit(s, "GET /%68ello HTTP/1.1\r\n" HOST LAST, 200, "hello\n");
	assert_string_equal(s->last, "/hello");
	visit(s, "GET /nowhere HTTP/1.1\r\n" HOST "\r\n", 404,
	    "Connection: close\r\n");
	assert_int_equal(httpd_stats(s->httpd).requests, 10);
	assert_int_equal(httpd_stats(s->httpd).refused, 0);
}

static const char *const by_any_means[] =
    {("Content-Security-Policy: default-src 'none'; style-src 'self'; "
      "script-src 'self'; img-src 'self' data:; connect-src 'self'; "
      "form-action 'self'; base-uri 'none'; frame-ancestors 'none'\r\n"),
	"X-Content-Type-Options: nosniff\r\n",
	"Referrer-Policy: no-referrer\r\n",
	"Cross-Origin-Resource-Policy: same-origin\r\n",
	"Cache-Control: no-store\r\n", "Connection: close\r\n"};

static void
browsers_are_told_what_they_may_do(void **state)
{
	const size_t count = sizeof(by_any_means) / sizeof(by_any_means[0]);

	for (size_t i = 0; i < count; i++)
		visit(*state, "GET /hello HTTP/1.1\r\n" HOST LAST, 200,
		    by_any_means[i]);
	visit(*state, "GET /hello HTTP/1.1\r\n" HOST LAST, 200,
	    "Content-Type: text/plain\r\n");
	visit(*state, "GET /hello HTTP/1.1\r\n" HOST LAST, 200, "Date: ");
	visit(*state, "GET /param?q=1 HTTP/1.1\r\n" HOST LAST, 200,
	    "Cross-Origin-Resource-Policy: cross-origin\r\n");
	visit(*state, "GET /param?q=1 HTTP/1.1\r\n" HOST LAST, 200,
	    "Access-Control-Allow-Origin: *\r\n");
}

/* The library's own answers, each whole, with one end of its headers. */
static void
so_are_those_refused_by_the_library(void **state)
{
	static const struct {
		const char *bytes;
		int code;
	} rows[] = {{"rubbish\r\n\r\n", 400},
	    {"GET /hello HTTP/1.1\r\nno colon\r\n\r\n", 400},
	    {"POST /echo HTTP/1.1\r\n" HOST "Expect: wonders\r\n"
	     "Content-Length: 4\r\n\r\n",
		417},
	    {"POST /echo HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
	     "Content-Length: 999999\r\n\r\n",
		413},
	    {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 999999\r\n\r\n",
		413}};
	const size_t count = sizeof(by_any_means) / sizeof(by_any_means[0]);

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct visitor v;
		const char *got;

		visitor_come(&v, *state);
		visitor_say(&v, rows[i].bytes);
		visitor_wait_end(&v);
		got = text_str(&v.got);
		assert_int_equal(strncmp(got, "HTTP/1.", 7), 0);
		assert_int_equal(strtol(got + 9, NULL, 10), rows[i].code);
		for (size_t k = 0; k < count; k++)
			if (strstr(got, by_any_means[k]) == NULL)
				fail_msg("no %s in %s", by_any_means[k], got);
		got = strstr(got, "\r\n\r\n");
		assert_non_null(got);
		assert_null(strstr(got, "Policy"));
		visitor_go(&v);
	}
}

static void
a_head_has_the_length_and_no_body(void **state)
{
	struct visitor v;

	visitor_come(&v, *state);
	visitor_say(&v, "HEAD /hello HTTP/1.1\r\n" HOST LAST);
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "HTTP/1.1 200 OK\r\n"));
	assert_non_null(strstr(text_str(&v.got), "Content-Length: 6\r\n"));
	assert_string_equal(text_str(&v.got) + text_len(&v.got) -
		strlen("\r\n\r\n"),
	    "\r\n\r\n");
	visitor_go(&v);
	/* Bytes behind it would be taken for the next request. */
	visit(*state,
	    "HEAD /hello HTTP/1.1\r\n" HOST "Content-Length: 40\r\n\r\n", 400,
	    "close");
}

static void
what_is_known_is_not_sent_again(void **state)
{
	static const char *const same[] = {"\"v1\"", "W/\"v1\"", "*",
	    "\"v0\", W/\"v1\""};
	struct visitor v;
	char ask[256];

	for (size_t i = 0; i < sizeof(same) / sizeof(same[0]); i++) {
		(void)snprintf(ask, sizeof(ask),
		    "GET /hello HTTP/1.1\r\n" HOST "If-None-Match: %s\r\n" LAST,
		    same[i]);
		visitor_come(&v, *state);
		visitor_say(&v, ask);
		visitor_wait_end(&v);
		assert_non_null(strstr(text_str(&v.got), "HTTP/1.1 304 "));
		assert_non_null(strstr(text_str(&v.got), "ETag: \"v1\"\r\n"));
		assert_null(strstr(text_str(&v.got), "hello"));
		assert_null(strstr(text_str(&v.got), "Content-Length"));
		visitor_go(&v);
	}
	visit(*state,
	    "GET /hello HTTP/1.1\r\n" HOST "If-None-Match: \"v2\"\r\n" LAST,
	    200, "hello\n");
}

static void
other_hosts_are_not_ours(void **state)
{
	struct site *s = *state;

	visit(s, "GET /hello HTTP/1.1\r\nHost: 127.0.0.1:80\r\n" LAST, 200,
	    "hello");
	visit(s, "GET /hello HTTP/1.1\r\nHost: LocalHost.:1\r\n" LAST, 200,
	    "hello");
	s->heard = 0;
	visit(s, "GET /hello HTTP/1.1\r\nHost: evil.example\r\n\r\n", 421,
	    "Connection: close\r\n");
	visit(s, "GET /hello HTTP/1.1\r\nHost: 127.0.0.2\r\n\r\n", 421, "421");
	visit(s, "GET /hello HTTP/1.1\r\n\r\n", 400, "close");
	visit(s, "GET /hello HTTP/1.1\r\n" HOST HOST "\r\n", 400, "close");
	visit(s, "GET /hello HTTP/1.1\r\nHost: local host\r\n\r\n", 400, "");
	assert_int_equal(s->heard, 0);
	assert_int_equal(httpd_stats(s->httpd).refused, 5);
}

struct row {
	const char *bytes;
	int code;
};

static void
nothing_malformed_gets_through(void **state)
{
	static const struct row rows[] = {
	    {"GET http://localhost/hello HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET hello HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a b HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a\tb HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /\xc3\xa9 HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a%00b HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a%0ab HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a%2 HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /%c0%af HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /../etc/passwd HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a/%2e%2e/b HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a/..%2fb HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a?q=%00x HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a?q=%ff HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET /a#b HTTP/1.1\r\n" HOST "\r\n", 400},
	    {"GET / HTTP/1.1\r\n" HOST "X-A : b\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\n" HOST "X-A: b\rc\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\n" HOST "no colon\r\n\r\n", 400},
	    {"GET / HTTP/1.1\r\n" HOST "Content-Length: 5\r\n\r\n12345", 400},
	    {"GET / HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	     "0\r\n\r\n",
		400},
	    {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"
	     "Content-Length: 5\r\n\r\n12345",
		400},
	    {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: +5\r\n\r\n12345",
		400},
	    {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: -5\r\n\r\n", 400},
	    {"POST /echo HTTP/1.1\r\n" HOST
	     "Transfer-Encoding: chunked\r\nContent-Length: 5\r\n\r\n"
	     "0\r\n\r\n",
		400},
	    {"POST /echo HTTP/1.1\r\n" HOST "\r\n", 411},
	    {"POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n"
	     "1\r\na\r\n0\r\n\r\n",
		411},
	    {"POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4097\r\n\r\n",
		413},
	    {"POST /echo HTTP/1.1\r\n" HOST "Expect: tea\r\n"
	     "Content-Length: 5\r\n\r\n",
		417},
	    {"PUT / HTTP/1.1\r\n" HOST "Content-Length: 0\r\n\r\n", 405},
	    {"DELETE / HTTP/1.1\r\n" HOST "\r\n", 405},
	    {"TRACE / HTTP/1.1\r\n" HOST "\r\n", 405},
	    {"CONNECT localhost:80 HTTP/1.1\r\n" HOST "\r\n", 405},
	    {"BREW / HTTP/1.1\r\n" HOST "\r\n", 405},
	    {"GET / HTTP/1.5\r\n" HOST "\r\n", 505},
	    {"GET / HTTP/0.9\r\n" HOST "\r\n", 505},
	    {"GET / HTTP/2.0\r\n" HOST "\r\n", 400},
	    {"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", 400},
	    {"\x16\x03\x01\x02\x01\x01\xfc\x03\x03 no TLS here\r\n", 400},
	};
	struct site *s = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		visit(s, rows[i].bytes, rows[i].code, "Connection: close\r\n");
	assert_int_equal(s->heard, 0);
	assert_int_equal(httpd_stats(s->httpd).refused,
	    sizeof(rows) / sizeof(rows[0]));
	assert_int_equal(httpd_stats(s->httpd).requests, 0);
}

/* What evhttp hides from us; should it ever change, this tells. */
static void
what_cannot_be_seen_is_served(void **state)
{
	static const char zero[] =
	    "GET /hello HTTP/1.1\r\n" HOST "X-A: b\0c\r\n" LAST;
	struct visitor v;

	visit(*state,
	    "GET /hello HTTP/1.1\nHost: localhost\n"
	    "Connection: close\n\n",
	    200, "hello");
	visit(*state,
	    "GET /hello HTTP/1.1\r\n" HOST "X-A: b\r\n folded: c\r\n" LAST, 200,
	    "hello");
	visit(*state, "GET /hello HTTP/1.257\r\n" HOST LAST, 200, "hello");
	visit(*state, "GET /hello HTTP/+1.+1\r\n" HOST LAST, 200, "hello");
	visitor_come(&v, *state);
	visitor_say_n(&v, zero, sizeof(zero) - 1);
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "hello\n"));
	visitor_go(&v);
}

static void
options_grant_nothing(void **state)
{
	struct visitor v;

	visitor_come(&v, *state);
	visitor_say(&v,
	    "OPTIONS /hello HTTP/1.1\r\n" HOST "Origin: http://evil.example\r\n"
	    "Access-Control-Request-Method: POST\r\n" LAST);
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "HTTP/1.1 204 "));
	assert_non_null(strstr(text_str(&v.got), "Allow: GET, HEAD, POST"));
	assert_null(strstr(text_str(&v.got), "Access-Control"));
	visitor_go(&v);
	visit(*state, "PUT / HTTP/1.1\r\n" HOST "\r\n", 405,
	    "Allow: GET, HEAD, POST, OPTIONS\r\n");
}

static void
a_header_cannot_be_forged(void **state)
{
	struct visitor v;

	visitor_come(&v, *state);
	visitor_say(&v, "GET /move HTTP/1.1\r\n" HOST LAST);
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "HTTP/1.1 303 "));
	assert_null(strstr(text_str(&v.got), "Forged"));
	visitor_go(&v);
}

static void
large_headers_and_bodies_are_refused(void **state)
{
	struct site *s = *state;
	struct text t;

	text_init(&t, 1 << 22);
	text_add(&t, "GET /hello HTTP/1.1\r\n" HOST "X-Long: ");
	for (size_t i = 0; i < 20000; i++)
		text_char(&t, 'a');
	text_add(&t, "\r\n\r\n");
	visit(s, text_str(&t), 400, "close");
	text_reset(&t);
	/* All of it is sent before the answer is read, and none is lost. */
	text_add(&t,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 300000\r\n\r\n");
	for (size_t i = 0; i < 300000; i++)
		text_char(&t, 'a');
	visit(s, text_str(&t), 413, "close");
	text_reset(&t);
	text_add(&t,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4096\r\n" LAST);
	for (size_t i = 0; i < 4096; i++)
		text_char(&t, 'a');
	visit(s, text_str(&t), 200, "Content-Length: 4096\r\n");
	text_done(&t);
	assert_int_equal(s->heard, 1);
}

static void
old_clients_are_served_once(void **state)
{
	struct visitor v;

	visitor_come(&v, *state);
	visitor_say(&v,
	    "GET /hello HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "HTTP/1.0 200 OK\r\n"));
	assert_non_null(strstr(text_str(&v.got), "Connection: close\r\n"));
	assert_null(strstr(text_str(&v.got), "keep-alive"));
	assert_non_null(strstr(text_str(&v.got), "Content-Length: 6\r\n"));
	visitor_go(&v);
}

static void
a_connection_is_kept(void **state)
{
	struct site *s = *state;
	struct visitor v;

	visitor_come(&v, s);
	for (unsigned i = 0; i < 300; i++) {
		visitor_say(&v,
		    i % 3 == 0 ? "POST /echo HTTP/1.1\r\n" HOST
				 "Content-Length: 6\r\n\r\nhello\n"
			       : "GET /hello HTTP/1.1\r\n" HOST "\r\n");
		visitor_wait_for(&v, "hello\n");
		visitor_forget(&v);
	}
	assert_int_equal(s->heard, 300);
	assert_int_equal(httpd_stats(s->httpd).connections, 1);
	visitor_go(&v);
	site_run(s, 50);
	assert_int_equal(httpd_stats(s->httpd).connections, 0);
}

static void
requests_in_a_row_are_answered_in_their_order(void **state)
{
	struct site *s = *state;
	struct visitor v;
	const char *at;

	visitor_come(&v, s);
	visitor_say(&v,
	    "GET /later HTTP/1.1\r\n" HOST "\r\n"
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 3\r\n\r\ntwo"
	    "HEAD /hello HTTP/1.1\r\n" HOST "\r\n"
	    "GET /hello HTTP/1.1\r\n" HOST LAST);
	site_run_until(s, &s->heard, 1);
	site_run(s, 20);
	assert_int_equal(s->heard, 1);
	site_answer(s, 0);
	visitor_wait_end(&v);
	assert_int_equal(s->heard, 4);
	at = strstr(text_str(&v.got), "late\n");
	assert_non_null(at);
	at = strstr(at, "two");
	assert_non_null(at);
	assert_non_null(strstr(at, "hello\n"));
	visitor_go(&v);
}

static void
what_follows_a_refusal_is_not_heard(void **state)
{
	struct site *s = *state;

	visit(s,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 0\r\n"
	    "Content-Length: 40\r\n\r\n"
	    "GET /hello HTTP/1.1\r\n" HOST "\r\n",
	    400, "close");
	assert_int_equal(s->heard, 0);
}

static void
one_that_closes_its_half_is_answered(void **state)
{
	struct site *s = *state;
	struct visitor v;

	visitor_come(&v, s);
	visitor_say(&v, "GET /later HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(shutdown(v.fd, SHUT_WR), 0);
	site_run_until(s, &s->heard, 1);
	site_answer(s, 0);
	visitor_wait_for(&v, "late\n");
	visitor_wait_end(&v);
	visitor_go(&v);
	visitor_come(&v, s);
	visitor_say(&v, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	assert_int_equal(shutdown(v.fd, SHUT_WR), 0);
	visitor_wait_end(&v);
	assert_true(text_len(&v.got) > SITE_BIG_BYTES);
	visitor_go(&v);
}

static void
a_body_may_be_announced(void **state)
{
	struct visitor v;

	visitor_come(&v, *state);
	visitor_say(&v,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Expect: 100-continue\r\nContent-Length: 4\r\n" LAST);
	visitor_wait_for(&v, "HTTP/1.1 100 Continue\r\n\r\n");
	visitor_forget(&v);
	visitor_say(&v, "body");
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "HTTP/1.1 200 OK"));
	assert_non_null(strstr(text_str(&v.got), "\r\n\r\nbody"));
	visitor_go(&v);
}

static void
names_are_allowed_by_the_configuration(void **state)
{
	static const char *const hosts[] = {"status.example.org", NULL};
	struct httpd_limits m = site_limits();
	struct site s;

	(void)state;
	m.hosts = hosts;
	site_open(&s, "*:0", &m);
	visit(&s,
	    "GET /hello HTTP/1.1\r\nHost: Status.Example.org:443\r\n" LAST, 200,
	    "hello");
	visit(&s, "GET /hello HTTP/1.1\r\nHost: 127.0.0.1\r\n" LAST, 200, "");
	visit(&s, "GET /hello HTTP/1.1\r\nHost: example.org\r\n" LAST, 421, "");
	site_close(&s);
}

static void
a_socket_of_a_file_serves_any_name(void **state)
{
	static const char *const hosts[] = {"status.example.org", NULL};
	char where[64];
	struct httpd_limits m = site_limits();
	struct site s;

	(void)state;
	(void)snprintf(where, sizeof(where), "unix:/tmp/httpd-%d", getpid());
	site_open(&s, where, &m);
	visit(&s, "GET /hello HTTP/1.1\r\nHost: anything\r\n" LAST, 200,
	    "hello");
	visit(&s, "GET /hello HTTP/1.1\r\n\r\n", 400, "");
	site_close(&s);
	m.hosts = hosts;
	site_open(&s, where, &m);
	visit(&s, "GET /hello HTTP/1.1\r\nHost: anything\r\n" LAST, 421, "");
	visit(&s, "GET /hello HTTP/1.1\r\nHost: status.example.org\r\n" LAST,
	    200, "hello");
	site_close(&s);
	(void)unlink(where + strlen("unix:"));
}

/* Of what stands before the word of the proxy nothing is believed. */
static void
a_proxy_says_for_whom_it_asks(void **state)
{
	static const char *const proxies[] = {"127.0.0.1", NULL};
	struct httpd_limits m = site_limits();
	struct site s;

	(void)state;
	m.proxies = proxies;
	site_open(&s, "127.0.0.1:0", &m);
	visit(&s, "GET /client HTTP/1.1\r\n" HOST LAST, 200, "127.0.0.1");
	visit(&s,
	    "GET /client HTTP/1.1\r\n" HOST
	    "X-Forwarded-For: 192.0.2.1, 198.51.100.7\r\n" LAST,
	    200, "198.51.100.7");
	visit(&s,
	    "GET /client HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.1\r\n"
	    "x-forwarded-for: 198.51.100.7\r\n" LAST,
	    200, "198.51.100.7");
	visit(&s,
	    "GET /client HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.1\r\n"
	    "X-Forwarded-For: 198.51.100.7, 127.0.0.1\r\n"
	    "X-Forwarded-For: 127.0.0.1\r\n" LAST,
	    200, "198.51.100.7");
	visit(&s,
	    "GET /client HTTP/1.1\r\n" HOST "X-Forwarded-For: 192.0.2.1\r\n"
	    "X-Forwarded-For: rubbish\r\n" LAST,
	    200, "127.0.0.1");
	site_close(&s);
}

int
main(void)
{
#define VISIT(name) cmocka_unit_test_setup_teardown(name, open_site, close_site)
	const struct CMUnitTest tests[] = {VISIT(pages_are_answered),
	    VISIT(browsers_are_told_what_they_may_do),
	    VISIT(so_are_those_refused_by_the_library),
	    VISIT(a_head_has_the_length_and_no_body),
	    VISIT(what_is_known_is_not_sent_again),
	    VISIT(other_hosts_are_not_ours),
	    VISIT(nothing_malformed_gets_through),
	    VISIT(what_cannot_be_seen_is_served), VISIT(options_grant_nothing),
	    VISIT(a_header_cannot_be_forged),
	    VISIT(large_headers_and_bodies_are_refused),
	    VISIT(old_clients_are_served_once), VISIT(a_connection_is_kept),
	    VISIT(requests_in_a_row_are_answered_in_their_order),
	    VISIT(what_follows_a_refusal_is_not_heard),
	    VISIT(one_that_closes_its_half_is_answered),
	    VISIT(a_body_may_be_announced),
	    cmocka_unit_test(names_are_allowed_by_the_configuration),
	    cmocka_unit_test(a_proxy_says_for_whom_it_asks),
	    cmocka_unit_test(a_socket_of_a_file_serves_any_name)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
