/* SPDX-License-Identifier: MIT */
/* Clients that are many, slow, deaf or gone cost a server next to nothing. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "visitor.h"

#define HOST "Host: localhost\r\n"
#define LAST "Connection: close\r\n\r\n"

enum { SHORT_MS = 150, LONG_MS = 300, CROWD = 40 };

static span_ms
now_ms(const struct site *s)
{
	return loop_micros(s->loop) / 1000;
}

static void
a_slow_request_is_cut_at_its_deadline(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;
	span_ms start, took;

	(void)state;
	m.request_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /hello HTTP/1.1\r\n" HOST "X-Slow: ");
	start = now_ms(&s);
	while (
	    httpd_stats(s.httpd).cut == 0 && now_ms(&s) - start < VISITOR_MS) {
		visitor_say(&v, "a");
		site_run(&s, 10);
	}
	took = now_ms(&s) - start;
	assert_in_range(took, SHORT_MS - 10, 4 * SHORT_MS);
	visitor_wait_end(&v);
	assert_int_equal(text_len(&v.got), 0);
	visitor_go(&v);
	assert_int_equal(s.heard, 0);
	/* The same of a body, and of one that never says a word. */
	visitor_come(&v, &s);
	visitor_say(&v,
	    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 9\r\n\r\nbod");
	start = now_ms(&s);
	visitor_wait_end(&v);
	assert_in_range(now_ms(&s) - start, SHORT_MS - 10, 4 * SHORT_MS);
	visitor_go(&v);
	visitor_come(&v, &s);
	start = now_ms(&s);
	visitor_wait_end(&v);
	assert_in_range(now_ms(&s) - start, SHORT_MS - 10, 4 * SHORT_MS);
	visitor_go(&v);
	assert_int_equal(httpd_stats(s.httpd).cut, 3);
	site_run(&s, 10);
	assert_int_equal(httpd_stats(s.httpd).connections, 0);
	site_close(&s);
}

static void
an_idle_connection_ends(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;
	span_ms start;

	(void)state;
	m.idle_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "hello\n");
	start = now_ms(&s);
	visitor_wait_end(&v);
	assert_in_range(now_ms(&s) - start, SHORT_MS - 50, 4 * SHORT_MS);
	visitor_go(&v);
	site_close(&s);
}

/* The half of a second request that came with the first has its time, too. */
static void
half_a_request_behind_another_is_cut(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;
	span_ms start;

	(void)state;
	m.request_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v,
	    "GET /hello HTTP/1.1\r\n" HOST "\r\nGET /hello HTTP/1.1\r\n");
	visitor_wait_for(&v, "hello\n");
	visitor_wait_end(&v);
	visitor_go(&v);
	assert_int_equal(httpd_stats(s.httpd).cut, 1);
	/* The same when it comes by itself. */
	visitor_come(&v, &s);
	visitor_say(&v, "GET /hello HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "hello\n");
	visitor_say(&v, "GET");
	start = now_ms(&s);
	visitor_wait_end(&v);
	assert_in_range(now_ms(&s) - start, SHORT_MS - 10, 4 * SHORT_MS);
	visitor_go(&v);
	site_close(&s);
}

static void
the_handler_may_take_its_time(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;

	(void)state;
	m.request_ms = m.idle_ms = m.write_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /later HTTP/1.1\r\n" HOST LAST);
	site_run_until(&s, &s.heard, 1);
	site_run(&s, LONG_MS);
	site_answer(&s, 0);
	visitor_wait_end(&v);
	assert_non_null(strstr(text_str(&v.got), "late\n"));
	visitor_go(&v);
	site_close(&s);
}

