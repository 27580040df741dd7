/* SPDX-License-Identifier: MIT */
#include "io/channel.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>

#include "base/bytes.h"
#include "base/mem.h"

enum {
	HEADER_BYTES = 16,
	FRAME_BYTES = HEADER_BYTES + CHANNEL_BODY_MAX,
	FRAMES_PER_TURN = 64,
	/* The system may grant less; its own default is 278 small frames. */
	SOCKET_BYTES = 4 * 1024 * 1024
};

struct packet {
	STAILQ_ENTRY(packet) entry;
	uint16_t type;
	uint64_t seq;
	unsigned char *body;
	size_t size;
	int fds[CHANNEL_FDS_MAX];
	size_t fd_count;
};

struct channel {
	int fd;
	struct watch *watch;
	struct channel_events events;
	STAILQ_HEAD(, packet) queue;
	size_t queue_count, queue_max;
	uint64_t sent, received; /* sequence numbers, from 1 */
	bool held;   /* frames were queued or refused: on_drained due */
	bool broken; /* nothing can be sent any more */
	unsigned char *frame; /* FRAME_BYTES to read into */
	bool *freed;          /* set by channel_free() within a callback */
};

/* Room for the descriptors of one frame, aligned. */
union control {
	struct cmsghdr header;
	char buf[CMSG_SPACE(sizeof(int) * CHANNEL_FDS_MAX)];
};

static void
close_all(const int *fds, size_t n)
{
	for (size_t k = 0; k < n; k++)
		(void)close(fds[k]);
}

static void
packet_free(struct packet *p)
{
	close_all(p->fds, p->fd_count);
	mem_free(p->body);
	mem_free(p);
}

static void
pop(struct channel *c)
{
	struct packet *p = STAILQ_FIRST(&c->queue);

	STAILQ_REMOVE_HEAD(&c->queue, entry);
	c->queue_count--;
	packet_free(p);
}

/*
 * Nothing goes out any more.  Closing both directions makes the end readable
 * here and there, once what had arrived is read.
 */
static void
break_off(struct channel *c)
{
	c->broken = true;
	c->held = false;
	while (c->queue_count > 0)
		pop(c);
	(void)shutdown(c->fd, SHUT_RDWR);
}

static void
attach(struct msghdr *m, union control *control, const int *fds, size_t n)
{
	struct cmsghdr *h;

	if (n == 0)
		return;
	memset(control, 0, sizeof(*control));
	m->msg_control = control;
	m->msg_controllen = CMSG_SPACE(sizeof(int) * n);
	h = CMSG_FIRSTHDR(m);
	h->cmsg_level = SOL_SOCKET;
	h->cmsg_type = SCM_RIGHTS;
	h->cmsg_len = CMSG_LEN(sizeof(int) * n);
	memcpy(CMSG_DATA(h), fds, sizeof(int) * n);
}

/* OK, ERR_LIMIT when the socket is full, ERR_IO when it is of no more use. */
static enum status
transmit(struct channel *c, const struct packet *p)
{
	unsigned char header[HEADER_BYTES];
	union control control;
	struct bytes_out o;
	struct iovec v[] = {{.iov_base = header, .iov_len = sizeof(header)},
	    {.iov_base = p->body, .iov_len = p->size}};
	struct msghdr m = {.msg_iov = v, .msg_iovlen = 2};
	ssize_t n;

	bytes_out_init(&o, header, sizeof(header));
	bytes_put_u16(&o, CHANNEL_VERSION);
	bytes_put_u16(&o, p->type);
	bytes_put_u32(&o, (uint32_t)p->size);
	bytes_put_u64(&o, p->seq);
	attach(&m, &control, p->fds, p->fd_count);
	do
		n = sendmsg(c->fd, &m, MSG_DONTWAIT | MSG_NOSIGNAL);
	while (n < 0 && errno == EINTR);
	if (n >= 0)
		return OK;
	switch (errno) {
	case EAGAIN:
	case ENOBUFS:
	case ENOMEM:
	case ETOOMANYREFS:
		return ERR_LIMIT;
	default:
		return ERR_IO;
	}
}

