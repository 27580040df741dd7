/* SPDX-License-Identifier: MIT */
/*
 * Visitors by chance: whole requests, parts of them, nonsense, ends in the
 * middle, late answers and streams.  Whatever they do, it serves on, and
 * nothing of them is left.  VIGIE_SEED repeats a run.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "base/clock.h"
#include "dice.h"
#include "visitor.h"

#define HOST "Host: localhost\r\n"

enum { VISITORS = 24, STEPS = 6000, SHORT_MS = 40 };

static const char *const words[] = {
    "GET /hello HTTP/1.1\r\n" HOST "\r\n",
    "GET /later HTTP/1.1\r\n" HOST "\r\n",
    "GET /stream HTTP/1.1\r\n" HOST "\r\n",
    "GET /big HTTP/1.1\r\n" HOST "\r\n",
    "GET /stream HTTP/1.0\r\n\r\n",
    "HEAD /hello HTTP/1.1\r\n" HOST "\r\n",
    "HEAD /stream HTTP/1.1\r\n" HOST "\r\n",
    "GET /nowhere HTTP/1.1\r\n" HOST "\r\n",
    "GET /hello HTTP/1.1\r\nHost: evil\r\n\r\n",
    "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n",
    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 4\r\n\r\nbody",
    "POST /echo HTTP/1.1\r\n" HOST "Content-Length: 99999\r\n\r\n",
    "POST /later HTTP/1.1\r\n" HOST "Expect: 100-continue\r\n"
    "Content-Length: 4\r\n\r\n",
    "POST /echo HTTP/1.1\r\n" HOST "Transfer-Encoding: chunked\r\n\r\n",
    "4\r\nbody\r\n0\r\n\r\n",
    "OPTIONS * HTTP/1.1\r\n" HOST "\r\n",
    "CONNECT a:1 HTTP/1.1\r\n" HOST "\r\n",
    "\r\n\r\n",
    "nonsense",
    "body",
};

struct storm {
	struct site site;
	uint64_t dice;
	struct visitor visitors[VISITORS];
	bool here[VISITORS];
};

static size_t
roll(struct storm *t, size_t n)
{
	return (size_t)(dice_next(&t->dice) % n);
}

static void
speak(struct storm *t, struct visitor *v)
{
	const char *word = words[roll(t, sizeof(words) / sizeof(words[0]))];
	size_t n = strlen(word);

	if (roll(t, 4) == 0)
		n = 1 + roll(t, n);
	(void)send(v->fd, word, n, MSG_NOSIGNAL);
}

static void
leave(struct storm *t, size_t i)
{
	const struct linger at_once = {.l_onoff = 1};

	if (roll(t, 2) == 0)
		(void)setsockopt(t->visitors[i].fd, SOL_SOCKET, SO_LINGER,
		    &at_once, sizeof(at_once));
	visitor_go(&t->visitors[i]);
	t->here[i] = false;
}

static void
act(struct storm *t)
{
	size_t i = roll(t, VISITORS);
	struct visitor *v = &t->visitors[i];

	if (!t->here[i]) {
		visitor_come(v, &t->site);
		watch_arm(v->watch, WATCH_READ);
		t->here[i] = true;
		return;
	}
	if (v->ended) {
		leave(t, i);
		return;
	}
	switch (roll(t, 10)) {
	case 0:
		leave(t, i);
		break;
	case 1:
		(void)shutdown(v->fd, SHUT_WR);
		break;
	case 2:
		watch_disarm(v->watch);
		break;
	case 3:
		watch_arm(v->watch, WATCH_READ);
		break;
	default:
		speak(t, v);
		break;
	}
}

static void
serve(struct storm *t)
{
	static char event[10000];
	size_t i = roll(t, SITE_HELD_MAX);
	struct http_stream *s = t->site.streams[i].stream;

	if (t->site.held[i] != NULL && roll(t, 4) == 0)
		site_answer(&t->site, i);
	if (s == NULL)
		return;
	if (roll(t, 8) != 0) {
		http_stream_send(s, event, 1 + roll(t, sizeof(event)));
		return;
	}
	t->site.streams[i].stream = NULL;
	http_stream_close(s);
}

static void
calm_down(struct storm *t)
{
	for (size_t i = 0; i < VISITORS; i++)
		if (t->here[i])
			leave(t, i);
	for (int n = 0;
	     n < VISITOR_MS / 10 && httpd_stats(t->site.httpd).connections > 0;
	     n++) {
		/* One that is gone may have asked for more before. */
		for (size_t i = 0; i < SITE_HELD_MAX; i++)
			if (t->site.held[i] != NULL)
				site_answer(&t->site, i);
		site_run(&t->site, 10);
	}
	assert_int_equal(httpd_stats(t->site.httpd).connections, 0);
	assert_int_equal(httpd_stats(t->site.httpd).streams, 0);
}

static void
it_serves_on(void **state)
{
	static struct storm t;
	struct httpd_limits m = site_limits();
	uint64_t seed = dice_number("VIGIE_SEED", 1);

	(void)state;
	print_message("VIGIE_SEED=%" PRIu64 "\n", seed);
	m.connections_max = VISITORS - 4;
	m.streams_max = 4;
	m.backlog_max = 65536;
	m.request_ms = m.write_ms = m.idle_ms = SHORT_MS;
	t.dice = seed;
	site_open(&t.site, "127.0.0.1:0", &m);
	for (unsigned step = 0; step < STEPS; step++) {
		act(&t);
		serve(&t);
		if (roll(&t, 4) != 0)
			site_run(&t.site, roll(&t, 8) == 0);
	}
	calm_down(&t);
	visit(&t.site,
	    "GET /hello HTTP/1.1\r\n" HOST "Connection: close\r\n\r\n", 200,
	    "hello");
	print_message("%" PRIu64 " heard, %" PRIu64 " refused, %" PRIu64
		      " cut, %u gone\n",
	    httpd_stats(t.site.httpd).requests,
	    httpd_stats(t.site.httpd).refused, httpd_stats(t.site.httpd).cut,
	    t.site.gone);
	/* And once more, ended in the middle. */
	for (unsigned step = 0; step < STEPS / 10; step++) {
		act(&t);
		if (roll(&t, 4) == 0)
			site_run(&t.site, 0);
	}
	httpd_free(t.site.httpd);
	t.site.httpd = NULL;
	for (size_t i = 0; i < VISITORS; i++)
		if (t.here[i])
			visitor_go(&t.visitors[i]);
	site_close(&t.site);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(it_serves_on)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
