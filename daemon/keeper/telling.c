/* SPDX-License-Identifier: MIT */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "core/backoff.h"
#include "keeper/inside.h"

enum { DUE_MAX = 64 };

/* Rows of one receiver in one incident, as route_decide() wants them. */
struct past {
	struct route_past route;
	uint64_t open[DUE_MAX]; /* rows still owed */
	size_t open_count;
};

static bool
on_past(void *arg, const struct store_owed *o)
{
	struct past *p = arg;
	struct route_row row = {.dropped = o->state == OUTBOX_MERGED ||
		o->state == OUTBOX_DROPPED,
	    .delivered = o->state == OUTBOX_SENT,
	    .ended = o->state == OUTBOX_FAILED || o->state == OUTBOX_GONE,
	    .attempts = o->attempts,
	    .not_before = o->next_try};

	route_past_add(&p->route, &row);
	if (o->state == OUTBOX_OWED && p->open_count < DUE_MAX)
		p->open[p->open_count++] = o->outbox;
	return true;
}

struct telling {
	struct keeper *k;
	const struct output *event;
	uint64_t notice;
	wall_ms now;
};

static void
owe(const struct telling *t, const char *receiver, wall_ms not_before)
{
	char id[160];
	struct store_delivery d = {.notice = t->notice,
	    .receiver = receiver,
	    .webhook_id = id,
	    .not_before = not_before,
	    .expires = t->now + BACKOFF_LIFE_MS};

	(void)snprintf(id, sizeof(id), "vg_%s_%" PRIu64 "_%s",
	    store_instance(t->k->store), t->notice, receiver);
	(void)store_put_outbox(t->k->store, &d);
}

static void
tell_receiver(const struct telling *t, size_t receiver,
    const struct route_hit *hit)
{
	struct keeper *k = t->k;
	const char *id = k->config->receivers[receiver].id;
	struct past past = {0};

	if (t->event->incident.n != 0 &&
	    store_outbox_of(k->store, t->event->incident, id, on_past, &past) !=
		OK)
		return;
	switch (
	    route_decide(t->event->event, hit != NULL, &past.route, t->now)) {
	case ROUTE_SEND:
	case ROUTE_HOLD:
		owe(t, id, hit != NULL ? hit->not_before : t->now);
		break;
	case ROUTE_DROP_PAIR:
		for (size_t i = 0; i < past.open_count; i++)
			store_end_outbox(k->store, past.open[i], OUTBOX_MERGED,
			    t->now);
		break;
	case ROUTE_DROP:
		break;
	}
}

/* A glitch is listed each time, and told of an endpoint once an hour. */
static bool
is_news(struct watched *w, const struct output *o)
{
	if (o->event != EVENT_GLITCH || w == NULL)
		return true;
	/* The same one again: its transaction had failed. */
	if (w->glitch_told != 0 && o->at != w->glitch_told &&
	    o->at - w->glitch_told < HOUR_MS)
		return false;
	w->glitch_told = o->at;
	return true;
}

/* hits has room for every receiver; returns how many were written. */
size_t
telling_whom(const struct keeper *k, const struct pending *e,
    struct route_hit *hits)
{
	const struct watched *w = registry_at(&k->endpoints, e->slot);
	const struct output *o = e->u.output.output;

	if (o->event == EVENT_TEST) {
		hits[0] = (struct route_hit){route_index(k->config,
						 e->u.output.receiver),
		    o->at};
		return 1;
	}
	if (e->u.output.receiver != NULL)
		return route_receiver(k->config, e->u.output.receiver, k->gone,
		    o->at, hits);
	if (o->muted && w != NULL) {
		const struct watched *lead =
		    registry_at(&k->endpoints, o->lead_endpoint);
		const struct route_place own = {w->config, w->region};
		const struct route_place led = {lead->config, lead->region};

		return route_member(k->config, &own, &led, o, hits);
	}
	return route_event(k->config, w != NULL ? w->config : NULL,
	    w != NULL ? w->region : NULL, o, hits);
}

