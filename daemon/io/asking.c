/* SPDX-License-Identifier: MIT */
#include "io/asking.h"

#include <string.h>

#include "base/mem.h"

static void
tell(struct resolution *n)
{
	struct resolved told = {.reason = n->reason,
	    .cached = n->cached,
	    .took_us = n->took_us};
	/* A copy: the callback may ask again, and so renew the entry. */
	struct address list[RESOLVE_ADDRESSES_MAX] = {n->literal};
	resolved_fn *fn = n->fn;
	void *arg = n->arg;

	if (n->entry != NULL) {
		told.reason = n->entry->reason;
		told.count = n->entry->count;
		if (told.count > 0)
			memcpy(list, n->entry->addresses,
			    told.count * sizeof(list[0]));
	} else if (told.reason == REASON_OK) {
		told.count = 1;
	}
	told.addresses = list;
	TAILQ_REMOVE(&n->asking->ready, n, node);
	asking_drop(n);
	fn(arg, &told);
}

/* Tells those that are ready now; what they start has its own turn. */
static void
on_soon(void *arg)
{
	struct asking *a = arg;
	struct resolution *n, *last = TAILQ_LAST(&a->ready, resolutions);
	bool gone = false, more = last != NULL;

	a->gone = &gone;
	while (!gone && more && (n = TAILQ_FIRST(&a->ready)) != NULL) {
		more = n != last;
		tell(n);
	}
	if (gone)
		return;
	a->gone = NULL;
	if (!TAILQ_EMPTY(&a->ready))
		timer_arm(a->soon, 0);
}

void
asking_init(struct asking *a, struct loop *l)
{
	*a = (struct asking){.loop = l};
	TAILQ_INIT(&a->ready);
	a->soon = timer_new(l, on_soon, a);
}

void
asking_done(struct asking *a)
{
	if (a->gone != NULL)
		*a->gone = true;
	timer_free(a->soon);
}

struct resolution *
asking_new(struct asking *a, resolved_fn *fn, void *arg)
{
	struct resolution *n = mem_zalloc(sizeof(*n));

	n->asking = a;
	n->fn = fn;
	n->arg = arg;
	n->since = loop_micros(a->loop);
	return n;
}

void
asking_use(struct resolution *n, struct known_name *entry)
{
	n->entry = entry;
	entry->users++;
}

void
asking_unuse(struct resolution *n)
{
	if (n->entry != NULL)
		n->entry->users--;
	n->entry = NULL;
}

void
asking_ready(struct resolution *n)
{
	timer_free(n->patience);
	n->patience = NULL;
	n->query = NULL;
	TAILQ_INSERT_TAIL(&n->asking->ready, n, node);
	if (!timer_armed(n->asking->soon))
		timer_arm(n->asking->soon, 0);
}

void
asking_drop(struct resolution *n)
{
	asking_unuse(n);
	timer_free(n->patience);
	mem_free(n);
}

uint32_t
asking_elapsed(const struct resolution *n)
{
	int64_t us = loop_micros(n->asking->loop) - n->since;

	if (us < 0)
		return 0;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}
