/* SPDX-License-Identifier: MIT */
#include "channel_sim.h"

#include <assert.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <unistd.h>

#include "base/mem.h"

struct packet {
	STAILQ_ENTRY(packet) entry;
	struct frame frame;
	unsigned char *body;
	int fds[CHANNEL_FDS_MAX];
};

STAILQ_HEAD(packets, packet);

struct channel {
	struct loop *loop;
	struct channel *peer; /* NULL once freed */
	struct channel_events events;
	struct timer *reading, *draining;
	struct packets inbox, queue;
	size_t inbox_count, queue_count, queue_max;
	uint64_t seq;
	bool held; /* since the queue was last empty */
	bool stalled, ended;
	bool *freed; /* tells a callback's caller; NULL outside */
};

static void
packet_free(struct packet *p)
{
	for (size_t k = 0; k < p->frame.fd_count; k++)
		(void)close(p->fds[k]);
	mem_free(p->body);
	mem_free(p);
}

static struct packet *
pop(struct packets *from, size_t *count)
{
	struct packet *p = STAILQ_FIRST(from);

	STAILQ_REMOVE_HEAD(from, entry);
	(*count)--;
	return p;
}

static void
flush(struct packets *from, size_t *count)
{
	while (*count > 0)
		packet_free(pop(from, count));
}

static void
push_to_peer(struct channel *c, struct packet *p)
{
	STAILQ_INSERT_TAIL(&c->peer->inbox, p, entry);
	c->peer->inbox_count++;
	if (!c->peer->stalled)
		timer_arm(c->peer->reading, 0);
}

static bool
peer_has_room(const struct channel *c)
{
	return c->peer->inbox_count < CHANNEL_SIM_HOLDS;
}

/* The sender's queue moves up as the reader takes frames. */
static void
advance(struct channel *c)
{
	while (c->queue_count > 0 && peer_has_room(c))
		push_to_peer(c, pop(&c->queue, &c->queue_count));
	if (c->held && c->queue_count == 0) {
		c->held = false;
		timer_arm(c->draining, 0);
	}
}

static void
end(struct channel *c)
{
	c->ended = true;
	timer_disarm(c->draining);
	c->events.on_end(c->events.arg, "the other end is gone");
}

static void
on_reading(void *arg)
{
	struct channel *c = arg;
	bool freed = false;
	struct packet *p;

	if (c->stalled)
		return;
	if (c->inbox_count == 0) {
		if (c->peer == NULL && !c->ended)
			end(c);
		return;
	}
	p = pop(&c->inbox, &c->inbox_count);
	if (c->peer != NULL)
		advance(c->peer);
	timer_arm(c->reading, 0);
	c->freed = &freed;
	c->events.on_frame(c->events.arg, &p->frame);
	p->frame.fd_count = 0;
	packet_free(p);
	if (!freed)
		c->freed = NULL;
}

static void
on_draining(void *arg)
{
	struct channel *c = arg;

	if (c->events.on_drained != NULL && c->queue_count == 0)
		c->events.on_drained(c->events.arg);
}

static struct channel *
end_new(struct loop *l, const struct channel_events *ev)
{
	struct channel *c = mem_zalloc(sizeof(*c));

	c->loop = l;
	c->events = *ev;
	c->queue_max = CHANNEL_SIM_QUEUE_MAX;
	c->reading = timer_new(l, on_reading, c);
	c->draining = timer_new(l, on_draining, c);
	STAILQ_INIT(&c->inbox);
	STAILQ_INIT(&c->queue);
	return c;
}

void
channel_sim_pair(struct loop *l, const struct channel_events *a,
    const struct channel_events *b, struct channel *out[2])
{
	out[0] = end_new(l, a);
	out[1] = end_new(l, b);
	out[0]->peer = out[1];
	out[1]->peer = out[0];
}

void
channel_sim_set_queue(struct channel *c, size_t queue_max)
{
	c->queue_max = queue_max;
}

void
channel_sim_stall(struct channel *c, bool stalled)
{
	c->stalled = stalled;
	if (!stalled)
		timer_arm(c->reading, 0);
}

struct channel *
channel_new(struct loop *l, int fd, size_t queue_max,
    const struct channel_events *ev)
{
	(void)l;
	(void)fd;
	(void)queue_max;
	(void)ev;
	abort();
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	if (c->freed != NULL)
		*c->freed = true;
	if (c->peer != NULL) {
		c->peer->peer = NULL;
		flush(&c->peer->queue, &c->peer->queue_count);
		if (!c->peer->stalled)
			timer_arm(c->peer->reading, 0);
	}
	flush(&c->inbox, &c->inbox_count);
	flush(&c->queue, &c->queue_count);
	timer_free(c->reading);
	timer_free(c->draining);
	mem_free(c);
}

enum status
channel_send(struct channel *c, uint16_t type, const void *body, size_t size)
{
	return channel_send_fds(c, type, body, size, NULL, 0);
}

static struct packet *
packet_new(struct channel *c, uint16_t type, const void *body, size_t size)
{
	struct packet *p = mem_zalloc(sizeof(*p));

	p->body = mem_zalloc(size);
	if (size > 0)
		memcpy(p->body, body, size);
	p->frame = (struct frame){.type = type,
	    .seq = ++c->seq,
	    .body = p->body,
	    .size = size,
	    .fds = p->fds};
	return p;
}

enum status
channel_send_fds(struct channel *c, uint16_t type, const void *body,
    size_t size, const int *fds, size_t fd_count)
{
	struct packet *p;

	if (size > CHANNEL_BODY_MAX || fd_count > CHANNEL_FDS_MAX)
		return ERR_RANGE;
	if (c->peer == NULL || c->ended)
		return ERR_IO;
	if ((c->queue_count > 0 || !peer_has_room(c)) &&
	    c->queue_count >= c->queue_max) {
		c->held = true;
		return ERR_LIMIT;
	}
	p = packet_new(c, type, body, size);
	for (size_t k = 0; k < fd_count; k++) {
		p->fds[k] = fcntl(fds[k], F_DUPFD_CLOEXEC, 0);
		assert(p->fds[k] >= 0);
		p->frame.fd_count++;
	}
	if (c->queue_count == 0 && peer_has_room(c)) {
		push_to_peer(c, p);
		return OK;
	}
	STAILQ_INSERT_TAIL(&c->queue, p, entry);
	c->queue_count++;
	c->held = true;
	return OK;
}

size_t
channel_backlog(const struct channel *c)
{
	return c->queue_count;
}

enum status
channel_pair(int fds[2], struct fail *f)
{
	fds[0] = fds[1] = -1;
	return fail_set(f, ERR_IO, "no descriptors in virtual time");
}