static void
one_that_does_not_read_is_cut(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;
	unsigned cut = 0;

	(void)state;
	m.write_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /big HTTP/1.1\r\n" HOST "\r\n");
	for (int i = 0; cut == 0 && i < VISITOR_MS / 10; i++) {
		site_run(&s, 10);
		cut = (unsigned)httpd_stats(s.httpd).cut;
	}
	assert_int_equal(cut, 1);
	site_run(&s, 10);
	assert_int_equal(httpd_stats(s.httpd).connections, 0);
	visitor_go(&v);
	/* One that does gets all of it, however much that is. */
	visitor_come(&v, &s);
	visitor_say(&v, "GET /big HTTP/1.1\r\n" HOST LAST);
	visitor_wait_end(&v);
	assert_true(text_len(&v.got) > SITE_BIG_BYTES);
	assert_int_equal(httpd_stats(s.httpd).cut, 1);
	visitor_go(&v);
	site_close(&s);
}

static void
no_more_connections_than_there_may_be(void **state)
{
	struct httpd_limits m = site_limits();
	struct visitor crowd[CROWD];
	struct site s;

	(void)state;
	m.connections_max = 8;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < CROWD; i++)
		visitor_come(&crowd[i], &s);
	site_run(&s, 50);
	assert_int_equal(httpd_stats(s.httpd).connections, 8);
	for (size_t i = 0; i < CROWD; i++)
		visitor_say(&crowd[i], "GET /hello HTTP/1.1\r\n" HOST LAST);
	/* Each has its turn. */
	for (size_t i = 0; i < CROWD; i++) {
		visitor_wait_end(&crowd[i]);
		assert_non_null(strstr(text_str(&crowd[i].got), "hello\n"));
		assert_true(httpd_stats(s.httpd).connections <= 8);
	}
	for (size_t i = 0; i < CROWD; i++)
		visitor_go(&crowd[i]);
	site_run(&s, 10);
	assert_int_equal(httpd_stats(s.httpd).connections, 0);
	site_close(&s);
}

static void
no_address_has_all_connections(void **state)
{
	struct httpd_limits m = site_limits();
	struct visitor crowd[5];
	struct site s;

	(void)state;
	m.per_address_max = 4;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < 5; i++)
		visitor_come(&crowd[i], &s);
	visitor_wait_end(&crowd[4]);
	assert_int_equal(httpd_stats(s.httpd).refused, 1);
	site_run(&s, 10);
	assert_int_equal(httpd_stats(s.httpd).connections, 4);
	visitor_say(&crowd[0], "GET /hello HTTP/1.1\r\n" HOST LAST);
	visitor_wait_end(&crowd[0]);
	assert_non_null(strstr(text_str(&crowd[0].got), "hello\n"));
	for (size_t i = 0; i < 5; i++)
		visitor_go(&crowd[i]);
	site_close(&s);
}

static span_ms
cpu_ms(void)
{
	struct timespec ts;

	assert_int_equal(clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &ts), 0);
	return ts.tv_sec * 1000 + ts.tv_nsec / 1000000;
}

static void
without_descriptors_it_waits(void **state)
{
	struct httpd_limits m = site_limits();
	struct visitor crowd[CROWD];
	struct rlimit old, low;
	struct site s;
	span_ms cpu;
	int next;

	(void)state;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < CROWD; i++) {
		visitor_come(&crowd[i], &s);
		visitor_say(&crowd[i], "GET /hello HTTP/1.1\r\n" HOST LAST);
	}
	next = dup(0);
	(void)close(next);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)next + 4;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	cpu = cpu_ms();
	for (size_t i = 0; i < 3; i++)
		visitor_wait_end(&crowd[i]);
	low.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	site_run(&s, 500);
	assert_true(cpu_ms() - cpu < 250);
	/* It is back without being told. */
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	for (size_t i = 0; i < CROWD; i++) {
		visitor_wait_end(&crowd[i]);
		assert_non_null(strstr(text_str(&crowd[i].got), "hello\n"));
		visitor_go(&crowd[i]);
	}
	site_close(&s);
}

