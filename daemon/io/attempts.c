/* SPDX-License-Identifier: MIT */
#include "io/attempts.h"

#include <string.h>

#include "base/mem.h"

enum { DETAIL_MAX = 600, BODY_BYTES = DETAIL_MAX + 64 };

struct attempts_item {
	STAILQ_ENTRY(attempts_item) link;
	size_t size;
	unsigned char body[BODY_BYTES];
};

void
attempts_init(struct attempts *s)
{
	s->channel = NULL;
	STAILQ_INIT(&s->queue);
}

static void
pop(struct attempts *s)
{
	struct attempts_item *m = STAILQ_FIRST(&s->queue);

	STAILQ_REMOVE_HEAD(&s->queue, link);
	mem_free(m);
}

void
attempts_done(struct attempts *s)
{
	while (!STAILQ_EMPTY(&s->queue))
		pop(s);
}

void
attempts_attach(struct attempts *s, struct channel *c)
{
	s->channel = c;
}

/* A channel that is gone takes everything: nobody waits for it any more. */
static bool
sent(struct attempts *s, const struct attempts_item *m)
{
	return channel_send(s->channel, MSG_ATTEMPT, m->body, m->size) !=
	    ERR_LIMIT;
}

void
attempts_send(struct attempts *s, const struct attempt *a)
{
	struct attempts_item *m = mem_zalloc(sizeof *m);
	struct attempt copy = *a;
	struct bytes_out o;

	if (a->detail != NULL)
		copy.detail =
		    mem_dup_n(a->detail, strnlen(a->detail, DETAIL_MAX));
	bytes_out_init(&o, m->body, sizeof m->body);
	attempt_put(&o, &copy);
	m->size = o.len;
	STAILQ_INSERT_TAIL(&s->queue, m, link);
	attempts_resume(s);
	attempt_done(&copy);
}

void
attempts_refuse(struct attempts *s, uint64_t outbox, enum attempt_result result,
    const char *why)
{
	struct attempt a = {.outbox = outbox,
	    .result = result,
	    .retry_after_s = -1,
	    .detail = mem_dup(why)};

	attempts_send(s, &a);
	attempt_done(&a);
}

void
attempts_resume(struct attempts *s)
{
	while (!STAILQ_EMPTY(&s->queue) && sent(s, STAILQ_FIRST(&s->queue)))
		pop(s);
}