/* Number it, and owe it to whom it may concern, in the open transaction. */
void
telling_event(struct keeper *k, const struct pending *e, const char *json)
{
	const struct output *o = e->u.output.output;
	struct watched *w = registry_at(&k->endpoints, e->slot);
	struct route_hit *hits;
	struct telling t = {.k = k, .event = o, .now = loop_now(k->loop)};
	struct store_notice n = {.service = w != NULL ? w->service : "",
	    .at = o->at,
	    .event = o->event,
	    .incident = o->incident,
	    .loud = o->loud,
	    .severity = (int)route_severity(o)};
	size_t count, next = 0;
	char *body, *line;

	(void)json;
	if (!is_news(w, o))
		return;
	hits = mem_array(k->config->receiver_count, sizeof(hits[0]));
	store_number_notice(k->store, n.service, &n.id, &n.seq);
	wording_notice(k, e, n.seq, &body, &line);
	n.body = body;
	n.line = line;
	store_put_notice(k->store, &n);
	t.notice = n.id;

	count = telling_whom(k, e, hits);
	for (size_t i = 0; i < k->config->receiver_count; i++) {
		const struct receiver *r = &k->config->receivers[i];
		bool hit = next < count && hits[next].receiver == i;

		/* What failed while our network was lost failed for that. */
		if (o->event == EVENT_SIGHTED)
			store_hurry_outbox(k->store, r->id, t.now);
		if (receiver_takes_notices(r) && !k->gone[i] &&
		    !unwritten_owe(k, e, t.notice, i))
			tell_receiver(&t, i, hit ? &hits[next] : NULL);
		next += hit;
	}
	mem_free(hits);
	mem_free(body);
	mem_free(line);
}

static struct sent *
sent_add(struct keeper *k, uint64_t outbox)
{
	if (k->sent_count == k->sent_size) {
		k->sent_size = k->sent_size > 0 ? 2 * k->sent_size : 64;
		k->sent = mem_resize(k->sent, k->sent_size, sizeof(k->sent[0]));
	}
	k->sent[k->sent_count] = (struct sent){.outbox = outbox};
	return &k->sent[k->sent_count++];
}

static struct sent *
sent_find(struct keeper *k, uint64_t outbox)
{
	for (size_t i = 0; i < k->sent_count; i++) {
		if (k->sent[i].outbox == outbox)
			return &k->sent[i];
	}
	return NULL;
}

static void
sent_remove(struct keeper *k, struct sent *s)
{
	*s = k->sent[--k->sent_count];
}

struct child *
telling_child(struct keeper *k, const struct receiver *r)
{
	return &k->children[r->type == RECEIVER_SYSLOG ? CHILD_LOG
						       : CHILD_HERALD];
}

bool
telling_send(struct keeper *k, const struct receiver *r, const struct notice *n)
{
	struct child *c = telling_child(k, r);
	unsigned char *buf;
	struct bytes_out out;
	bool sent;

	if (c->channel == NULL || !c->ready)
		return false;
	buf = mem_zalloc(CHANNEL_BODY_MAX);
	bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
	notice_put(&out, n);
	sent =
	    out.ok && channel_send(c->channel, MSG_NOTICE, buf, out.len) == OK;
	mem_free(buf);
	return sent;
}

static bool
on_due(void *arg, const struct store_owed *o)
{
	struct keeper *k = arg;
	struct sent *s;
	size_t i = route_index(k->config, o->receiver);
	const struct receiver *r = &k->config->receivers[i];
	char *receiver, *id, *line, *body;
	struct notice n;

	if (sent_find(k, o->outbox) != NULL)
		return true;
	if (i == k->config->receiver_count)
		return false;
	receiver = mem_dup(o->receiver);
	id = mem_dup(o->webhook_id);
	line = mem_dup(o->notice.line);
	body = mem_dup(o->notice.body);
	n = (struct notice){.outbox = o->outbox,
	    .receiver = receiver,
	    .webhook_id = id,
	    .severity = o->notice.severity,
	    .line = line,
	    .body = body};
	if (telling_send(k, r, &n)) {
		s = sent_add(k, o->outbox);
		s->role = telling_child(k, r)->role;
		s->receiver = i;
		s->attempts = o->attempts;
		s->created = o->expires - BACKOFF_LIFE_MS;
	}
	notice_done(&n);
	return true;
}

