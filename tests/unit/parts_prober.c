/* SPDX-License-Identifier: MIT */
#include "parts_prober.h"

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

/* ---- the doors, played ---- */

/* The doors have no argument of their own: the stage that is open. */
static struct stage *stage;

struct resolver {
	struct loop *loop;
};

struct resolution {
	struct timer *timer;
	char name[64];
	resolved_fn *fn;
	void *arg;
};

static const struct name {
	const char *name, *addresses[4];
} names[] = {
    {"one.example", {"203.0.113.1", NULL}},
    {"other.example", {"203.0.113.2", NULL}},
    {"two.example", {"203.0.113.7", "203.0.113.8"}},
    {"six.example", {"2001:db8::6", "203.0.113.6"}},
    {"three.example", {"203.0.113.33", "203.0.113.31", "203.0.113.32"}},
    {"mixed.example", {"203.0.113.31", "169.254.1.1"}},
    {"inside.example", {"169.254.1.1", NULL}},
};

static void
on_resolution(void *arg)
{
	struct resolution *n = arg;
	struct address a[4];
	struct resolved r = {.reason = REASON_DNS_NXDOMAIN,
	    .addresses = a,
	    .took_us = 1000};

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (strcmp(n->name, names[i].name) != 0)
			continue;
		r.reason = REASON_OK;
		while (r.count < 4 && names[i].addresses[r.count] != NULL)
			r.count++;
		/* In another order each time, as name servers do. */
		for (size_t k = 0; k < r.count; k++)
			assert_true(address_parse(names[i].addresses[k],
			    &a[(k + stage->turns) % r.count]));
		stage->turns += r.count > 2 ? 1 : 0;
	}
	if (address_parse(n->name, &a[0])) {
		r.reason = REASON_OK;
		r.count = 1;
		r.took_us = 0;
	}
	n->fn(n->arg, &r);
	resolve_cancel(n);
}

struct resolver *
resolver_new(struct loop *l, struct fail *f)
{
	struct resolver *r = mem_zalloc(sizeof(*r));

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
	struct resolution *n = mem_zalloc(sizeof(*n));

	(void)family;
	assert_true(timeout > 0);
	(void)snprintf(n->name, sizeof(n->name), "%s", name);
	n->fn = fn;
	n->arg = arg;
	n->timer = timer_new(r->loop, on_resolution, n);
	timer_arm(n->timer, 1);
	return n;
}

void
resolve_cancel(struct resolution *n)
{
	timer_free(n->timer);
	mem_free(n);
}

struct fetcher {
	struct loop *loop;
};

struct fetch {
	struct timer *timer;
	struct answer answer;
	struct address peer;
	span_ms after;
	fetched_fn *fn;
	void *arg;
};

struct fetcher *
fetcher_new(struct loop *l, const struct fetch_limits *limits, struct fail *f)
{
	struct fetcher *x = mem_zalloc(sizeof(*x));

	(void)f;
	assert_string_equal(limits->user_agent, "Vigie/test");
	x->loop = l;
	return x;
}

void
fetcher_free(struct fetcher *x)
{
	mem_free(x);
}

static void
on_answer(void *arg)
{
	struct fetch *h = arg;
	const struct answer *a = &h->answer;
	struct fetch_header header = {a->header, a->value};
	struct fetch_result r = {.reason = a->reason,
	    .code = a->code,
	    .connect_us = a->reason == REASON_OK ? 1000 : 0,
	    .wait_us = (uint32_t)(h->after * 1000) -
		(a->reason == REASON_OK ? 1000 : 0),
	    .total_us = (uint32_t)(h->after * 1000),
	    .headers = &header,
	    .header_count = a->header != NULL ? 1 : 0,
	    .body = (const unsigned char *)a->body,
	    .body_size = a->body != NULL ? strlen(a->body) : 0,
	    .cert_not_after = a->cert_not_after,
	    .peer = h->peer};

	h->fn(h->arg, &r);
	fetch_cancel(h);
}

