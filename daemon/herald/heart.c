/* SPDX-License-Identifier: MIT */
#include "herald/heart.h"

#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"

/* What is told once an hour at most. */
struct grievance {
	mono_ms told; /* 0: never */
	bool stands;  /* and its end has not been told */
};

struct heart {
	TAILQ_ENTRY(heart) link;
	struct hearts *all;
	struct receiver receiver;
	struct timer *timer;  /* to the next beat */
	struct webhook *beat; /* under way */
	bool due;             /* begins with the next word */
	bool named;           /* since the last sweep */
	unsigned failures;    /* in a row */
	struct grievance failing;
};

struct hearts {
	const struct webhook_doors *doors;
	struct logline *log;
	TAILQ_HEAD(, heart) list;
	size_t count;
	mono_ms word;          /* when all was well, 0: never */
	struct grievance held; /* for want of one */
};

static mono_ms
now(const struct hearts *all)
{
	return loop_micros(all->doors->loop) / 1000;
}

static bool
is_well(const struct hearts *all)
{
	return all->word != 0 && now(all) - all->word <= HEARTS_WORD_MS;
}

static bool
may_tell(const struct hearts *all, struct grievance *g)
{
	if (g->told != 0 && now(all) - g->told < HOUR_MS)
		return false;
	*g = (struct grievance){.told = now(all), .stands = true};
	return true;
}

static bool
may_tell_end(struct grievance *g)
{
	bool stood = g->stands;

	g->stands = false;
	return stood;
}

static void
complain(struct heart *h, const char *why)
{
	h->failures++;
	if (may_tell(h->all, &h->failing))
		log_event(h->all->log, SEVERITY_ERR,
		    "heartbeat-failed receiver=%s failures=%u why=%s",
		    h->receiver.id, h->failures, why);
}

static void
on_result(void *arg, const struct webhook_result *r)
{
	struct heart *h = arg;

	h->beat = NULL;
	if (r->result != ATTEMPT_DELIVERED) {
		complain(h, r->detail);
		return;
	}
	if (may_tell_end(&h->failing))
		log_event(h->all->log, SEVERITY_NOTICE,
		    "heartbeat-restored receiver=%s failures=%u",
		    h->receiver.id, h->failures);
	h->failures = 0;
}

static void
beat(struct heart *h)
{
	struct webhook_job job = {.to = &h->receiver};

	h->due = false;
	timer_arm_real(h->timer, h->receiver.every);
	/* Its time is over, and it is about to say so. */
	if (h->beat == NULL)
		h->beat = webhook_start(h->all->doors, &job, on_result, h);
}

static void
on_due(void *arg)
{
	struct heart *h = arg;
	struct hearts *all = h->all;

	if (is_well(all)) {
		beat(h);
		return;
	}
	h->due = true;
	if (may_tell(all, &all->held))
		log_event(all->log, SEVERITY_WARNING, "heartbeat-held why=%s",
		    "the keeper does not say that all is well");
}

static void
end(struct heart *h)
{
	struct hearts *all = h->all;

	if (h->beat != NULL)
		webhook_cancel(h->beat);
	timer_free(h->timer);
	receiver_done(&h->receiver);
	TAILQ_REMOVE(&all->list, h, link);
	all->count--;
	mem_free(h);
}

static struct heart *
find(const struct hearts *all, const char *id)
{
	struct heart *h;

	TAILQ_FOREACH (h, &all->list, link) {
		if (strcmp(h->receiver.id, id) == 0)
			return h;
	}
	return NULL;
}

struct hearts *
hearts_new(const struct webhook_doors *d, struct logline *log)
{
	struct hearts *all = mem_zalloc(sizeof *all);

	all->doors = d;
	all->log = log;
	TAILQ_INIT(&all->list);
	return all;
}

void
hearts_free(struct hearts *all)
{
	while (!TAILQ_EMPTY(&all->list))
		end(TAILQ_FIRST(&all->list));
	mem_free(all);
}

void
hearts_set(struct hearts *all, struct receiver *r)
{
	struct heart *h = find(all, r->id);

	if (h != NULL && receiver_equal(&h->receiver, r)) {
		h->named = true;
		receiver_done(r);
		return;
	}
	if (h != NULL)
		end(h);
	if (all->count == HEARTBEATS_MAX) {
		log_event(all->log, SEVERITY_ERR, "receiver-fault id=%s why=%s",
		    r->id, "too many heartbeats");
		receiver_done(r);
		return;
	}
	h = mem_zalloc(sizeof *h);
	h->all = all;
	h->receiver = *r;
	*r = (struct receiver){.id = NULL};
	h->timer = timer_new(all->doors->loop, on_due, h);
	h->due = h->named = true;
	TAILQ_INSERT_TAIL(&all->list, h, link);
	all->count++;
}

void
hearts_sweep(struct hearts *all)
{
	struct heart *h, *next;

	for (h = TAILQ_FIRST(&all->list); h != NULL; h = next) {
		next = TAILQ_NEXT(h, link);
		if (h->named)
			h->named = false;
		else
			end(h);
	}
}

void
hearts_well(struct hearts *all)
{
	struct heart *h;

	all->word = now(all);
	if (may_tell_end(&all->held))
		log_event(all->log, SEVERITY_NOTICE, "heartbeat-resumed why=%s",
		    "all is well again");
	TAILQ_FOREACH (h, &all->list, link) {
		if (h->due)
			beat(h);
	}
}
