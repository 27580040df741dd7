/* SPDX-License-Identifier: MIT */
/* The resolver against a name server of our own that misbehaves on demand. */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/resolve.h"

enum { TYPE_A = 1, TYPE_AAAA = 28, SERVFAIL = 2, NXDOMAIN = 3, REFUSED = 5 };
enum { PACKET_BYTES = 512, HEAD_BYTES = 12 };

struct server {
	int fd;
	uint16_t port;
	struct watch *watch;
	unsigned questions;
	int rcode; /* answer everything with this; 0: by the name */
	bool dead; /* answer nothing */
};

struct asked {
	struct loop *loop;
	struct resolution *pending;
	unsigned calls;
	struct resolved last;
	struct address addresses[RESOLVE_ADDRESSES_MAX];
};

static size_t
read_name(const unsigned char *p, size_t n, char out[256])
{
	size_t at = HEAD_BYTES, len = 0;

	while (at < n && p[at] != 0) {
		size_t label = p[at++];

		assert_true(at + label < n && len + label + 1 < 256);
		memcpy(out + len, p + at, label);
		len += label;
		at += label;
		out[len++] = '.';
	}
	out[len > 0 ? len - 1 : 0] = '\0';
	return at + 1;
}

static size_t
add_record(unsigned char *p, size_t at, int type, uint32_t ttl,
    const char *address)
{
	size_t size = type == TYPE_A ? 4 : 16;
	uint16_t fixed[6] = {htons(0xc00c), htons((uint16_t)type), htons(1),
	    htons((uint16_t)(ttl >> 16)), htons((uint16_t)ttl),
	    htons((uint16_t)size)};

	memcpy(p + at, fixed, sizeof(fixed));
	at += sizeof(fixed);
	assert_int_equal(inet_pton(type == TYPE_A ? AF_INET : AF_INET6, address,
			     p + at),
	    1);
	p[7]++; /* number of answers */
	return at + size;
}

static int
rcode_of(const char *name)
{
	if (strncmp(name, "nx.", 3) == 0)
		return NXDOMAIN;
	if (strncmp(name, "servfail.", 9) == 0)
		return SERVFAIL;
	return strncmp(name, "refused.", 8) == 0 ? REFUSED : 0;
}

static size_t
add_answers(unsigned char *p, size_t at, int type, const char *name)
{
	bool six = type == TYPE_AAAA;

	if (strncmp(name, "two.", 4) == 0 && !six) {
		at = add_record(p, at, type, 60, "192.0.2.1");
		return add_record(p, at, type, 60, "192.0.2.2");
	}
	if (strncmp(name, "both.", 5) == 0) {
		at = add_record(p, at, type, 60,
		    six ? "2001:db8::1" : "192.0.2.1");
		return add_record(p, at, type, 60,
		    six ? "2001:db8::2" : "192.0.2.2");
	}
	if (strncmp(name, "six.", 4) == 0 && six)
		return add_record(p, at, type, 60, "2001:db8::6");
	if (strncmp(name, "one.", 4) == 0 && !six)
		return add_record(p, at, type, 60, "192.0.2.1");
	return at;
}

static void
on_question(void *arg, int events)
{
	struct server *s = arg;
	unsigned char p[PACKET_BYTES] = {0};
	struct sockaddr_in from;
	socklen_t size = sizeof(from);
	ssize_t n = recvfrom(s->fd, p, sizeof(p) / 2, 0,
	    (struct sockaddr *)&from, &size);
	char name[256];
	size_t at;
	int type, rcode;

	(void)events;
	if (n <= HEAD_BYTES)
		return;
	s->questions++;
	at = read_name(p, (size_t)n, name);
	type = p[at] << 8 | p[at + 1];
	at += 4;
	if (s->dead || strncmp(name, "hole.", 5) == 0)
		return;
	rcode = s->rcode != 0 ? s->rcode : rcode_of(name);
	p[2] = 0x81;
	p[3] = (unsigned char)(0x80 | rcode);
	memset(p + 6, 0, 6);
	if (rcode == 0)
		at = add_answers(p, at, type, name);
	(void)sendto(s->fd, p, at, 0, (struct sockaddr *)&from, size);
}

