/* SPDX-License-Identifier: MIT */
#include "keeper/unwritten.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "core/backoff.h"
#include "keeper/inside.h"
#include "keeper/route.h"

enum { ID_BYTES = 160 };

/* Above any row of the outbox. */
static const uint64_t unwritten = (uint64_t)1 << 62;

static struct unwritten_notice *
find(struct keeper *k, uint64_t event, const char *receiver)
{
	for (size_t i = 0; i < k->unwritten.count; i++) {
		struct unwritten_notice *n = &k->unwritten.all[i];

		if (n->event == event && strcmp(n->receiver, receiver) == 0)
			return n;
	}
	return NULL;
}

static struct unwritten_notice *
add(struct keeper *k, const struct pending *e, const struct receiver *r)
{
	struct unwritten *u = &k->unwritten;
	uint64_t event = e->u.output.told;
	struct unwritten_notice *n;
	char id[ID_BYTES];

	(void)snprintf(id, sizeof(id), "vg_%s_u%" PRId64 "_%" PRIu64 "_%s",
	    k->store != NULL ? store_instance(k->store) : "none",
	    (int64_t)k->boot, event, r->id);
	if (u->count == u->size) {
		u->size = u->size > 0 ? 2 * u->size : 16;
		u->all = mem_resize(u->all, u->size, sizeof(u->all[0]));
	}
	n = &u->all[u->count++];
	*n = (struct unwritten_notice){.event = event,
	    .number = unwritten + ++u->last,
	    .incident = e->u.output.output->incident,
	    .receiver = mem_dup(r->id),
	    .webhook_id = mem_dup(id),
	    .role = telling_child(k, r)->role,
	    .created = loop_now(k->loop)};
	return n;
}

static bool
taken(const struct unwritten_notice *n)
{
	return n->attempts > 0 &&
	    (n->answer.result == ATTEMPT_DELIVERED ||
		n->answer.result == ATTEMPT_GONE);
}

/* What it must know first has not been taken yet. */
static bool
must_wait(struct keeper *k, const struct pending *e, const char *receiver)
{
	struct incident_id i = e->u.output.output->incident;

	for (size_t j = 0; i.n != 0 && j < k->unwritten.count; j++) {
		const struct unwritten_notice *n = &k->unwritten.all[j];

		if (n->incident.day == i.day && n->incident.n == i.n &&
		    n->event < e->u.output.told && !taken(n) &&
		    strcmp(n->receiver, receiver) == 0)
			return true;
	}
	return false;
}

static void
tell_one(struct keeper *k, const struct pending *e, const struct receiver *r)
{
	const struct output *o = e->u.output.output;
	struct unwritten_notice *u = find(k, e->u.output.told, r->id);
	char *body, *line;
	struct notice n = {.receiver = r->id,
	    .severity = (int)route_severity(o)};

	if (u != NULL &&
	    (u->under_way || taken(u) || u->next > loop_now(k->loop)))
		return;
	if (!telling_child(k, r)->ready || must_wait(k, e, r->id))
		return;
	if (u == NULL)
		u = add(k, e, r);
	wording_notice(k, e, 0, &body, &line);
	n.outbox = u->number;
	n.webhook_id = u->webhook_id;
	n.body = body;
	n.line = line;
	u->under_way = telling_send(k, r, &n);
	mem_free(body);
	mem_free(line);
}

void
unwritten_tell(struct keeper *k, struct pending *e)
{
	struct route_hit *hits =
	    mem_array(k->config->receiver_count, sizeof(hits[0]));
	size_t count = telling_whom(k, e, hits);

	if (e->u.output.told == 0)
		e->u.output.told = ++k->unwritten.last;
	for (size_t i = 0; i < count; i++) {
		if (hits[i].not_before <= loop_now(k->loop) &&
		    !k->gone[hits[i].receiver])
			tell_one(k, e, &k->config->receivers[hits[i].receiver]);
	}
	mem_free(hits);
}

void
unwritten_answer(struct keeper *k, struct attempt *a)
{
	struct unwritten_notice *n = NULL;
	struct backoff b = {.outbox = a->outbox,
	    .answer = (enum backoff_answer)a->result,
	    .retry_after_s = a->retry_after_s,
	    .now = loop_now(k->loop)};

	for (size_t i = 0; i < k->unwritten.count && n == NULL; i++) {
		if (k->unwritten.all[i].number == a->outbox)
			n = &k->unwritten.all[i];
	}
	if (n == NULL)
		return;
	n->under_way = false;
	n->answered = b.now;
	b.attempts = ++n->attempts;
	b.created = n->created;
	if (backoff_decide(&b, &n->next) != BACKOFF_AGAIN)
		n->next = b.now;
	attempt_done(&n->answer);
	n->answer = *a;
	*a = (struct attempt){0};
}

void
unwritten_lost(struct keeper *k, enum role role)
{
	for (size_t i = 0; i < k->unwritten.count; i++) {
		if (k->unwritten.all[i].role == role)
			k->unwritten.all[i].under_way = false;
	}
}

bool
unwritten_owe(struct keeper *k, const struct pending *e, uint64_t notice,
    size_t receiver)
{
	const char *to = k->config->receivers[receiver].id;
	struct unwritten_notice *n =
	    e->u.output.told == 0 ? NULL : find(k, e->u.output.told, to);
	struct store_delivery d = {.notice = notice,
	    .receiver = to,
	    .not_before = loop_now(k->loop)};
	struct attempt a;

	if (n == NULL)
		return false;
	d.expires = n->created + BACKOFF_LIFE_MS;
	d.webhook_id = n->webhook_id;
	a = n->answer;
	a.outbox = store_put_outbox(k->store, &d);
	if (n->attempts > 0)
		store_put_attempt(k->store, &a, n->answered, n->next);
	if (n->attempts > 0 && a.result == ATTEMPT_GONE)
		telling_disable(k, receiver, n->answered);
	return true;
}

void
unwritten_done(struct unwritten *u)
{
	for (size_t i = 0; i < u->count; i++) {
		mem_free(u->all[i].receiver);
		mem_free(u->all[i].webhook_id);
		attempt_done(&u->all[i].answer);
	}
	mem_free(u->all);
	*u = (struct unwritten){.last = u->last};
}
