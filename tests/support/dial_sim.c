/* SPDX-License-Identifier: MIT */
#include "dial_sim.h"

#include <sys/queue.h>

#include "base/mem.h"
#include "scripts.h"

TAILQ_HEAD(dials, dial);

struct dialer {
	struct loop *loop;
	struct dials live;
	size_t count;
	dial_script_fn *script;
	void *arg;
};

struct dial {
	TAILQ_ENTRY(dial) node;
	struct dialer *dialer;
	struct timer *timer;
	struct dial_answer answer;
	dialled_fn *fn;
	void *arg;
};

struct dialer *
dialer_new(struct loop *l)
{
	struct dialer *d = mem_zalloc(sizeof(*d));

	d->loop = l;
	d->script = loop_sim_scripts(l)->dial;
	d->arg = loop_sim_scripts(l)->arg;
	TAILQ_INIT(&d->live);
	return d;
}

void
dialer_free(struct dialer *d)
{
	if (d == NULL)
		return;
	while (!TAILQ_EMPTY(&d->live))
		dial_cancel(TAILQ_FIRST(&d->live));
	mem_free(d);
}

void
dial_sim_script(struct dialer *d, dial_script_fn *fn, void *arg)
{
	d->script = fn;
	d->arg = arg;
}

size_t
dial_sim_in_flight(const struct dialer *d)
{
	return d->count;
}

void
dial_cancel(struct dial *h)
{
	TAILQ_REMOVE(&h->dialer->live, h, node);
	h->dialer->count--;
	timer_free(h->timer);
	mem_free(h);
}

static void
on_timer(void *arg)
{
	struct dial *h = arg;
	struct dial_answer answer = h->answer;
	dialled_fn *fn = h->fn;
	void *fn_arg = h->arg;

	dial_cancel(h);
	fn(fn_arg, answer.reason, (uint32_t)(answer.delay * 1000));
}

struct dial *
dial_start(struct dialer *d, const struct address *a, uint16_t port,
    span_ms timeout, dialled_fn *fn, void *arg)
{
	struct dial *h = mem_zalloc(sizeof(*h));

	h->dialer = d;
	h->fn = fn;
	h->arg = arg;
	h->timer = timer_new(d->loop, on_timer, h);
	h->answer = (struct dial_answer){.reason = REASON_OK, .delay = 1};
	if (d->script != NULL)
		d->script(d->arg, a, port, loop_now(d->loop), &h->answer);
	if (h->answer.delay > timeout)
		h->answer =
		    (struct dial_answer){.reason = REASON_TIMEOUT_CONNECT,
			.delay = timeout};
	TAILQ_INSERT_TAIL(&d->live, h, node);
	d->count++;
	timer_arm(h->timer, h->answer.delay);
	return h;
}

bool
dial_gateway(struct address *a)
{
	(void)a;
	return false;
}
