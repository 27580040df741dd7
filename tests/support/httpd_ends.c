/* SPDX-License-Identifier: MIT */
#include "httpd_ends.h"

#include "base/mem.h"
#include "loop_sim.h"

struct asker {
	struct loop *loop;
	struct visit *visit;
};

struct httpd *
httpd_ends_open(struct loop *l, const struct httpd_limits *m, httpd_fn *fn,
    void *arg)
{
	return httpd_new(l, -1, m, fn, arg, NULL);
}

struct asker *
httpd_ends_ask(struct httpd *h, struct loop *l,
    const struct httpd_sim_request *q)
{
	struct asker *a = mem_zalloc(sizeof(*a));

	a->loop = l;
	a->visit = httpd_sim_visit(h, q);
	return a;
}

void
httpd_ends_wait(struct asker *a, size_t body_bytes)
{
	(void)body_bytes;
	httpd_ends_settle(a->loop);
}

void
httpd_ends_settle(struct loop *l)
{
	loop_sim_run_until(l, loop_now(l));
}

struct httpd_sim_answer
httpd_ends_answer(struct asker *a)
{
	return httpd_sim_answer(a->visit);
}

void
httpd_ends_leave(struct asker *a)
{
	httpd_sim_forget(a->visit);
	mem_free(a);
}