static void
unreadable(struct keeper *k, const struct receiver *r)
{
	/* Of a damaged file all is said. */
	if (!k->damage.certain)
		log_event(k->log, SEVERITY_ERR, "outbox-unreadable receiver=%s",
		    r->id);
}

/* Send what is due, then sleep until something is. */
void
telling_dispatch(struct keeper *k)
{
	wall_ms now = loop_now(k->loop), next = INT64_MAX;

	timer_disarm(k->dispatch);
	/* What a damaged file owes is told as long as it can be read. */
	if (k->store == NULL || (k->degraded && !k->damage.certain) ||
	    k->stopping)
		return;
	for (size_t i = 0; i < k->config->receiver_count; i++) {
		const struct receiver *r = &k->config->receivers[i];
		wall_ms due;

		if (!telling_child(k, r)->ready || !receiver_takes_notices(r))
			continue;
		due = store_outbox_next(k->store, r->id);
		if (store_failed(k->store))
			due = now + SECOND_MS; /* it could not be read now */
		if (due <= now) {
			if (store_outbox_due(k->store, r->id, now, DUE_MAX,
				on_due, k) != OK)
				unreadable(k, r);
			/* What is under way wakes us by its answer. */
			due = now + SECOND_MS;
		}
		next = due < next ? due : next;
	}
	if (next != INT64_MAX)
		timer_arm(k->dispatch, next > now ? next - now : 0);
}

void
telling_attempt(struct keeper *k, struct attempt *a)
{
	struct sent *s = sent_find(k, a->outbox);
	struct pending *e;

	showcase_attempted(k, a);
	if (s == NULL || s->answered) {
		unwritten_answer(k, a);
		attempt_done(a);
		return;
	}
	s->answered = true;
	s->attempts++;
	e = journal_add(k, ENTRY_ATTEMPT, ENDPOINT_NONE);
	e->u.attempt.attempt = *a;
	e->u.attempt.at = loop_now(k->loop);
	journal_soon(k);
}

/* 410: it does not want to hear from us, ever; others must learn of that. */
void
telling_disable(struct keeper *k, size_t receiver, wall_ms now)
{
	const char *id = k->config->receivers[receiver].id;
	size_t n;

	complaint_gone(k, receiver);
	n = store_end_receiver(k->store, id, OUTBOX_GONE, now);
	log_event(k->log, SEVERITY_ERR,
	    "receiver-gone receiver=%s code=410 dropped=%zu", id, n);
}

void
telling_write_attempt(struct keeper *k, const struct pending *e)
{
	const struct attempt *a = &e->u.attempt.attempt;
	struct sent *s = sent_find(k, a->outbox);
	struct backoff b = {.outbox = a->outbox,
	    .answer = (enum backoff_answer)a->result,
	    .retry_after_s = a->retry_after_s,
	    .now = e->u.attempt.at};
	wall_ms next = 0;

	if (s == NULL)
		return;
	if (a->result == ATTEMPT_GONE)
		telling_disable(k, s->receiver, b.now);
	b.attempts = s->attempts;
	b.created = s->created;
	if (backoff_decide(&b, &next) == BACKOFF_EXPIRED) {
		store_put_attempt(k->store, a, b.now, b.now);
		store_end_outbox(k->store, a->outbox, OUTBOX_FAILED, b.now);
		complaint_failing(k, s->receiver);
		log_event(k->log, SEVERITY_ERR,
		    "notice-expired receiver=%s attempts=%u code=%u",
		    k->config->receivers[s->receiver].id, s->attempts, a->code);
		return;
	}
	store_put_attempt(k->store, a, b.now, next);
}

/* Answers are written: their notices are no longer under way. */
void
telling_committed(struct keeper *k)
{
	for (size_t i = k->sent_count; i-- > 0;) {
		if (k->sent[i].answered)
			sent_remove(k, &k->sent[i]);
	}
}

