/* SPDX-License-Identifier: MIT */
#include "io/ping.h"

#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/mem.h"
#include "io/crypto.h"
#include "io/echo.h"
#include "io/refusal.h"

enum {
	READS_MAX = 64, /* per turn; whoever floods us waits */
	ROOM_BYTES = 512
};

LIST_HEAD(pings, ping);

struct pinger {
	struct loop *loop;
	struct pings live;
	uint16_t sequence;
};

struct ping {
	LIST_ENTRY(ping) node;
	struct pinger *pinger;
	struct echo echo;
	union {
		struct sockaddr any;
		struct sockaddr_in in4;
		struct sockaddr_in6 in6;
	} to;
	socklen_t to_size;
	int fd;
	struct watch *watch;
	struct timer *timer;
	int64_t since;
	enum reason reason; /* what the timer will say */
	pinged_fn *fn;
	void *arg;
};

struct pinger *
pinger_new(struct loop *l)
{
	struct pinger *p = mem_zalloc(sizeof(*p));

	p->loop = l;
	LIST_INIT(&p->live);
	return p;
}

void
pinger_free(struct pinger *p)
{
	if (p == NULL)
		return;
	while (!LIST_EMPTY(&p->live))
		ping_cancel(LIST_FIRST(&p->live));
	mem_free(p);
}

void
ping_cancel(struct ping *h)
{
	LIST_REMOVE(h, node);
	watch_free(h->watch);
	timer_free(h->timer);
	if (h->fd >= 0)
		(void)close(h->fd);
	mem_free(h);
}

static void
finish(struct ping *h, enum reason reason)
{
	int64_t us = loop_micros(h->pinger->loop) - h->since;
	pinged_fn *fn = h->fn;
	void *arg = h->arg;

	ping_cancel(h);
	if (us < 0)
		us = 0;
	fn(arg, reason, us > UINT32_MAX ? UINT32_MAX : (uint32_t)us);
}

static void
on_timer(void *arg)
{
	struct ping *h = arg;

	finish(h, h->reason);
}

/* An echo to one host may be answered by another, or by a group. */
static bool
is_from(const struct ping *h, const struct sockaddr_storage *from)
{
	const struct sockaddr_in *in4 = (const void *)from;
	const struct sockaddr_in6 *in6 = (const void *)from;

	if (from->ss_family != h->to.any.sa_family)
		return false;
	if (from->ss_family == AF_INET)
		return in4->sin_addr.s_addr == h->to.in4.sin_addr.s_addr;
	return memcmp(&in6->sin6_addr, &h->to.in6.sin6_addr, 16) == 0;
}

static void
on_watch(void *arg, int events)
{
	struct ping *h = arg;

	(void)events;
	for (int i = 0; i < READS_MAX; i++) {
		struct sockaddr_storage from = {.ss_family = AF_UNSPEC};
		socklen_t size = sizeof(from);
		uint8_t bytes[ROOM_BYTES];
		ssize_t n = recvfrom(h->fd, bytes, sizeof(bytes), MSG_DONTWAIT,
		    (struct sockaddr *)&from, &size);

		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			return;
		if (n < 0) {
			finish(h, refusal_reason(errno));
			return;
		}
		if (is_from(h, &from) &&
		    echo_answers(&h->echo, bytes, (size_t)n)) {
			finish(h, REASON_OK);
			return;
		}
	}
}

static void
take_address(struct ping *h, const struct address *a)
{
	h->echo.family = a->family;
	if (a->family == FAMILY_IPV4) {
		h->to.in4.sin_family = AF_INET;
		memcpy(&h->to.in4.sin_addr, a->bytes, 4);
		h->to_size = sizeof(h->to.in4);
	} else {
		h->to.in6.sin6_family = AF_INET6;
		memcpy(&h->to.in6.sin6_addr, a->bytes, 16);
		h->to_size = sizeof(h->to.in6);
	}
}

/* That a router found nobody is told to those who ask for it. */
static bool
wants_errors(int fd, bool four)
{
	const int on = 1;

	return setsockopt(fd, four ? IPPROTO_IP : IPPROTO_IPV6,
		   four ? IP_RECVERR : IPV6_RECVERR, &on, sizeof(on)) == 0;
}

static enum reason
send_echo(struct ping *h)
{
	bool four = h->echo.family == FAMILY_IPV4;
	uint8_t bytes[ECHO_BYTES];

	h->fd = socket(four ? AF_INET : AF_INET6,
	    SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC,
	    four ? IPPROTO_ICMP : IPPROTO_ICMPV6);
	if (h->fd < 0)
		return errno == EACCES || errno == EPERM ||
			errno == EPROTONOSUPPORT
		    ? REASON_NOT_PERMITTED
		    : refusal_reason(errno);
	echo_write(&h->echo, bytes);
	if (!wants_errors(h->fd, four) ||
	    sendto(h->fd, bytes, sizeof(bytes), 0, &h->to.any, h->to_size) < 0)
		return refusal_reason(errno);
	return REASON_OK;
}

struct ping *
ping_start(struct pinger *p, const struct address *a, span_ms timeout,
    pinged_fn *fn, void *arg)
{
	struct ping *h = mem_zalloc(sizeof(*h));

	h->pinger = p;
	h->fn = fn;
	h->arg = arg;
	h->echo.sequence = ++p->sequence;
	crypto_random(h->echo.cookie, sizeof(h->echo.cookie));
	take_address(h, a);
	h->timer = timer_new(p->loop, on_timer, h);
	h->since = loop_micros(p->loop);
	LIST_INSERT_HEAD(&p->live, h, node);
	h->reason = send_echo(h);
	if (h->reason == REASON_OK) {
		h->reason = REASON_TIMEOUT;
		h->watch = watch_new(p->loop, h->fd, on_watch, h);
		watch_arm(h->watch, WATCH_READ);
		timer_arm(h->timer, timeout);
	} else {
		timer_arm(h->timer, 0);
	}
	return h;
}