static void
one_that_is_gone_is_answered_in_vain(void **state)
{
	struct httpd_limits m = site_limits();
	struct linger at_once = {.l_onoff = 1};
	struct visitor v[3];
	struct site s;

	(void)state;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < 3; i++) {
		visitor_come(&v[i], &s);
		visitor_say(&v[i],
		    i == 2 ? "POST /later HTTP/1.1\r\n" HOST
			     "Expect: 100-continue\r\n"
			     "Content-Length: 3\r\n\r\n"
			   : "GET /later HTTP/1.1\r\n" HOST "\r\n");
	}
	visitor_wait_for(&v[2], "100 Continue");
	visitor_say(&v[2], "abc");
	site_run_until(&s, &s.heard, 3);
	/* One closes, the others reset. */
	(void)setsockopt(v[1].fd, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	(void)setsockopt(v[2].fd, SOL_SOCKET, SO_LINGER, &at_once,
	    sizeof(at_once));
	for (size_t i = 0; i < 3; i++)
		visitor_go(&v[i]);
	site_run(&s, 20);
	for (size_t i = 0; i < 3; i++)
		site_answer(&s, i);
	site_run(&s, 50);
	assert_int_equal(httpd_stats(s.httpd).connections, 0);
	site_close(&s);
}

static void
it_may_end_at_any_time(void **state)
{
	const struct httpd_limits m = site_limits();
	struct visitor v[4];
	struct site s;

	(void)state;
	/* With one that is waited for, one that is sent to, one halfway. */
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < 4; i++)
		visitor_come(&v[i], &s);
	visitor_say(&v[0], "GET /later HTTP/1.1\r\n" HOST "\r\n");
	visitor_say(&v[1], "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_say(&v[2], "GET /big HTTP/1.1\r\n" HOST "\r\n");
	visitor_say(&v[3], "GET /hello");
	site_run_until(&s, &s.heard, 3);
	http_stream_send(s.streams[0].stream, "data: a\n\n", 9);
	site_close(&s);
	assert_int_equal(s.gone, 0);
	for (size_t i = 0; i < 4; i++)
		visitor_go(&v[i]);
	/* And in the handler. */
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v[0], &s);
	visitor_say(&v[0],
	    "GET /end HTTP/1.1\r\n" HOST "\r\nGET / HTTP/1.1\r\n\r\n");
	visitor_wait_end(&v[0]);
	assert_null(s.httpd);
	visitor_go(&v[0]);
	site_close(&s);
}

static void
events_are_sent_as_they_come(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;

	(void)state;
	m.write_ms = m.idle_ms = m.request_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "Content-Type: text/event-stream");
	assert_non_null(s.streams[0].stream);
	assert_int_equal(httpd_stats(s.httpd).streams, 1);
	/* Quiet for longer than anything else may last. */
	site_run(&s, LONG_MS);
	http_stream_send(s.streams[0].stream, "data: a\n\n", 9);
	visitor_wait_for(&v, "9\r\ndata: a\n\n\r\n");
	http_stream_send(s.streams[0].stream, "data: b\n\n", 9);
	http_stream_close(s.streams[0].stream);
	visitor_wait_end(&v);
	assert_non_null(
	    strstr(text_str(&v.got), "9\r\ndata: b\n\n\r\n0\r\n\r\n"));
	assert_int_equal(s.gone, 0);
	assert_int_equal(httpd_stats(s.httpd).streams, 0);
	visitor_go(&v);
	/* A client of old cannot know chunks. */
	s.streams[0].stream = NULL;
	visitor_come(&v, &s);
	visitor_say(&v, "GET /stream HTTP/1.0\r\n\r\n");
	visitor_wait_for(&v, "\r\n\r\n");
	http_stream_send(s.streams[0].stream, "data: a\n\n", 9);
	visitor_wait_for(&v, "\r\n\r\ndata: a\n\n");
	visitor_go(&v);
	site_run_until(&s, &s.gone, 1);
	s.streams[0].stream = NULL;
	/* A HEAD of it has an end. */
	visitor_come(&v, &s);
	visitor_say(&v, "HEAD /stream HTTP/1.1\r\n" HOST LAST);
	visitor_wait_end(&v);
	assert_null(s.streams[0].stream);
	visitor_go(&v);
	site_close(&s);
}