/* A child died: what it was telling is still owed, and due at once. */
void
telling_lost(struct keeper *k, enum role role)
{
	for (size_t i = k->sent_count; i-- > 0;) {
		if (!k->sent[i].answered && k->sent[i].role == role)
			sent_remove(k, &k->sent[i]);
	}
	unwritten_lost(k, role);
}

/* Another configuration is in force; what is under way goes on. */
void
telling_reset(struct keeper *k, const struct config *old)
{
	for (size_t n = k->sent_count; n-- > 0;) {
		struct sent *s = &k->sent[n];

		s->receiver =
		    route_index(k->config, old->receivers[s->receiver].id);
		if (s->receiver == k->config->receiver_count)
			sent_remove(k, s);
	}
	complaint_reset(k, old);
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		if (k->children[i].ready)
			telling_receivers(k, &k->children[i]);
	}
}

static bool
is_told(const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (strcmp(c->receivers[i].id, id) == 0)
			return receiver_takes_notices(&c->receivers[i]);
	}
	return false;
}

/* Whom the next configuration no longer tells: nothing is owed any more. */
void
telling_dropped(struct keeper *k, const struct config *next)
{
	struct fail f = {.why = ""};
	unsigned char buf[256];
	struct bytes_out out;

	if (k->store == NULL ||
	    store_begin(k->store, loop_now(k->loop), &f) != OK)
		return;
	for (size_t i = 0; i < k->config->receiver_count; i++) {
		const struct receiver *r = &k->config->receivers[i];

		if (!receiver_takes_notices(r) || is_told(next, r->id))
			continue;
		bytes_out_init(&out, buf, sizeof(buf));
		bytes_put_text(&out, r->id);
		children_send(telling_child(k, r), MSG_RECEIVER_REMOVE, buf,
		    out.len);
		(void)store_end_receiver(k->store, r->id, OUTBOX_DROPPED,
		    loop_now(k->loop));
	}
	if (store_commit(k->store, &f) != OK)
		log_event(k->log, SEVERITY_ERR, "receivers-not-dropped why=%s",
		    f.why);
}

static int
secret_of(const struct keeper *k, const struct receiver *r)
{
	int fd = -1;

	if (r->secret_file == NULL)
		return -1;
	fd = open(r->secret_file, O_RDONLY | O_CLOEXEC | O_NOCTTY);
	if (fd < 0)
		log_event(k->log, SEVERITY_ERR,
		    "secret-unreadable receiver=%s file=%s errno=%d", r->id,
		    r->secret_file, errno);
	return fd;
}

/* Give a child the receivers that are its to serve. */
void
telling_receivers(struct keeper *k, struct child *c)
{
	unsigned char *buf = mem_zalloc(CHANNEL_BODY_MAX);
	struct bytes_out out;

	c->unserved = false;
	for (size_t i = 0; i < k->config->receiver_count; i++) {
		const struct receiver *r = &k->config->receivers[i];
		enum status s = ERR_RANGE;
		int fd;

		if (telling_child(k, r) != c)
			continue;
		fd = secret_of(k, r);
		if (fd < 0 && r->secret_file != NULL)
			c->unserved = true;
		bytes_out_init(&out, buf, CHANNEL_BODY_MAX);
		receiver_put(&out, r);
		if (out.ok)
			s = channel_send_fds(c->channel, MSG_RECEIVER, buf,
			    out.len, &fd, fd >= 0);
		if (fd >= 0)
			(void)close(fd);
		/* Gone: whoever comes next is given them all. */
		if (s == ERR_IO)
			break;
		if (s != OK)
			log_event(k->log, SEVERITY_ERR,
			    "receiver-not-passed receiver=%s", r->id);
	}
	mem_free(buf);
	if (c->role == ROLE_HERALD)
		children_send(c, MSG_RECEIVERS_DONE, NULL, 0);
}

/* Out of descriptors, say: that passes, and what is owed must not wait. */
void
telling_serve(struct keeper *k)
{
	for (size_t i = 0; i < CHILD_COUNT; i++) {
		struct child *c = &k->children[i];

		if (c->ready && c->unserved)
			telling_receivers(k, c);
	}
}
