/* SPDX-License-Identifier: MIT */
#include "visitor.h"

#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/listen.h"

enum { GOT_BYTES = 1 << 24, STEP_MS = 5 };

struct httpd_limits
site_limits(void)
{
	return (struct httpd_limits){.connections_max = 100,
	    .streams_max = 10,
	    .headers_max = 16384,
	    .body_max = 4096,
	    .backlog_max = 1 << 20,
	    .request_ms = VISITOR_MS,
	    .write_ms = VISITOR_MS,
	    .idle_ms = VISITOR_MS};
}

static void
on_gone(void *arg)
{
	struct site_stream *ended = arg;
	struct site *s = ended->site;

	ended->stream = NULL;
	s->gone++;
	if (s->end_when_gone) {
		httpd_free(s->httpd);
		s->httpd = NULL;
	}
}

/* Those that are too many are answered at once. */
static void
hold(struct site *s, struct http_exchange *x)
{
	size_t i = 0;

	while (i < SITE_HELD_MAX && s->held[i] != NULL)
		i++;
	if (i == SITE_HELD_MAX)
		http_reply(x, &(struct http_answer){.code = 500});
	else
		s->held[i] = x;
}

static void
stream(struct site *s, struct http_exchange *x)
{
	size_t i = 0;

	while (s->streams[i].stream != NULL)
		i++;
	assert_true(i < SITE_HELD_MAX);
	s->streams[i].site = s;
	s->streams[i].stream = http_stream_open(x,
	    "text/event-stream; charset=utf-8", on_gone, &s->streams[i]);
}

static void
answer_page(const struct http_request *r)
{
	struct http_answer a = {.code = 200,
	    .type = "text/plain",
	    .etag = "v1"};
	char *big = NULL, client[INET_ADDRSTRLEN];

	if (strcmp(r->path, "/hello") == 0) {
		a.body = "hello\n";
	} else if (strcmp(r->path, "/client") == 0) {
		a.body = inet_ntop(AF_INET, r->client, client, sizeof(client));
	} else if (strcmp(r->path, "/echo") == 0) {
		a.body = r->body;
		a.size = r->body_size;
	} else if (strcmp(r->path, "/param") == 0) {
		a.body = http_param(r, "q");
		a.shared = true;
	} else if (strcmp(r->path, "/head") == 0) {
		a.body = http_header(r, "X-Word");
		a.cache = "max-age=60";
	} else if (strcmp(r->path, "/big") == 0) {
		big = mem_zalloc(SITE_BIG_BYTES);
		a.body = big;
		a.size = SITE_BIG_BYTES;
	} else if (strcmp(r->path, "/move") == 0) {
		a = (struct http_answer){.code = 303,
		    .location = "/hello\r\nX-Forged: yes"};
	} else {
		a = (struct http_answer){.code = 404,
		    .type = "text/plain",
		    .body = "none\n"};
	}
	if (a.body != NULL && a.size == 0)
		a.size = strlen(a.body);
	http_reply(r->exchange, &a);
	mem_free(big);
}

static void
be_busy(const struct site *s)
{
	int64_t end = loop_micros(s->loop) + (int64_t)SITE_BUSY_MS * 1000;

	while (loop_micros(s->loop) < end)
		continue;
	loop_stop(s->loop);
}

static void
on_request(void *arg, const struct http_request *r)
{
	struct site *s = arg;

	s->heard++;
	(void)snprintf(s->last, sizeof(s->last), "%s", r->path);
	if (strcmp(r->path, "/later") == 0) {
		hold(s, r->exchange);
	} else if (strcmp(r->path, "/stream") == 0) {
		stream(s, r->exchange);
	} else if (strcmp(r->path, "/end") == 0) {
		httpd_free(s->httpd);
		s->httpd = NULL;
	} else {
		if (strcmp(r->path, "/busy") == 0)
			be_busy(s);
		answer_page(r);
	}
}

void
site_answer(struct site *s, size_t i)
{
	static const struct http_answer late = {.code = 200,
	    .type = "text/plain",
	    .body = "late\n",
	    .size = 5};

	assert_non_null(s->held[i]);
	http_reply(s->held[i], &late);
	s->held[i] = NULL;
}

