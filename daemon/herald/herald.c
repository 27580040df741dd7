/* SPDX-License-Identifier: MIT */
#include "herald/herald.h"

#include <inttypes.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/mem.h"
#include "herald/desk.h"
#include "herald/heart.h"
#include "io/attempts.h"
#include "io/fetch.h"
#include "io/resolve.h"
#include "wire/message.h"
#include "wire/receiver.h"

struct herald {
	struct webhook_doors doors;
	struct logline *log;
	struct channel *channel;
	TAILQ_HEAD(desks, desk) desks; /* whose turn it is comes first */
	size_t waiting, busy;
	struct hearts *hearts;
	struct attempts attempts;
	bool greeted, ended;
};

struct herald *
herald_new(struct loop *l, struct logline *log, struct fail *f)
{
	struct herald *h = mem_zalloc(sizeof *h);

	h->doors.loop = l;
	h->log = log;
	TAILQ_INIT(&h->desks);
	attempts_init(&h->attempts);
	h->doors.resolver = resolver_new(l, f);
	if (h->doors.resolver == NULL) {
		mem_free(h);
		return NULL;
	}
	h->hearts = hearts_new(&h->doors, log);
	return h;
}

void
herald_attach(struct herald *h, struct channel *c)
{
	h->channel = c;
	attempts_attach(&h->attempts, c);
}

bool
herald_ended(const struct herald *h)
{
	return h->ended;
}

static void
on_drained(void *arg)
{
	struct herald *h = arg;

	attempts_resume(&h->attempts);
}

static void
letter_free(struct letter *m)
{
	notice_done(&m->notice);
	mem_free(m);
}

static void serve(struct herald *h);

static void
on_result(void *arg, const struct webhook_result *r)
{
	struct delivery *v = arg;
	struct desk *d = v->desk;
	struct herald *h = d->herald;
	struct attempt a = {.outbox = v->outbox,
	    .result = r->result,
	    .code = r->code,
	    .retry_after_s = r->retry_after_s,
	    .took_ms = r->took_ms,
	    .detail = mem_dup(r->detail)};

	v->webhook = NULL;
	d->busy--;
	h->busy--;
	d->failing = r->result != ATTEMPT_DELIVERED;
	log_event(h->log, SEVERITY_DEBUG,
	    "attempt receiver=%s outbox=%" PRIu64 " code=%u took_ms=%u "
	    "detail=%s",
	    d->receiver.id, v->outbox, (unsigned)r->code, r->took_ms,
	    r->detail);
	attempts_send(&h->attempts, &a);
	attempt_done(&a);
	serve(h);
}

static void
begin(struct herald *h, struct desk *d)
{
	struct letter *m = STAILQ_FIRST(&d->waiting);
	struct delivery *v;
	struct webhook_job job = {.to = &d->receiver,
	    .keys = &d->keys,
	    .id = m->notice.webhook_id,
	    .body = m->notice.body};

	STAILQ_REMOVE_HEAD(&d->waiting, link);
	h->waiting--;
	if (d->fault != NULL) {
		attempts_refuse(&h->attempts, m->notice.outbox,
		    ATTEMPT_MISCONFIGURED, d->fault);
	} else if (job.id == NULL || job.body == NULL) {
		attempts_refuse(&h->attempts, m->notice.outbox,
		    ATTEMPT_MISCONFIGURED, "a notice without id or body");
	} else {
		v = desk_place(d);
		v->outbox = m->notice.outbox;
		d->busy++;
		h->busy++;
		v->webhook = webhook_start(&h->doors, &job, on_result, v);
	}
	letter_free(m);
}

/* One each in turn, so that a long queue takes no place from a short one. */
static void
serve(struct herald *h)
{
	bool found = true;

	while (found && h->busy < HERALD_IN_FLIGHT_MAX) {
		struct desk *d = TAILQ_FIRST(&h->desks);

		while (d != NULL && !desk_ready(d))
			d = TAILQ_NEXT(d, link);
		found = d != NULL;
		if (found) {
			TAILQ_REMOVE(&h->desks, d, link);
			TAILQ_INSERT_TAIL(&h->desks, d, link);
			begin(h, d);
		}
	}
}

static struct desk *
find_desk(struct herald *h, const char *id)
{
	struct desk *d;

	TAILQ_FOREACH (d, &h->desks, link) {
		if (strcmp(d->receiver.id, id) == 0)
			return d;
	}
	return NULL;
}

/* why NULL: nobody is told any more. */
static void
close_desk(struct herald *h, struct desk *d, const char *why)
{
	struct letter *m;

	while ((m = STAILQ_FIRST(&d->waiting)) != NULL) {
		STAILQ_REMOVE_HEAD(&d->waiting, link);
		h->waiting--;
		if (why != NULL)
			attempts_refuse(&h->attempts, m->notice.outbox,
			    ATTEMPT_RETRY, why);
		letter_free(m);
	}
	for (size_t i = 0; i < HERALD_PER_RECEIVER_MAX; i++) {
		struct delivery *v = &d->under_way[i];

		if (v->webhook == NULL)
			continue;
		webhook_cancel(v->webhook);
		d->busy--;
		h->busy--;
		if (why != NULL)
			attempts_refuse(&h->attempts, v->outbox, ATTEMPT_RETRY,
			    why);
	}
	TAILQ_REMOVE(&h->desks, d, link);
	desk_free(d);
}

