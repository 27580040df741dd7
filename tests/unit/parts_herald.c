/* SPDX-License-Identifier: MIT */
#include "parts_herald.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/webhook.h"
#include "wire/receiver.h"

/* ---- the doors, played ---- */

struct resolver {
	struct loop *loop;
};

struct resolution {
	struct timer *timer;
	char name[64];
	resolved_fn *fn;
	void *arg;
};

struct address
address(const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return a;
}

static void
on_resolution(void *arg)
{
	struct resolution *n = arg;
	struct address a[2] = {address("203.0.113.7"), address("203.0.113.8")};
	struct resolved r = {.reason = REASON_OK, .addresses = a, .count = 1};

	if (strcmp(n->name, "none.example") == 0)
		r = (struct resolved){.reason = REASON_DNS_NXDOMAIN};
	else if (strcmp(n->name, "inside.example") == 0)
		a[0] = address("10.1.2.3");
	else if (strcmp(n->name, "two.example") == 0)
		r.count = 2;
	n->fn(n->arg, &r);
	timer_free(n->timer);
	mem_free(n);
}

struct resolver *
resolver_new(struct loop *l, struct fail *f)
{
	struct resolver *r = mem_zalloc(sizeof *r);

	(void)f;
	r->loop = l;
	return r;
}

void
resolver_free(struct resolver *r)
{
	mem_free(r);
}

struct resolution *
resolve_start(struct resolver *r, const char *name, enum family family,
    span_ms timeout, resolved_fn *fn, void *arg)
{
	struct resolution *n = mem_zalloc(sizeof *n);

	(void)family;
	(void)timeout;
	(void)snprintf(n->name, sizeof n->name, "%s", name);
	n->fn = fn;
	n->arg = arg;
	n->timer = timer_new(r->loop, on_resolution, n);
	timer_arm(n->timer, 0);
	return n;
}

void
resolve_cancel(struct resolution *n)
{
	timer_free(n->timer);
	mem_free(n);
}

/* The latest; a bench takes it. */
static struct fetcher *made;

struct fetcher *
fetcher_new(struct loop *l, const struct fetch_limits *limits, struct fail *f)
{
	(void)l;
	(void)f;
	assert_true(limits->kept_max > 0);
	made = mem_zalloc(sizeof *made);
	(void)snprintf(made->agent, sizeof made->agent, "%s",
	    limits->user_agent);
	made->max = limits->in_flight_max;
	return made;
}

void
fetcher_free(struct fetcher *x)
{
	if (x == NULL)
		return;
	assert_int_equal(x->count, 0);
	mem_free(x);
}

void
fetcher_renew(struct fetcher *x)
{
	(void)x;
}

static void
take_post(struct fetch *h, const struct fetch_request *q)
{
	assert_int_equal(q->body_size, strlen(q->body));
	(void)snprintf(h->body, sizeof h->body, "%s", (const char *)q->body);
	for (size_t i = 0; q->headers[i] != NULL && i < 4; i++)
		(void)snprintf(h->headers[i], sizeof h->headers[i], "%s",
		    q->headers[i]);
	assert_int_equal(strncmp(h->headers[1], "webhook-id: ", 12), 0);
	(void)snprintf(h->id, sizeof h->id, "%s", h->headers[1] + 12);
}

struct fetch *
fetch_start(struct fetcher *x, const struct fetch_request *q, fetched_fn *fn,
    void *arg)
{
	struct fetch *h = mem_zalloc(sizeof *h);

	assert_true(x->count < x->max && x->count < FLIGHTS_MAX);
	assert_int_equal(q->body_max, WEBHOOK_ANSWER_MAX);
	assert_true(q->timeout > 0);
	h->owner = x;
	h->fn = fn;
	h->arg = arg;
	h->address = *q->address;
	h->timeout = q->timeout;
	h->connect_timeout = q->connect_timeout;
	(void)snprintf(h->url, sizeof h->url, "%s", q->url);
	if (strcmp(q->method, "POST") == 0) {
		take_post(h, q);
	} else {
		assert_string_equal(q->method, "GET");
		assert_true(q->fresh);
		assert_null(q->headers);
		assert_null(q->body);
	}
	x->flights[x->count++] = h;
	return h;
}

static void
forget(struct fetch *h)
{
	struct fetcher *x = h->owner;
	size_t i = 0;

	while (x->flights[i] != h)
		i++;
	memmove(x->flights + i, x->flights + i + 1,
	    (x->count - i - 1) * sizeof(struct fetch *));
	x->count--;
}

void
fetch_cancel(struct fetch *h)
{
	forget(h);
	mem_free(h);
}

/* ---- the keeper, played ---- */

static void
on_answer(void *arg, const struct frame *f)
{
	struct bench *b = arg;
	struct bytes_in in;

	if (f->type == MSG_READY) {
		b->ready = true;
		return;
	}
	assert_int_equal(f->type, MSG_ATTEMPT);
	attempt_done(&b->last);
	bytes_in_init(&in, f->body, f->size);
	assert_true(attempt_get(&in, &b->last));
	assert_true(b->last.outbox < NOTICES_MAX);
	b->answers[b->last.outbox]++;
	b->answered++;
}