static void
note(struct asked *q, const struct fetch_request *r)
{
	if (r->address != NULL)
		(void)address_format(r->address, q->address);
	(void)snprintf(q->url, sizeof(q->url), "%s", r->url);
	(void)snprintf(q->header, sizeof(q->header), "%s",
	    r->headers != NULL && r->headers[0] != NULL ? r->headers[0] : "");
	(void)snprintf(q->userinfo, sizeof(q->userinfo), "%s",
	    r->userinfo != NULL ? r->userinfo : "");
	(void)snprintf(q->bearer, sizeof(q->bearer), "%s",
	    r->bearer != NULL ? r->bearer : "");
	(void)snprintf(q->body, sizeof(q->body), "%.*s", (int)r->body_size,
	    r->body != NULL ? (const char *)r->body : "");
	(void)snprintf(q->method, sizeof(q->method), "%s",
	    r->method != NULL ? r->method : "GET");
	q->timeout = r->timeout;
	q->connect_timeout = r->connect_timeout;
	q->want_certificate = r->want_certificate;
}

void
fetcher_renew(struct fetcher *x)
{
	(void)x;
}

struct fetch *
fetch_start(struct fetcher *x, const struct fetch_request *r, fetched_fn *fn,
    void *arg)
{
	struct fetch *h = mem_zalloc(sizeof(*h));
	struct asked q = {.url = ""};

	note(&q, r);
	if (stage->asked_count < ASKED_MAX)
		stage->asked[stage->asked_count] = q;
	stage->asked_count++;
	h->answer = (struct answer){.code = r->handshake_only ? 0 : 200,
	    .after = 20,
	    .body = ""};
	if (stage->answer != NULL)
		stage->answer(stage, &q, &h->answer);
	if (r->address != NULL)
		h->peer = *r->address;
	h->after = h->answer.after;
	if (h->answer.reason == REASON_TIMEOUT)
		h->after = r->timeout;
	else if (h->answer.reason == REASON_TIMEOUT_CONNECT)
		h->after = r->connect_timeout;
	h->fn = fn;
	h->arg = arg;
	h->timer = timer_new(x->loop, on_answer, h);
	timer_arm(h->timer, h->after);
	return h;
}

void
fetch_cancel(struct fetch *h)
{
	timer_free(h->timer);
	mem_free(h);
}

struct dialer {
	struct loop *loop;
};

struct dial {
	struct timer *timer;
	dialled_fn *fn;
	void *arg;
};

struct dialer *
dialer_new(struct loop *l)
{
	struct dialer *d = mem_zalloc(sizeof(*d));

	d->loop = l;
	return d;
}

void
dialer_free(struct dialer *d)
{
	mem_free(d);
}

static void
on_dial(void *arg)
{
	struct dial *h = arg;

	h->fn(h->arg, stage->dialled, 5000);
	dial_cancel(h);
}

struct dial *
dial_start(struct dialer *d, const struct address *a, uint16_t port,
    span_ms timeout, dialled_fn *fn, void *arg)
{
	struct dial *h = mem_zalloc(sizeof(*h));

	assert_true(a->family != FAMILY_ANY && port > 0 && timeout > 5);
	stage->dialled_count++;
	h->fn = fn;
	h->arg = arg;
	h->timer = timer_new(d->loop, on_dial, h);
	timer_arm(h->timer, 5);
	return h;
}

void
dial_cancel(struct dial *h)
{
	timer_free(h->timer);
	mem_free(h);
}

/* ---- the keeper ---- */

static void
hear_samples(struct stage *s, struct bytes_in *i)
{
	uint32_t n = bytes_get_u32(i);
	wall_ms upto = bytes_get_i64(i), now = loop_now(s->loop);

	assert_true(upto >= s->upto);
	assert_true(upto < now);
	for (uint32_t k = 0; k < n; k++) {
		struct probed p;

		probed_get(i, &p);
		assert_true(i->ok);
		/* What was said to be complete stays complete. */
		assert_true(sample_evidence(&p.sample) > s->upto);
		if (s->heard_count < HEARD_MAX)
			s->heard[s->heard_count] = p;
		s->heard_count++;
	}
	assert_true(bytes_in_done(i));
	if (s->batch_at != 0 && now - s->batch_at > s->longest_silence)
		s->longest_silence = now - s->batch_at;
	s->batch_at = now;
	s->upto = upto;
}