static void
a_stream_tells_once_that_its_client_is_gone(void **state)
{
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v[3];

	(void)state;
	m.streams_max = 2;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < 2; i++) {
		visitor_come(&v[i], &s);
		visitor_say(&v[i], "GET /stream HTTP/1.1\r\n" HOST "\r\n");
		visitor_wait_for(&v[i], "event-stream");
	}
	visitor_come(&v[2], &s);
	visitor_say(&v[2], "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_end(&v[2]);
	assert_non_null(strstr(text_str(&v[2].got), "HTTP/1.1 503 "));
	assert_non_null(strstr(text_str(&v[2].got), "Retry-After: "));
	visitor_go(&v[2]);
	visitor_go(&v[0]);
	site_run_until(&s, &s.gone, 1);
	site_run(&s, 20);
	assert_int_equal(s.gone, 1);
	assert_int_equal(httpd_stats(s.httpd).streams, 1);
	/* Closed by us after the client went, before that was noticed. */
	visitor_go(&v[1]);
	http_stream_send(s.streams[1].stream, "data: a\n\n", 9);
	http_stream_close(s.streams[1].stream);
	site_run(&s, 20);
	assert_int_equal(s.gone, 1);
	assert_int_equal(httpd_stats(s.httpd).connections, 0);
	/* Told, the server may be ended. */
	s.streams[1].stream = NULL;
	s.end_when_gone = true;
	visitor_come(&v[0], &s);
	visitor_say(&v[0], "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v[0], "event-stream");
	visitor_go(&v[0]);
	site_run_until(&s, &s.gone, 2);
	assert_null(s.httpd);
	site_close(&s);
}

static void
a_stream_that_nobody_reads_is_dropped(void **state)
{
	static char event[4096];
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;
	size_t sent = 0;

	(void)state;
	m.backlog_max = 65536;
	memset(event, 'a', sizeof(event));
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "event-stream");
	while (s.gone == 0 && sent < (size_t)1 << 26) {
		http_stream_send(s.streams[0].stream, event, sizeof(event));
		/* Also after it is doomed, which nobody tells yet. */
		http_stream_send(s.streams[0].stream, event, sizeof(event));
		sent += 2 * sizeof(event);
		site_run(&s, 0);
	}
	assert_int_equal(s.gone, 1);
	assert_int_equal(httpd_stats(s.httpd).cut, 1);
	visitor_go(&v);
	/* Little to read, and nobody who does: by time. */
	s.streams[0].stream = NULL;
	site_close(&s);
	m.backlog_max = 1 << 25;
	m.write_ms = SHORT_MS;
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "event-stream");
	for (size_t i = 0; i < (1 << 24) / sizeof(event); i++)
		http_stream_send(s.streams[0].stream, event, sizeof(event));
	site_run_until(&s, &s.gone, 1);
	visitor_go(&v);
	site_close(&s);
}