static void
server_open(struct server *s, struct loop *l, uint32_t address, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_port = htons(port),
	    .sin_addr.s_addr = htonl(address)};
	socklen_t size = sizeof(in);

	*s = (struct server){.fd = socket(AF_INET,
				 SOCK_DGRAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0)};
	assert_true(s->fd >= 0);
	assert_int_equal(bind(s->fd, (struct sockaddr *)&in, sizeof(in)), 0);
	assert_int_equal(getsockname(s->fd, (struct sockaddr *)&in, &size), 0);
	s->port = ntohs(in.sin_port);
	s->watch = watch_new(l, s->fd, on_question, s);
	watch_arm(s->watch, WATCH_READ);
}

static void
server_close(struct server *s)
{
	watch_free(s->watch);
	(void)close(s->fd);
}

struct scene {
	struct loop *loop;
	struct server first, second;
	struct resolver *resolver;
};

static int
open_scene(void **state)
{
	struct scene *c = mem_zalloc(sizeof(*c));
	char servers[64];

	c->loop = loop_new(NULL);
	server_open(&c->first, c->loop, INADDR_LOOPBACK, 0);
	server_open(&c->second, c->loop, INADDR_LOOPBACK + 1, c->first.port);
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u,127.0.0.2:%u",
	    (unsigned)c->first.port, (unsigned)c->second.port);
	c->resolver = resolver_new_at(c->loop, servers, NULL);
	*state = c;
	return c->resolver != NULL ? 0 : -1;
}

static int
close_scene(void **state)
{
	struct scene *c = *state;

	resolver_free(c->resolver);
	server_close(&c->first);
	server_close(&c->second);
	loop_free(c->loop);
	mem_free(c);
	return 0;
}

static void
on_resolved(void *arg, const struct resolved *r)
{
	struct asked *a = arg;

	a->pending = NULL;
	a->calls++;
	a->last = *r;
	assert_true(r->count <= RESOLVE_ADDRESSES_MAX);
	memcpy(a->addresses, r->addresses, r->count * sizeof(*r->addresses));
	loop_stop(a->loop);
}

static void
begin(struct scene *c, struct asked *a, const char *name, enum family family,
    span_ms timeout)
{
	*a = (struct asked){.loop = c->loop};
	a->pending =
	    resolve_start(c->resolver, name, family, timeout, on_resolved, a);
	assert_int_equal(a->calls, 0);
}

static void
finish(struct scene *c, struct asked *a)
{
	while (a->calls == 0)
		loop_run(c->loop);
}

static enum reason
resolve(struct scene *c, struct asked *a, const char *name)
{
	begin(c, a, name, FAMILY_ANY, 5000);
	finish(c, a);
	return a->last.reason;
}

static void
check_address(const struct asked *a, size_t i, const char *want)
{
	char text[ADDRESS_TEXT_BYTES];

	assert_true(i < a->last.count);
	assert_string_equal(address_format(&a->addresses[i], text), want);
}

static void
literals_need_no_server(void **state)
{
	struct scene *c = *state;
	struct asked a;

	assert_int_equal(resolve(c, &a, "192.0.2.9"), REASON_OK);
	check_address(&a, 0, "192.0.2.9");
	assert_int_equal(resolve(c, &a, "2001:db8::9"), REASON_OK);
	check_address(&a, 0, "2001:db8::9");
	begin(c, &a, "192.0.2.9", FAMILY_IPV6, 1000);
	finish(c, &a);
	assert_int_equal(a.last.reason, REASON_DNS_EMPTY);
	assert_int_equal(c->first.questions + c->second.questions, 0);
}

static void
each_failure_has_its_reason(void **state)
{
	struct scene *c = *state;
	struct asked a;
	char long_name[400];

	assert_int_equal(resolve(c, &a, "nx.test"), REASON_DNS_NXDOMAIN);
	assert_int_equal(resolve(c, &a, "servfail.test"), REASON_DNS_SERVFAIL);
	assert_int_equal(resolve(c, &a, "refused.test"), REASON_DNS_REFUSED);
	assert_int_equal(resolve(c, &a, "empty.test"), REASON_DNS_EMPTY);
	memset(long_name, 'a', sizeof(long_name));
	long_name[sizeof(long_name) - 1] = '\0';
	assert_int_equal(resolve(c, &a, long_name), REASON_DNS_NXDOMAIN);
	long_name[100] = '\0';
	assert_int_equal(resolve(c, &a, long_name), REASON_DNS_NXDOMAIN);
	assert_int_equal(resolve(c, &a, ""), REASON_DNS_NXDOMAIN);
	assert_int_equal(a.last.count, 0);
}

