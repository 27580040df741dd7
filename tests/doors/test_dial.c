/* SPDX-License-Identifier: MIT */
/* Dialling ports that answer, refuse, or do neither. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/dial.h"

enum { HELD = 4 };

struct port {
	int fd, held[HELD];
	uint16_t number;
};

struct told {
	unsigned calls;
	enum reason reason;
	uint32_t took_us;
};

static void
port_open(struct port *p, int family, int backlog)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT};
	struct sockaddr *sa = family == AF_INET ? (struct sockaddr *)&in
						: (struct sockaddr *)&in6;
	socklen_t size = family == AF_INET ? sizeof(in) : sizeof(in6);

	p->fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(p->fd, sa, size), 0);
	assert_int_equal(listen(p->fd, backlog), 0);
	assert_int_equal(getsockname(p->fd, sa, &size), 0);
	p->number = ntohs(family == AF_INET ? in.sin_port : in6.sin6_port);
	for (size_t i = 0; i < HELD; i++) {
		p->held[i] = socket(family,
		    SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
		if (backlog == 0) /* fill the queue: the next one hangs */
			(void)connect(p->held[i], sa, size);
	}
}

static void
port_close(struct port *p)
{
	(void)close(p->fd);
	for (size_t i = 0; i < HELD; i++)
		(void)close(p->held[i]);
}

static void
on_dialled(void *arg, enum reason reason, uint32_t took_us)
{
	struct told *t = arg;

	*t = (struct told){.calls = t->calls + 1,
	    .reason = reason,
	    .took_us = took_us};
}

static enum reason
dial(const char *to, uint16_t port, struct told *t)
{
	struct loop *l = loop_new(NULL);
	struct dialer *d = dialer_new(l);
	struct address a;

	assert_true(address_parse(to, &a));
	*t = (struct told){0};
	assert_non_null(dial_start(d, &a, port, 100, on_dialled, t));
	assert_int_equal(t->calls, 0);
	loop_run(l);
	assert_int_equal(t->calls, 1);
	dialer_free(d);
	loop_free(l);
	return t->reason;
}

static void
ports_answer_refuse_or_hang(void **state)
{
	struct port p;
	struct told t;

	(void)state;
	port_open(&p, AF_INET, 8);
	assert_int_equal(dial("127.0.0.1", p.number, &t), REASON_OK);
	assert_in_range(t.took_us, 1, 99999);
	port_close(&p);
	assert_int_equal(dial("127.0.0.1", p.number, &t),
	    REASON_CONNECTION_REFUSED);
	port_open(&p, AF_INET6, 8);
	assert_int_equal(dial("::1", p.number, &t), REASON_OK);
	port_close(&p);
	port_open(&p, AF_INET, 0);
	assert_int_equal(dial("127.0.0.1", p.number, &t),
	    REASON_TIMEOUT_CONNECT);
	assert_in_range(t.took_us, 99000, 400000);
	port_close(&p);
}

static void
what_is_our_fault_is_said_so(void **state)
{
	struct rlimit old, low;
	struct loop *l = loop_new(NULL);
	struct dialer *d = dialer_new(l);
	struct told t = {0};
	struct address a;
	int next = dup(0);

	(void)state;
	(void)close(next);
	assert_true(address_parse("127.0.0.1", &a));
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &old), 0);
	low = old;
	low.rlim_cur = (rlim_t)next;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &low), 0);
	assert_non_null(dial_start(d, &a, 1, 100, on_dialled, &t));
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &old), 0);
	loop_run(l);
	assert_int_equal(t.reason, REASON_LOCAL_RESOURCE);
	dialer_free(d);
	loop_free(l);
	/* Broadcast needs a permission that we do not have. */
	assert_int_equal(dial("255.255.255.255", 1, &t), REASON_LOCAL_NETWORK);
}

static void
a_gateway_is_an_address(void **state)
{
	struct address a = {0};

	(void)state;
	if (dial_gateway(&a))
		assert_true(a.family == FAMILY_IPV4 || a.family == FAMILY_IPV6);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       ports_answer_refuse_or_hang),
	    cmocka_unit_test(what_is_our_fault_is_said_so),
	    cmocka_unit_test(a_gateway_is_an_address)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