void
herald_free(struct herald *h)
{
	if (h == NULL)
		return;
	while (!TAILQ_EMPTY(&h->desks))
		close_desk(h, TAILQ_FIRST(&h->desks), NULL);
	hearts_free(h->hearts);
	attempts_done(&h->attempts);
	fetcher_free(h->doors.fetcher);
	resolver_free(h->doors.resolver);
	mem_free(h);
}

static void
stop(struct herald *h)
{
	h->ended = true;
	loop_stop(h->doors.loop);
}

/* The keeper starts a new herald when this one goes. */
static void
give_up(struct herald *h, const char *why)
{
	log_event(h->log, SEVERITY_ERR, "herald-stop why=%s", why);
	stop(h);
}

static bool
take_hello(struct herald *h, struct bytes_in *in)
{
	struct hello hello;
	struct fetch_limits limits = {.in_flight_max = HERALD_IN_FLIGHT_MAX +
		HEARTBEATS_MAX + 1,
	    .kept_max = 64};
	struct fail f;

	if (!hello_get(in, &hello))
		return false;
	if (!h->greeted) {
		h->greeted = true;
		loop_set_axis(h->doors.loop, hello.now);
		limits.user_agent = hello.user_agent;
		h->doors.fetcher = fetcher_new(h->doors.loop, &limits, &f);
		if (h->doors.fetcher == NULL)
			give_up(h, f.why);
		else if (channel_send(h->channel, MSG_READY, NULL, 0) != OK)
			give_up(h, "the keeper takes no answer");
	}
	hello_done(&hello);
	return true;
}

static void
set_desk(struct herald *h, struct receiver *r, int secret_fd)
{
	struct desk *d = find_desk(h, r->id);

	if (d != NULL) {
		desk_update(d, r, secret_fd);
	} else {
		d = desk_new(h, r, secret_fd);
		TAILQ_INSERT_TAIL(&h->desks, d, link);
	}
	if (d->fault != NULL)
		log_event(h->log, SEVERITY_ERR, "receiver-fault id=%s why=%s",
		    d->receiver.id, d->fault);
}

static void
end_desk(struct herald *h, const char *id)
{
	struct desk *d = find_desk(h, id);

	if (d == NULL)
		return;
	close_desk(h, d, "the receiver was removed");
	serve(h);
}

static bool
take_receiver(struct herald *h, struct bytes_in *in, int secret_fd)
{
	struct receiver r;

	if (!receiver_get(in, &r))
		return false;
	switch (r.type) {
	case RECEIVER_WEBHOOK:
		set_desk(h, &r, secret_fd);
		break;
	case RECEIVER_HEARTBEAT:
		end_desk(h, r.id);
		hearts_set(h->hearts, &r);
		break;
	case RECEIVER_SYSLOG:
		receiver_done(&r);
		break;
	}
	return true;
}

static bool
take_remove(struct herald *h, struct bytes_in *in)
{
	char *id = bytes_get_text(in);

	if (id == NULL)
		return false;
	end_desk(h, id);
	mem_free(id);
	return true;
}

static bool
take_notice(struct herald *h, struct bytes_in *in)
{
	struct letter *m = mem_zalloc(sizeof *m);
	struct desk *d = NULL;

	if (!notice_get(in, &m->notice)) {
		mem_free(m);
		return false;
	}
	if (h->doors.fetcher != NULL && m->notice.receiver != NULL)
		d = find_desk(h, m->notice.receiver);
	if (d == NULL) {
		attempts_refuse(&h->attempts, m->notice.outbox,
		    ATTEMPT_MISCONFIGURED, "no such receiver");
		letter_free(m);
	} else if (h->waiting == HERALD_WAITING_MAX) {
		attempts_refuse(&h->attempts, m->notice.outbox, ATTEMPT_RETRY,
		    "too many notices wait");
		letter_free(m);
	} else {
		STAILQ_INSERT_TAIL(&d->waiting, m, link);
		h->waiting++;
		serve(h);
	}
	return true;
}

static bool
take(struct herald *h, const struct frame *f)
{
	int fd = f->fd_count > 0 ? f->fds[0] : -1;
	struct bytes_in in;

	bytes_in_init(&in, f->body, f->size);
	switch (f->type) {
	case MSG_HELLO:
		return take_hello(h, &in);
	case MSG_RECEIVER:
		return take_receiver(h, &in, fd);
	case MSG_RECEIVER_REMOVE:
		return take_remove(h, &in);
	case MSG_NOTICE:
		return take_notice(h, &in);
	case MSG_RECEIVERS_DONE:
		if (h->doors.fetcher != NULL)
			fetcher_renew(h->doors.fetcher);
		hearts_sweep(h->hearts);
		return true;
	case MSG_WELL:
		if (h->doors.fetcher != NULL)
			hearts_well(h->hearts);
		return true;
	default:
		return true;
	}
}

static void
on_frame(void *arg, const struct frame *f)
{
	struct herald *h = arg;
	bool understood = take(h, f);

	for (size_t i = 0; i < f->fd_count; i++)
		(void)close(f->fds[i]);
	if (!understood)
		give_up(h, "a message that does not fit");
}

static void
on_end(void *arg, const char *why)
{
	(void)why;
	stop(arg);
}

struct channel_events
herald_events(struct herald *h)
{
	return (struct channel_events){.on_frame = on_frame,
	    .on_end = on_end,
	    .on_drained = on_drained,
	    .arg = h};
}