/* Who takes none of an answer is cut before the memory is full of them. */
static void
answers_that_nobody_takes_are_bounded(void **state)
{
	enum { DEAF = 6 };
	struct httpd_limits m = site_limits();
	struct site s;
	struct visitor deaf[DEAF], v;

	(void)state;
	m.waiting_max = 2 * (size_t)SITE_BIG_BYTES;
	site_open(&s, "127.0.0.1:0", &m);
	for (size_t i = 0; i < DEAF; i++) {
		visitor_come(&deaf[i], &s);
		visitor_say(&deaf[i], "GET /big HTTP/1.1\r\n" HOST "\r\n");
		site_run_until(&s, &s.heard, (unsigned)i + 1);
	}
	site_run(&s, 50);
	assert_in_range(httpd_stats(s.httpd).cut, 2, DEAF - 2);
	assert_int_equal(httpd_stats(s.httpd).connections,
	    DEAF - httpd_stats(s.httpd).cut);
	/* Who does take it has all of it. */
	visitor_come(&v, &s);
	visitor_say(&v,
	    "GET /big HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n");
	visitor_wait_end(&v);
	assert_true(text_len(&v.got) > SITE_BIG_BYTES);
	visitor_go(&v);
	for (size_t i = 0; i < DEAF; i++)
		visitor_go(&deaf[i]);
	site_close(&s);
}

/* What is sent while nobody listens does not pile up. */
static void
one_that_talks_into_a_stream_is_cut(void **state)
{
	static char talk[65536];
	const struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;

	(void)state;
	memset(talk, 'a', sizeof(talk));
	site_open(&s, "127.0.0.1:0", &m);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /stream HTTP/1.1\r\n" HOST "\r\n");
	visitor_wait_for(&v, "event-stream");
	for (int i = 0; i < 100 && s.gone == 0; i++) {
		(void)send(v.fd, talk, sizeof(talk), MSG_NOSIGNAL);
		site_run(&s, 1);
	}
	assert_int_equal(s.gone, 1);
	visitor_go(&v);
	/* A line of a chunk without an end. */
	visitor_come(&v, &s);
	visitor_say(&v,
	    "POST /echo HTTP/1.1\r\n" HOST
	    "Transfer-Encoding: chunked\r\n\r\n");
	for (int i = 0; i < 100 && httpd_stats(s.httpd).cut == 1; i++) {
		(void)send(v.fd, talk, sizeof(talk), MSG_NOSIGNAL);
		site_run(&s, 1);
	}
	assert_int_equal(httpd_stats(s.httpd).cut, 2);
	visitor_go(&v);
	site_close(&s);
}

static void
turns_are_measured_and_the_loop_goes_on(void **state)
{
	const struct httpd_limits m = site_limits();
	struct site s;
	struct visitor v;

	(void)state;
	site_open(&s, "127.0.0.1:0", &m);
	(void)loop_longest_turn(s.loop);
	visitor_come(&v, &s);
	visitor_say(&v, "GET /busy HTTP/1.1\r\n" HOST "\r\n");
	/* There is nothing else to wait for. */
	loop_run(s.loop);
	assert_int_equal(s.heard, 1);
	assert_in_range(loop_longest_turn(s.loop), SITE_BUSY_MS, VISITOR_MS);
	visitor_go(&v);
	site_close(&s);
}

int
main(void)
{
	const struct CMUnitTest tests[] =
	    {cmocka_unit_test(a_slow_request_is_cut_at_its_deadline),
		cmocka_unit_test(an_idle_connection_ends),
		cmocka_unit_test(half_a_request_behind_another_is_cut),
		cmocka_unit_test(the_handler_may_take_its_time),
		cmocka_unit_test(one_that_does_not_read_is_cut),
		cmocka_unit_test(no_more_connections_than_there_may_be),
		cmocka_unit_test(no_address_has_all_connections),
		cmocka_unit_test(without_descriptors_it_waits),
		cmocka_unit_test(one_that_is_gone_is_answered_in_vain),
		cmocka_unit_test(it_may_end_at_any_time),
		cmocka_unit_test(events_are_sent_as_they_come),
		cmocka_unit_test(a_stream_tells_once_that_its_client_is_gone),
		cmocka_unit_test(a_stream_that_nobody_reads_is_dropped),
		cmocka_unit_test(answers_that_nobody_takes_are_bounded),
		cmocka_unit_test(one_that_talks_into_a_stream_is_cut),
		cmocka_unit_test(turns_are_measured_and_the_loop_goes_on)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
