/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "io/resolve_record.h"
#include "scripts.h"

struct recorder {
	struct loop *loop;
};

struct record_asking {
	struct timer *timer;
	struct record_answer answer;
	recorded_fn *fn;
	void *arg;
};

struct recorder *
recorder_new(struct loop *l)
{
	struct recorder *r = mem_zalloc(sizeof(*r));

	r->loop = l;
	return r;
}

void
recorder_free(struct recorder *r)
{
	mem_free(r);
}

void
record_cancel(struct record_asking *h)
{
	timer_free(h->timer);
	mem_free(h);
}

static void
on_timer(void *arg)
{
	struct record_asking *h = arg;

	h->fn(h->arg, &h->answer);
	record_cancel(h);
}

struct record_asking *
record_ask(struct recorder *r, const char *name, const struct dns_question *q,
    span_ms timeout, recorded_fn *fn, void *arg)
{
	struct record_asking *h = mem_zalloc(sizeof(*h));
	struct loop *l = r->loop;
	span_ms delay = 1;

	h->timer = timer_new(l, on_timer, h);
	h->fn = fn;
	h->arg = arg;
	h->answer = (struct record_answer){.text = "192.0.2.1\n",
	    .count = 1,
	    .answered = true};
	if (loop_sim_scripts(l)->record != NULL)
		loop_sim_scripts(l)->record(loop_sim_scripts(l)->arg, name, q,
		    &h->answer, &delay);
	if (delay > timeout) {
		delay = timeout;
		h->answer = (struct record_answer){.reason = REASON_TIMEOUT_DNS,
		    .text = ""};
	}
	h->answer.took_us = (uint32_t)delay * 1000;
	timer_arm(h->timer, delay);
	return h;
}