static void
answers_are_ordered_and_kept(void **state)
{
	struct scene *c = *state;
	unsigned questions;
	struct asked a;

	assert_int_equal(resolve(c, &a, "two.test"), REASON_OK);
	assert_int_equal(a.last.count, 2);
	check_address(&a, 0, "192.0.2.1");
	check_address(&a, 1, "192.0.2.2");
	assert_false(a.last.cached);
	questions = c->first.questions;

	assert_int_equal(resolve(c, &a, "TWO.test"), REASON_OK);
	assert_true(a.last.cached);
	assert_int_equal(a.last.count, 2);
	assert_int_equal(c->first.questions, questions);

	assert_int_equal(resolve(c, &a, "both.test"), REASON_OK);
	assert_int_equal(a.last.count, 4);
	check_address(&a, 0, "192.0.2.1");
	check_address(&a, 1, "2001:db8::1");
	check_address(&a, 2, "192.0.2.2");
	check_address(&a, 3, "2001:db8::2");

	begin(c, &a, "six.test", FAMILY_IPV6, 1000);
	finish(c, &a);
	check_address(&a, 0, "2001:db8::6");
	begin(c, &a, "six.test", FAMILY_IPV4, 1000);
	finish(c, &a);
	assert_int_equal(a.last.reason, REASON_DNS_EMPTY);
}

static void
the_hosts_file_is_read(void **state)
{
	struct scene *c = *state;
	struct asked a;

	begin(c, &a, "localhost", FAMILY_IPV4, 1000);
	finish(c, &a);
	assert_int_equal(a.last.reason, REASON_OK);
	check_address(&a, 0, "127.0.0.1");
	assert_int_equal(c->first.questions, 0);
}

static void
the_next_server_is_asked(void **state)
{
	struct scene *c = *state;
	struct asked a;

	c->first.rcode = SERVFAIL;
	assert_int_equal(resolve(c, &a, "one.test"), REASON_OK);
	assert_true(c->first.questions > 0 && c->second.questions > 0);
	c->second.rcode = REFUSED;
	assert_int_equal(resolve(c, &a, "two.test"), REASON_DNS_REFUSED);
}

static void
a_black_hole_delays_nobody_else(void **state)
{
	struct scene *c = *state;
	struct asked hole, one;
	int64_t before = loop_micros(c->loop);

	begin(c, &hole, "hole.test", FAMILY_ANY, 150);
	assert_int_equal(resolve(c, &one, "one.test"), REASON_OK);
	assert_true(one.last.took_us < 100000);
	assert_int_equal(hole.calls, 0);
	finish(c, &hole);
	assert_int_equal(hole.last.reason, REASON_TIMEOUT_DNS);
	assert_in_range(loop_micros(c->loop) - before, 149000, 600000);
	assert_in_range(hole.last.took_us, 149000, 600000);
	/* It is asked again at once when somebody wants it again. */
	before = c->first.questions;
	begin(c, &hole, "hole.test", FAMILY_ANY, 50);
	finish(c, &hole);
	assert_true(c->first.questions > before);
}

static void
one_question_for_all_who_ask(void **state)
{
	struct scene *c = *state;
	struct asked a[5];

	for (size_t i = 0; i < 5; i++)
		begin(c, &a[i], "one.test", FAMILY_IPV4, 2000);
	resolve_cancel(a[1].pending);
	for (size_t i = 0; i < 5; i++)
		if (i != 1)
			finish(c, &a[i]);
	assert_int_equal(a[1].calls, 0);
	assert_int_equal(c->first.questions, 1);
	for (size_t i = 0; i < 5; i++)
		assert_int_equal(a[i].calls, i == 1 ? 0 : 1);
	/* Cancelled when ready, and when waiting. */
	begin(c, &a[0], "one.test", FAMILY_IPV4, 2000);
	resolve_cancel(a[0].pending);
	begin(c, &a[1], "hole.test", FAMILY_IPV4, 2000);
	resolve_cancel(a[1].pending);
	assert_int_equal(resolve(c, &a[2], "two.test"), REASON_OK);
	assert_int_equal(a[0].calls + a[1].calls, 0);
}