static void
watch_both(struct channel *c)
{
	watch_arm(c->watch, c->held ? WATCH_READ | WATCH_WRITE : WATCH_READ);
}

static void
hold(struct channel *c)
{
	c->held = true;
	watch_both(c);
}

/* The descriptors are duplicated, for the caller may close its own. */
static enum status
enqueue(struct channel *c, const struct packet *like)
{
	struct packet *p;

	hold(c);
	if (c->queue_count >= c->queue_max)
		return ERR_LIMIT;
	p = mem_zalloc(sizeof(*p));
	p->type = like->type;
	p->seq = like->seq;
	for (size_t k = 0; k < like->fd_count; k++) {
		int fd = fcntl(like->fds[k], F_DUPFD_CLOEXEC, 0);

		if (fd < 0) {
			packet_free(p);
			return ERR_LIMIT;
		}
		p->fds[p->fd_count++] = fd;
	}
	p->size = like->size;
	if (p->size > 0)
		p->body = mem_copy(like->body, p->size);
	STAILQ_INSERT_TAIL(&c->queue, p, entry);
	c->queue_count++;
	return OK;
}

static void
drain(struct channel *c)
{
	while (c->queue_count > 0) {
		enum status rc = transmit(c, STAILQ_FIRST(&c->queue));

		if (rc == ERR_LIMIT)
			return;
		if (rc != OK) {
			break_off(c);
			watch_both(c);
			return;
		}
		pop(c);
	}
	c->held = false;
	watch_both(c);
	if (c->events.on_drained != NULL)
		c->events.on_drained(c->events.arg);
}

static void
end(struct channel *c, const char *why)
{
	break_off(c);
	watch_disarm(c->watch);
	c->events.on_end(c->events.arg, why);
}

/* What fits is kept; the kernel has dropped what did not fit the control. */
static void
detach(struct msghdr *m, int fds[CHANNEL_FDS_MAX], size_t *count)
{
	*count = 0;
	for (struct cmsghdr *h = CMSG_FIRSTHDR(m); h; h = CMSG_NXTHDR(m, h)) {
		size_t n = (h->cmsg_len - CMSG_LEN(0)) / sizeof(int);

		if (h->cmsg_level != SOL_SOCKET || h->cmsg_type != SCM_RIGHTS)
			continue;
		for (size_t k = 0; k < n; k++) {
			int fd;

			memcpy(&fd, CMSG_DATA(h) + k * sizeof(int), sizeof(fd));
			if (*count < CHANNEL_FDS_MAX)
				fds[(*count)++] = fd;
			else
				(void)close(fd);
		}
	}
}

/* NULL when the n bytes read are the next frame, else what is wrong. */
static const char *
parse(struct channel *c, const struct msghdr *m, size_t n, struct frame *f)
{
	struct bytes_in i;
	uint16_t version;

	if (m->msg_flags & MSG_TRUNC)
		return "a frame is too long";
	if (m->msg_flags & MSG_CTRUNC)
		return "too many descriptors, here or in a frame";
	bytes_in_init(&i, c->frame, n);
	version = bytes_get_u16(&i);
	f->type = bytes_get_u16(&i);
	f->size = bytes_get_u32(&i);
	f->seq = bytes_get_u64(&i);
	if (!i.ok || version != CHANNEL_VERSION)
		return "not a frame of our version";
	if (f->size != n - HEADER_BYTES)
		return "a frame is not as long as it says";
	if (f->seq != c->received + 1)
		return "a frame is missing";
	c->received = f->seq;
	f->body = c->frame + HEADER_BYTES;
	return NULL;
}