void
site_open(struct site *s, const char *where, const struct httpd_limits *m)
{
	char address[LISTEN_ADDRESS_BYTES];
	struct fail f = {.why = ""};
	int fd = -1;

	*s = (struct site){.loop = loop_new(NULL)};
	if (listen_open(where, &fd, &f) != OK)
		fail_msg("%s", f.why);
	listen_address(fd, address, sizeof(address));
	if (strncmp(address, "unix:", 5) == 0)
		(void)snprintf(s->path, sizeof(s->path), "%.100s", address + 5);
	else
		s->port =
		    (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
	s->httpd = httpd_new(s->loop, fd, m, on_request, s, &f);
	assert_non_null(s->httpd);
}

void
site_close(struct site *s)
{
	httpd_free(s->httpd);
	loop_free(s->loop);
}

static void
on_stop(void *arg)
{
	loop_stop(arg);
}

void
site_run(struct site *s, span_ms ms)
{
	struct timer *t = timer_new(s->loop, on_stop, s->loop);

	timer_arm(t, ms);
	loop_run(s->loop);
	timer_free(t);
}

void
site_run_until(struct site *s, const unsigned *what, unsigned n)
{
	for (span_ms ms = 0; *what < n && ms < VISITOR_MS; ms += STEP_MS)
		site_run(s, STEP_MS);
	assert_true(*what >= n);
}

static bool
is_satisfied(const struct visitor *v)
{
	return v->ended ||
	    (v->pattern != NULL &&
		strstr(text_str(&v->got), v->pattern) != NULL);
}

static void
on_bytes(void *arg, int events)
{
	struct visitor *v = arg;
	char buf[65536];
	ssize_t n = recv(v->fd, buf, sizeof(buf), 0);

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n <= 0) {
		v->ended = true;
		watch_disarm(v->watch);
	} else {
		text_add_n(&v->got, buf, (size_t)n);
	}
	if (is_satisfied(v))
		loop_stop(v->site->loop);
}

void
visitor_come(struct visitor *v, struct site *s)
{
	struct sockaddr_un un = {.sun_family = AF_UNIX};
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(s->port)};
	bool file = s->path[0] != '\0';
	int rc;

	*v = (struct visitor){.site = s};
	v->fd = socket(file ? AF_UNIX : AF_INET,
	    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	assert_true(v->fd >= 0);
	(void)snprintf(un.sun_path, sizeof(un.sun_path), "%s", s->path);
	rc = file ? connect(v->fd, (struct sockaddr *)&un, sizeof(un))
		  : connect(v->fd, (struct sockaddr *)&in, sizeof(in));
	assert_true(rc == 0 || errno == EINPROGRESS);
	text_init(&v->got, GOT_BYTES);
	v->watch = watch_new(s->loop, v->fd, on_bytes, v);
}

void
visitor_go(struct visitor *v)
{
	watch_free(v->watch);
	text_done(&v->got);
	(void)close(v->fd);
}

void
visitor_say_n(struct visitor *v, const char *bytes, size_t n)
{
	ssize_t sent = send(v->fd, bytes, n, MSG_NOSIGNAL);

	assert_true(
	    sent == (ssize_t)n || errno == EPIPE || errno == ECONNRESET);
}

void
visitor_say(struct visitor *v, const char *bytes)
{
	visitor_say_n(v, bytes, strlen(bytes));
}

static void
listen_to(struct visitor *v, const char *pattern)
{
	struct timer *t = timer_new(v->site->loop, on_stop, v->site->loop);

	v->pattern = pattern;
	if (!is_satisfied(v)) {
		timer_arm(t, VISITOR_MS);
		watch_arm(v->watch, WATCH_READ);
		loop_run(v->site->loop);
		watch_disarm(v->watch);
	}
	timer_free(t);
	if (!is_satisfied(v))
		fail_msg("in vain: %s, for %s", text_str(&v->got),
		    pattern != NULL ? pattern : "the end");
}

void
visitor_wait_for(struct visitor *v, const char *pattern)
{
	listen_to(v, pattern);
	if (strstr(text_str(&v->got), pattern) == NULL)
		fail_msg("no %s in: %s", pattern, text_str(&v->got));
}

void
visitor_wait_end(struct visitor *v)
{
	listen_to(v, NULL);
}

void
visitor_forget(struct visitor *v)
{
	text_reset(&v->got);
}

void
visit(struct site *s, const char *bytes, int code, const char *pattern)
{
	struct visitor v;
	char first[32];
	int error = 0;
	socklen_t n = sizeof(error);

	visitor_come(&v, s);
	visitor_say(&v, bytes);
	visitor_wait_end(&v);
	/* A reset behind the end would take the answer from slower clients. */
	site_run(s, 2);
	assert_int_equal(getsockopt(v.fd, SOL_SOCKET, SO_ERROR, &error, &n), 0);
	assert_int_equal(error, 0);
	(void)snprintf(first, sizeof(first), "HTTP/1.1 %d ", code);
	if (strncmp(text_str(&v.got), first, strlen(first)) != 0 ||
	    strstr(text_str(&v.got), pattern) == NULL)
		fail_msg("%s\n... should be %d with %s, was\n%s", bytes, code,
		    pattern, text_str(&v.got));
	visitor_go(&v);
}