static void
no_server_is_our_own_fault(void **state)
{
	struct scene *c = *state;
	struct server gone;
	char servers[64], got[4][64];
	struct asked a;

	server_open(&gone, c->loop, INADDR_LOOPBACK, 0);
	server_close(&gone);
	(void)snprintf(servers, sizeof(servers), "127.0.0.1:%u",
	    (unsigned)gone.port);
	resolver_free(c->resolver);
	c->resolver = resolver_new_at(c->loop, servers, NULL);
	assert_non_null(c->resolver);
	begin(c, &a, "one.test", FAMILY_IPV4, 100);
	finish(c, &a);
	assert_int_equal(a.last.reason, REASON_LOCAL_RESOLVER);
	assert_int_equal(resolver_servers(c->resolver, got, 4), 1);
	assert_string_equal(got[0], servers);
	assert_null(resolver_new_at(c->loop, "nonsense", NULL));
}

static void
answer_again(void *arg, const struct resolved *r)
{
	struct scene *c = arg;

	assert_int_equal(r->reason, REASON_OK);
	resolver_free(c->resolver);
	c->resolver = NULL;
	loop_stop(c->loop);
}

static void
a_callback_may_free_the_resolver(void **state)
{
	struct scene *c = *state;
	struct asked a;

	assert_int_equal(resolve(c, &a, "one.test"), REASON_OK);
	assert_non_null(resolve_start(c->resolver, "one.test", FAMILY_ANY, 1000,
	    answer_again, c));
	loop_run(c->loop);
	assert_null(c->resolver);
}

static void
write_conf(const char *path, const char *server)
{
	FILE *out = fopen(path, "we");

	assert_non_null(out);
	assert_true(fprintf(out, "nameserver %s\n", server) > 0);
	assert_int_equal(fclose(out), 0);
}

/* The axis is moved on in place of waiting for ten seconds. */
static void
a_new_resolv_conf_is_taken_over(void **state)
{
	char path[] = "/tmp/resolv.XXXXXX", sources[64];
	struct scene *c = *state;
	struct asked a, hole;
	int fd = mkstemp(path);

	assert_true(fd >= 0);
	(void)close(fd);
	write_conf(path, "127.0.0.1");
	resolver_free(c->resolver);
	(void)snprintf(sources, sizeof(sources), "%s:%u", path,
	    (unsigned)c->first.port);
	c->resolver = resolver_new_at(c->loop, sources, NULL);
	assert_non_null(c->resolver);
	assert_int_equal(resolve(c, &a, "one.test"), REASON_OK);
	assert_int_equal(c->second.questions, 0);
	c->first.dead = true;
	begin(c, &hole, "six.test", FAMILY_IPV6, 5000);

	assert_int_equal(unlink(path), 0);
	write_conf(path, "127.0.0.2");
	loop_set_axis(c->loop, loop_now(c->loop) + 11 * (span_ms)SECOND_MS);
	assert_int_equal(resolve(c, &a, "one.test"), REASON_OK);
	assert_false(a.last.cached);
	assert_true(c->second.questions > 0);
	/* What was under way is asked again, of the new server. */
	finish(c, &hole);
	assert_int_equal(hole.last.reason, REASON_OK);
	assert_int_equal(unlink(path), 0);
}

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int
main(void)
{
	const struct CMUnitTest tests[] = {SCENE(literals_need_no_server),
	    SCENE(each_failure_has_its_reason),
	    SCENE(answers_are_ordered_and_kept), SCENE(the_hosts_file_is_read),
	    SCENE(the_next_server_is_asked),
	    SCENE(a_black_hole_delays_nobody_else),
	    SCENE(one_question_for_all_who_ask),
	    SCENE(no_server_is_our_own_fault),
	    SCENE(a_callback_may_free_the_resolver),
	    SCENE(a_new_resolv_conf_is_taken_over)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