static void
hear_stats(struct stage *s, struct bytes_in *i)
{
	struct prober_stats one;

	assert_true(stats_get(i, &one));
	s->stats.probes += one.probes;
	s->stats.skipped += one.skipped;
	s->stats.dropped += one.dropped;
	s->stats.redirects_blocked += one.redirects_blocked;
	s->stats.late_p99_us = one.late_p99_us;
	if (one.in_flight > s->in_flight_most)
		s->in_flight_most = one.in_flight;
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct stage *s = arg;
	struct bytes_in i;
	struct excerpt x;

	bytes_in_init(&i, f->body, f->size);
	switch (f->type) {
	case MSG_READY:
		s->ready = true;
		break;
	case MSG_SAMPLES:
		hear_samples(s, &i);
		break;
	case MSG_STATS:
		hear_stats(s, &i);
		break;
	case MSG_EXCERPT:
		assert_true(excerpt_get(&i, &x));
		if (s->excerpt_count < EXCERPTS_MAX)
			s->excerpts[s->excerpt_count++] = x;
		else
			excerpt_done(&x);
		break;
	default:
		fail_msg("message of type %u", f->type);
	}
}

static void
on_end(void *arg, const char *why)
{
	struct stage *s = arg;

	(void)why;
	s->keeper_ended = true;
}

void
stage_send(struct stage *s, enum message_type type,
    const struct bytes_out *body)
{
	assert_int_equal(channel_send(s->ends[0], (uint16_t)type,
			     body != NULL ? body->buf : NULL,
			     body != NULL ? body->len : 0),
	    OK);
}

struct stage *
stage_new(void)
{
	struct stage *s = mem_zalloc(sizeof(*s));
	struct channel_events keeper = {.on_frame = on_frame,
	    .on_end = on_end,
	    .arg = s};
	struct channel_events ev;
	char agent[] = "Vigie/test", instance[] = "test";
	struct hello hello = {LOOP_SIM_START, agent, instance};
	unsigned char buf[256];
	struct bytes_out o;

	stage = s;
	s->loop = loop_sim_new(LOOP_SIM_START - DAY_MS);
	s->prober = prober_new(s->loop, 1024);
	ev = prober_events(s->prober);
	channel_sim_pair(s->loop, &keeper, &ev, s->ends);
	prober_attach(s->prober, s->ends[1]);
	bytes_out_init(&o, buf, sizeof(buf));
	hello_put(&o, &hello);
	stage_send(s, MSG_HELLO, &o);
	loop_sim_run_until(s->loop, loop_now(s->loop));
	assert_true(s->ready);
	assert_int_equal(loop_now(s->loop), LOOP_SIM_START);
	return s;
}

void
stage_free(struct stage *s)
{
	prober_free(s->prober);
	channel_free(s->ends[0]);
	channel_free(s->ends[1]);
	loop_free(s->loop);
	for (size_t i = 0; i < s->excerpt_count; i++)
		excerpt_done(&s->excerpts[i]);
	mem_free(s);
	stage = NULL;
}

struct target
stage_target(uint32_t slot, const char *id, const char *url)
{
	return (struct target){.slot = slot,
	    .generation = 1,
	    .kind = target_kind_of(url),
	    .id = mem_dup(id),
	    .url = mem_dup(url),
	    .interval = MINUTE_MS,
	    .timeout = (span_ms)10 * SECOND_MS,
	    .ladder = true,
	    .redirects = 3};
}

void
stage_watch(struct stage *s, struct target *t, const int *fds, size_t n)
{
	unsigned char buf[4096];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof(buf));
	target_put(&o, t);
	assert_true(o.ok);
	assert_int_equal(channel_send_fds(s->ends[0], MSG_TARGET, buf, o.len,
			     fds, n),
	    OK);
	stage_send(s, MSG_TARGETS_DONE, NULL);
	target_done(t);
}

void
stage_run(struct stage *s, span_ms ms)
{
	loop_sim_run_until(s->loop, loop_now(s->loop) + ms);
}

const struct sample *
stage_last(const struct stage *s, size_t i)
{
	assert_true(i < s->heard_count && s->heard_count <= HEARD_MAX);
	return &s->heard[s->heard_count - 1 - i].sample;
}