static void
on_end(void *arg, const char *why)
{
	(void)arg;
	(void)why;
}

void
settle(struct bench *b)
{
	loop_sim_run_until(b->loop, loop_now(b->loop) + 10);
}

static void
tell(struct bench *b, uint16_t type, const struct bytes_out *o, int fd)
{
	assert_true(o->ok);
	assert_int_equal(channel_send_fds(b->ends[0], type, o->buf, o->len, &fd,
			     fd >= 0),
	    OK);
}

static void
tell_hello(struct bench *b)
{
	unsigned char buf[200];
	struct hello h = {.now = LOOP_SIM_START,
	    .user_agent = mem_dup("Vigie/0 (+https://x)"),
	    .instance = mem_dup("a")};
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof buf);
	hello_put(&o, &h);
	tell(b, MSG_HELLO, &o, -1);
	hello_done(&h);
	settle(b);
}

static int
secret_file(const char *text)
{
	char name[] = "/tmp/vigie-secret-XXXXXX";
	int fd = mkstemp(name);

	assert_true(fd >= 0);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(write(fd, text, strlen(text)), strlen(text));
	return fd;
}

void
tell_receiver(struct bench *b, const char *id, const char *host,
    const char *secret)
{
	unsigned char buf[1000];
	char url[100];
	struct receiver r = {.id = mem_dup(id), .type = RECEIVER_WEBHOOK};
	struct bytes_out o;
	int fd = -1;

	(void)snprintf(url, sizeof url, "https://%s/hook", host);
	r.url = mem_dup(url);
	if (secret != NULL) {
		r.secret_file = mem_dup("/etc/vigie/hook.key");
		fd = secret_file(secret);
	}
	bytes_out_init(&o, buf, sizeof buf);
	receiver_put(&o, &r);
	tell(b, MSG_RECEIVER, &o, fd);
	receiver_done(&r);
	if (fd >= 0)
		(void)close(fd);
	settle(b);
}

void
tell_heartbeat(struct bench *b, const char *id, const char *host, span_ms every)
{
	unsigned char buf[1000];
	char url[100];
	struct receiver r = {.id = mem_dup(id),
	    .type = RECEIVER_HEARTBEAT,
	    .timeout = 5 * (span_ms)SECOND_MS,
	    .every = every};
	struct bytes_out o;

	(void)snprintf(url, sizeof url, "https://%s/beat", host);
	r.url = mem_dup(url);
	bytes_out_init(&o, buf, sizeof buf);
	receiver_put(&o, &r);
	tell(b, MSG_RECEIVER, &o, -1);
	receiver_done(&r);
}

void
tell_done(struct bench *b)
{
	assert_int_equal(channel_send(b->ends[0], MSG_RECEIVERS_DONE, NULL, 0),
	    OK);
	settle(b);
}

void
tell_well(struct bench *b)
{
	assert_int_equal(channel_send(b->ends[0], MSG_WELL, NULL, 0), OK);
	settle(b);
}

void
tell_remove(struct bench *b, const char *id)
{
	unsigned char buf[100];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof buf);
	bytes_put_text(&o, id);
	tell(b, MSG_RECEIVER_REMOVE, &o, -1);
	settle(b);
}

void
tell_notice(struct bench *b, uint64_t outbox, const char *to)
{
	unsigned char buf[500];
	char id[60];
	struct notice n = {.outbox = outbox,
	    .receiver = mem_dup(to),
	    .severity = SEVERITY_ERR,
	    .body = mem_dup("{\"type\":\"test\"}")};
	struct bytes_out o;

	(void)snprintf(id, sizeof id, "vg_a_%u_%s", (unsigned)outbox, to);
	n.webhook_id = mem_dup(id);
	bytes_out_init(&o, buf, sizeof buf);
	notice_put(&o, &n);
	tell(b, MSG_NOTICE, &o, -1);
	notice_done(&n);
	settle(b);
}

void
bench_open(struct bench *b)
{
	struct channel_events keeper = {.on_frame = on_answer,
	    .on_end = on_end,
	    .arg = b};
	struct channel_events herald;
	struct fail f;

	*b = (struct bench){.ready = false};
	text_init(&b->log, 1 << 20);
	b->logline = logline_capture(&b->log);
	b->loop = loop_sim_new(LOOP_SIM_START);
	b->herald = herald_new(b->loop, b->logline, &f);
	assert_non_null(b->herald);
	herald = herald_events(b->herald);
	channel_sim_pair(b->loop, &keeper, &herald, b->ends);
	herald_attach(b->herald, b->ends[1]);
	tell_hello(b);
	assert_true(b->ready);
	b->fetcher = made;
}

void
bench_close(struct bench *b)
{
	herald_free(b->herald);
	channel_free(b->ends[0]);
	channel_free(b->ends[1]);
	logline_free(b->logline);
	loop_free(b->loop);
	attempt_done(&b->last);
	text_done(&b->log);
}

void
land(struct bench *b, struct fetch *h, const struct fetch_result *r)
{
	forget(h);
	h->fn(h->arg, r);
	mem_free(h);
	settle(b);
}

void
answer(struct bench *b, struct fetch *h, uint16_t code)
{
	land(b, h, &(struct fetch_result){.reason = REASON_OK, .code = code});
}
