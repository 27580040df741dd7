/* SPDX-License-Identifier: MIT */
#include "io/dial.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/refusal.h"
#include "io/route.h"

TAILQ_HEAD(dials, dial);

struct dialer {
	struct loop *loop;
	struct dials live;
};

struct dial {
	TAILQ_ENTRY(dial) node;
	struct dialer *dialer;
	int fd;
	struct watch *watch; /* NULL: decided already, told by the timer */
	struct timer *timer;
	int64_t since;
	uint32_t took_us;
	enum reason reason; /* what the timer will say */
	dialled_fn *fn;
	void *arg;
};

struct dialer *
dialer_new(struct loop *l)
{
	struct dialer *d = mem_zalloc(sizeof(*d));

	d->loop = l;
	TAILQ_INIT(&d->live);
	return d;
}

void
dialer_free(struct dialer *d)
{
	if (d == NULL)
		return;
	while (!TAILQ_EMPTY(&d->live))
		dial_cancel(TAILQ_FIRST(&d->live));
	mem_free(d);
}

void
dial_cancel(struct dial *h)
{
	TAILQ_REMOVE(&h->dialer->live, h, node);
	watch_free(h->watch);
	timer_free(h->timer);
	if (h->fd >= 0)
		(void)close(h->fd);
	mem_free(h);
}

static uint32_t
elapsed(const struct dial *h)
{
	int64_t us = loop_micros(h->dialer->loop) - h->since;

	if (us < 0)
		return 0;
	return us > UINT32_MAX ? UINT32_MAX : (uint32_t)us;
}

static void
finish(struct dial *h, enum reason reason, uint32_t took_us)
{
	dialled_fn *fn = h->fn;
	void *arg = h->arg;

	dial_cancel(h);
	fn(arg, reason, took_us);
}

static void
on_timer(void *arg)
{
	struct dial *h = arg;

	finish(h, h->reason, h->watch != NULL ? elapsed(h) : h->took_us);
}

static void
on_watch(void *arg, int events)
{
	struct dial *h = arg;
	int error = 0;
	socklen_t size = sizeof(error);

	(void)events;
	if (getsockopt(h->fd, SOL_SOCKET, SO_ERROR, &error, &size) != 0)
		error = errno;
	finish(h, error == 0 ? REASON_OK : refusal_reason(error), elapsed(h));
}

/* 0 connected, EINPROGRESS under way, else why not. */
static int
begin(struct dial *h, const struct address *a, uint16_t port)
{
	struct sockaddr_in in4 = {.sin_family = AF_INET,
	    .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	    .sin6_port = htons(port)};
	bool four = a->family == FAMILY_IPV4;
	int rc;

	memcpy(&in4.sin_addr, a->bytes, 4);
	memcpy(&in6.sin6_addr, a->bytes, 16);
	h->fd = socket(four ? AF_INET : AF_INET6,
	    SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (h->fd < 0)
		return errno;
	rc = four ? connect(h->fd, (struct sockaddr *)&in4, sizeof(in4))
		  : connect(h->fd, (struct sockaddr *)&in6, sizeof(in6));
	return rc == 0 ? 0 : errno;
}

struct dial *
dial_start(struct dialer *d, const struct address *a, uint16_t port,
    span_ms timeout, dialled_fn *fn, void *arg)
{
	struct dial *h = mem_zalloc(sizeof(*h));
	int error;

	h->dialer = d;
	h->fn = fn;
	h->arg = arg;
	h->since = loop_micros(d->loop);
	h->timer = timer_new(d->loop, on_timer, h);
	TAILQ_INSERT_TAIL(&d->live, h, node);

	error = begin(h, a, port);
	if (error == EINPROGRESS) {
		h->reason = REASON_TIMEOUT_CONNECT;
		h->watch = watch_new(d->loop, h->fd, on_watch, h);
		watch_arm(h->watch, WATCH_WRITE);
		timer_arm_real(h->timer, timeout);
		return h;
	}
	h->reason = error == 0 ? REASON_OK : refusal_reason(error);
	h->took_us = elapsed(h);
	timer_arm(h->timer, 0);
	return h;
}

/* The tables are made by the kernel on the fly: reading does not block. */
static bool
read_table(const char *path, char *buf, size_t size)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t n = 0;
	ssize_t got = 1;

	if (fd < 0)
		return false;
	while (n < size - 1 && got > 0) {
		got = read(fd, buf + n, size - 1 - n);
		n += got > 0 ? (size_t)got : 0;
	}
	(void)close(fd);
	buf[n] = '\0';
	return got >= 0;
}

bool
dial_gateway(struct address *a)
{
	enum { TABLE_BYTES = 65536 };
	char *table = mem_zalloc(TABLE_BYTES);
	bool found = (read_table("/proc/self/net/route", table, TABLE_BYTES) &&
			 route_gateway4(table, a)) ||
	    (read_table("/proc/self/net/ipv6_route", table, TABLE_BYTES) &&
		route_gateway6(table, a));

	mem_free(table);
	return found;
}
