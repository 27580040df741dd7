/* SPDX-License-Identifier: MIT */
#include "httpd_ends.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/listen.h"
#include "visitor.h"

enum { SETTLE_MS = 30, FIELD_BYTES = 256, FIELDS = 6, SAID_BYTES = 8192 };

struct asker {
	struct site site; /* only what a visitor needs */
	struct visitor visitor;
	char fields[FIELDS][FIELD_BYTES];
	char body[SAID_BYTES];
};

/* One server at a time, as its port is known here alone. */
static uint16_t port;

struct httpd *
httpd_ends_open(struct loop *l, const struct httpd_limits *m, httpd_fn *fn,
    void *arg)
{
	char address[LISTEN_ADDRESS_BYTES];
	int fd = -1;

	assert_int_equal(listen_open("127.0.0.1:0", &fd, NULL), OK);
	listen_address(fd, address, sizeof(address));
	port = (uint16_t)strtoul(strrchr(address, ':') + 1, NULL, 10);
	return httpd_new(l, fd, m, fn, arg, NULL);
}

static bool
has_host(const char *const *headers)
{
	for (size_t i = 0; headers != NULL && headers[i] != NULL; i++)
		if (strncmp(headers[i], "Host:", 5) == 0)
			return true;
	return false;
}

struct asker *
httpd_ends_ask(struct httpd *h, struct loop *l,
    const struct httpd_sim_request *q)
{
	struct asker *a = mem_zalloc(sizeof(*a));
	const char *method = q->method != NULL ? q->method : "GET";
	struct text t;

	(void)h;
	a->site = (struct site){.loop = l, .port = port};
	visitor_come(&a->visitor, &a->site);
	text_init(&t, SAID_BYTES);
	text_printf(&t, "%s %s HTTP/1.1\r\n", method, q->target);
	if (!has_host(q->headers))
		text_add(&t, "Host: localhost\r\n");
	for (size_t i = 0; q->headers != NULL && q->headers[i] != NULL; i++)
		text_printf(&t, "%s\r\n", q->headers[i]);
	if (q->body != NULL || strcmp(method, "POST") == 0)
		text_printf(&t, "Content-Length: %zu\r\n", q->body_size);
	text_add(&t, "Connection: close\r\n\r\n");
	if (q->body != NULL)
		text_add_n(&t, q->body, q->body_size);
	visitor_say(&a->visitor, text_str(&t));
	text_done(&t);
	return a;
}

void
httpd_ends_settle(struct loop *l)
{
	struct site s = {.loop = l};

	site_run(&s, SETTLE_MS);
}

/* The value of the field, or NULL. */
static const char *
field(struct asker *a, size_t i, const char *name)
{
	const char *at = strstr(text_str(&a->visitor.got), name);

	if (at == NULL)
		return NULL;
	at += strlen(name);
	(void)snprintf(a->fields[i], FIELD_BYTES, "%.*s",
	    (int)strcspn(at, "\r"), at);
	return a->fields[i];
}

/* Chunks put together; those that are whole. */
static size_t
join_chunks(struct asker *a, const char *at, bool *ended)
{
	size_t n = 0;
	char *end;

	for (;;) {
		size_t size = strtoul(at, &end, 16);

		if (end == at || strlen(end) < size + 4)
			break;
		*ended = size == 0;
		if (size == 0)
			break;
		memcpy(a->body + n, end + 2, size);
		n += size;
		at = end + 2 + size + 2;
	}
	a->body[n] = '\0';
	return n;
}

struct httpd_sim_answer
httpd_ends_answer(struct asker *a)
{
	const char *got = text_str(&a->visitor.got);
	const char *blank = strstr(got, "\r\n\r\n");
	struct httpd_sim_answer said = {0};

	if (blank == NULL)
		return said;
	said.code = (int)strtol(got + strlen("HTTP/1.1 "), NULL, 10);
	said.type = field(a, 0, "\r\nContent-Type: ");
	said.cache = field(a, 1, "\r\nCache-Control: ");
	said.location = field(a, 2, "\r\nLocation: ");
	said.allow = field(a, 3, "\r\nAllow: ");
	said.etag = field(a, 4, "\r\nETag: \"");
	a->fields[4][strcspn(a->fields[4], "\"")] = '\0';
	said.shared = strstr(got, "Policy: cross-origin\r\n") != NULL;
	said.packed = strstr(got, "Content-Encoding: gzip\r\n") != NULL;
	said.varies = strstr(got, "Vary: Accept-Encoding\r\n") != NULL;
	said.stream = strstr(got, "Transfer-Encoding: chunked\r\n") != NULL;
	said.ended = a->visitor.ended;
	said.body = blank + 4;
	said.size = strlen(said.body);
	if (said.stream) {
		said.size = join_chunks(a, blank + 4, &said.ended);
		said.body = a->body;
	}
	return said;
}

void
httpd_ends_wait(struct asker *a, size_t body_bytes)
{
	visitor_wait_for(&a->visitor, "\r\n\r\n");
	for (int i = 0; i < VISITOR_MS / SETTLE_MS; i++) {
		struct httpd_sim_answer said = httpd_ends_answer(a);

		if (said.ended || (said.stream && said.size >= body_bytes))
			return;
		watch_arm(a->visitor.watch, WATCH_READ);
		httpd_ends_settle(a->site.loop);
		watch_disarm(a->visitor.watch);
	}
	fail_msg("no end of: %s", text_str(&a->visitor.got));
}

void
httpd_ends_leave(struct asker *a)
{
	visitor_go(&a->visitor);
	mem_free(a);
}