/* False when there is nothing more to read for now, or for ever. */
static bool
read_one(struct channel *c)
{
	union control control;
	struct iovec v = {.iov_base = c->frame, .iov_len = FRAME_BYTES};
	struct msghdr m = {.msg_iov = &v,
	    .msg_iovlen = 1,
	    .msg_control = &control,
	    .msg_controllen = sizeof(control)};
	int fds[CHANNEL_FDS_MAX];
	struct frame f = {.fds = fds};
	const char *wrong;
	ssize_t n = recvmsg(c->fd, &m, MSG_DONTWAIT | MSG_CMSG_CLOEXEC);

	/* After a reset, told once, comes what was sent before it. */
	if (n < 0 && (errno == EINTR || errno == ECONNRESET))
		return true;
	if (n < 0 && errno == EAGAIN)
		return false;
	if (n < 0) {
		end(c, strerror(errno));
		return false;
	}
	detach(&m, fds, &f.fd_count);
	if (n == 0) {
		close_all(fds, f.fd_count);
		end(c, "the other end is gone");
		return false;
	}
	wrong = parse(c, &m, (size_t)n, &f);
	if (wrong != NULL) {
		close_all(fds, f.fd_count);
		end(c, wrong);
		return false;
	}
	c->events.on_frame(c->events.arg, &f);
	return true;
}

static void
on_ready(void *arg, int events)
{
	struct channel *c = arg;
	unsigned char *frame = c->frame;
	bool freed = false;

	c->freed = &freed;
	if (events & WATCH_WRITE)
		drain(c);
	if (events & WATCH_READ) {
		for (int k = 0; k < FRAMES_PER_TURN && !freed; k++)
			if (!read_one(c))
				break;
	}
	/* A callback that freed the channel still had the body to read. */
	if (freed)
		mem_free(frame);
	else
		c->freed = NULL;
}

/* As large as allowed; without it frames only queue earlier. */
static void
enlarge(int fd)
{
	const int bytes = SOCKET_BYTES;

	if (setsockopt(fd, SOL_SOCKET, SO_SNDBUFFORCE, &bytes, sizeof(bytes)))
		(void)setsockopt(fd, SOL_SOCKET, SO_SNDBUF, &bytes,
		    sizeof(bytes));
}

struct channel *
channel_new(struct loop *l, int fd, size_t queue_max,
    const struct channel_events *ev)
{
	struct channel *c = mem_zalloc(sizeof(*c));

	c->fd = fd;
	c->events = *ev;
	c->queue_max = queue_max;
	c->frame = mem_zalloc(FRAME_BYTES);
	STAILQ_INIT(&c->queue);
	enlarge(fd);
	(void)fcntl(fd, F_SETFD, FD_CLOEXEC);
	c->watch = watch_new(l, fd, on_ready, c);
	watch_both(c);
	return c;
}

void
channel_free(struct channel *c)
{
	if (c == NULL)
		return;
	watch_free(c->watch);
	while (c->queue_count > 0)
		pop(c);
	(void)close(c->fd);
	if (c->freed != NULL)
		*c->freed = true;
	else
		mem_free(c->frame);
	mem_free(c);
}

enum status
channel_send(struct channel *c, uint16_t type, const void *body, size_t size)
{
	return channel_send_fds(c, type, body, size, NULL, 0);
}

enum status
channel_send_fds(struct channel *c, uint16_t type, const void *body,
    size_t size, const int *fds, size_t fd_count)
{
	struct packet p = {.type = type,
	    .seq = c->sent + 1,
	    .body = (unsigned char *)(uintptr_t)body, /* only read */
	    .size = size,
	    .fd_count = fd_count};
	enum status rc = ERR_LIMIT;

	if (size > CHANNEL_BODY_MAX || fd_count > CHANNEL_FDS_MAX)
		return ERR_RANGE;
	if (c->broken)
		return ERR_IO;
	if (fd_count > 0)
		memcpy(p.fds, fds, fd_count * sizeof(*fds));
	if (c->queue_count == 0)
		rc = transmit(c, &p);
	if (rc == ERR_LIMIT)
		rc = enqueue(c, &p);
	if (rc == OK)
		c->sent++;
	if (rc == ERR_IO)
		break_off(c);
	return rc;
}

size_t
channel_backlog(const struct channel *c)
{
	return c->queue_count;
}

enum status
channel_pair(int fds[2], struct fail *f)
{
	if (socketpair(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0, fds) != 0)
		return fail_set(f, ERR_IO, "cannot make a socket pair: %s",
		    strerror(errno));
	return OK;
}
