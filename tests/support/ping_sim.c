/* SPDX-License-Identifier: MIT */
#include "base/mem.h"
#include "io/ping.h"
#include "scripts.h"

struct pinger {
	struct loop *loop;
};

struct ping {
	struct timer *timer;
	enum reason reason;
	span_ms delay;
	pinged_fn *fn;
	void *arg;
};

struct pinger *
pinger_new(struct loop *l)
{
	struct pinger *p = mem_zalloc(sizeof(*p));

	p->loop = l;
	return p;
}

void
pinger_free(struct pinger *p)
{
	mem_free(p);
}

void
ping_cancel(struct ping *h)
{
	timer_free(h->timer);
	mem_free(h);
}

static void
on_timer(void *arg)
{
	struct ping *h = arg;
	struct ping copy = *h;

	ping_cancel(h);
	copy.fn(copy.arg, copy.reason, (uint32_t)copy.delay * 1000);
}

struct ping *
ping_start(struct pinger *p, const struct address *a, span_ms timeout,
    pinged_fn *fn, void *arg)
{
	const struct scripts *s = loop_sim_scripts(p->loop);
	struct ping *h = mem_zalloc(sizeof(*h));

	h->fn = fn;
	h->arg = arg;
	h->delay = 1;
	if (s->ping != NULL)
		s->ping(s->arg, a, &h->reason, &h->delay);
	if (h->delay > timeout) {
		h->reason = REASON_TIMEOUT;
		h->delay = timeout;
	}
	h->timer = timer_new(p->loop, on_timer, h);
	timer_arm(h->timer, h->delay);
	return h;
}
