/* SPDX-License-Identifier: MIT */
/*
 * What resolve, dial and fetch promise alike, of the network and of a script:
 * one callback each, from the loop, in time, and none after a cancel.
 */
#include <arpa/inet.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/dial.h"
#include "io/fetch.h"
#include "io/resolve.h"

static const struct address loopback = {.family = FAMILY_IPV4,
    .bytes = {127, 0, 0, 1}};

struct scene {
	struct loop *loop;
	struct resolver *resolver;
	struct dialer *dialer;
	struct fetcher *fetcher;
	int listener; /* connects, and then never says a word */
	uint16_t port;
	bool inside; /* a call of ours: no callback may come */
};

struct told {
	struct scene *scene;
	unsigned calls;
	enum reason reason;
	size_t count;
	struct address first;
	bool free_all;
};

static int
open_scene(void **state)
{
	const struct fetch_limits limits = {.in_flight_max = 2};
	struct scene *c = mem_zalloc(sizeof(*c));
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
	socklen_t size = sizeof(in);

	c->loop = loop_new(NULL);
	c->resolver = resolver_new_at(c->loop, "127.0.0.1:9,[::1]:99", NULL);
	c->dialer = dialer_new(c->loop);
	c->fetcher = fetcher_new(c->loop, &limits, NULL);
	c->listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(c->listener, (struct sockaddr *)&in, sizeof(in)) != 0 ||
	    listen(c->listener, 16) != 0 ||
	    getsockname(c->listener, (struct sockaddr *)&in, &size) != 0)
		return -1;
	c->port = ntohs(in.sin_port);
	*state = c;
	return c->resolver != NULL && c->fetcher != NULL ? 0 : -1;
}

static int
close_scene(void **state)
{
	struct scene *c = *state;

	fetcher_free(c->fetcher);
	dialer_free(c->dialer);
	resolver_free(c->resolver);
	loop_free(c->loop);
	(void)close(c->listener);
	mem_free(c);
	return 0;
}

static void
note(struct told *t, enum reason reason)
{
	struct scene *c = t->scene;

	assert_false(c->inside);
	t->calls++;
	t->reason = reason;
	if (t->free_all) {
		fetcher_free(c->fetcher);
		dialer_free(c->dialer);
		resolver_free(c->resolver);
		c->fetcher = NULL;
		c->dialer = NULL;
		c->resolver = NULL;
	}
}

static void
on_resolved(void *arg, const struct resolved *r)
{
	struct told *t = arg;

	t->count = r->count;
	if (r->count > 0)
		t->first = r->addresses[0];
	note(t, r->reason);
}

static void
on_dialled(void *arg, enum reason reason, uint32_t took_us)
{
	(void)took_us;
	note(arg, reason);
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	note(arg, r->reason);
}

static struct resolution *
resolve(struct scene *c, struct told *t, const char *name, enum family family)
{
	struct resolution *n;

	*t = (struct told){.scene = c, .free_all = t->free_all};
	c->inside = true;
	n = resolve_start(c->resolver, name, family, 50, on_resolved, t);
	c->inside = false;
	return n;
}

static struct dial *
dial(struct scene *c, struct told *t)
{
	struct dial *h;

	*t = (struct told){.scene = c, .free_all = t->free_all};
	c->inside = true;
	h = dial_start(c->dialer, &loopback, c->port, 500, on_dialled, t);
	c->inside = false;
	return h;
}

static struct fetch *
fetch(struct scene *c, struct told *t, const char *url)
{
	const struct fetch_request q = {.url = url,
	    .address = &loopback,
	    .port = c->port,
	    .timeout = 50,
	    .body_max = 1000};
	struct fetch *h;

	*t = (struct told){.scene = c, .free_all = t->free_all};
	c->inside = true;
	h = fetch_start(c->fetcher, &q, on_fetched, t);
	c->inside = false;
	return h;
}

static void
literals_resolve_themselves(void **state)
{
	struct scene *c = *state;
	struct told t = {0};

	assert_non_null(resolve(c, &t, "192.0.2.7", FAMILY_ANY));
	loop_run(c->loop);
	assert_int_equal(t.calls, 1);
	assert_int_equal(t.reason, REASON_OK);
	assert_int_equal(t.count, 1);
	assert_int_equal(t.first.bytes[3], 7);
	assert_non_null(resolve(c, &t, "::1", FAMILY_IPV6));
	loop_run(c->loop);
	assert_int_equal(t.first.family, FAMILY_IPV6);
	assert_non_null(resolve(c, &t, "::1", FAMILY_IPV4));
	loop_run(c->loop);
	assert_int_equal(t.reason, REASON_DNS_EMPTY);
	assert_int_equal(t.count, 0);
}

static void
no_name_is_a_name_too(void **state)
{
	struct scene *c = *state;
	struct told t = {0};
	char name[400];

	assert_non_null(resolve(c, &t, "", FAMILY_ANY));
	loop_run(c->loop);
	assert_int_equal(t.reason, REASON_DNS_NXDOMAIN);
	memset(name, 'a', sizeof(name));
	name[sizeof(name) - 1] = '\0';
	assert_non_null(resolve(c, &t, name, FAMILY_ANY));
	loop_run(c->loop);
	assert_int_equal(t.reason, REASON_DNS_NXDOMAIN);
	assert_int_equal(t.calls, 1);
}

static void
servers_are_listed(void **state)
{
	struct scene *c = *state;
	char servers[4][64];

	assert_int_equal(resolver_servers(c->resolver, servers, 4), 2);
	assert_string_equal(servers[0], "127.0.0.1:9");
	assert_string_equal(servers[1], "[::1]:99");
	assert_int_equal(resolver_servers(c->resolver, servers, 1), 1);
}

static void
each_is_told_once(void **state)
{
	struct scene *c = *state;
	struct told r = {0}, d = {0}, x = {0};

	assert_non_null(resolve(c, &r, "name.test", FAMILY_ANY));
	assert_non_null(dial(c, &d));
	assert_non_null(fetch(c, &x, "http://name.test/"));
	assert_int_equal(fetcher_in_flight(c->fetcher), 1);
	loop_run(c->loop);
	assert_int_equal(r.calls, 1);
	assert_int_equal(d.calls, 1);
	assert_int_equal(d.reason, REASON_OK);
	assert_int_equal(x.calls, 1);
	assert_int_equal(fetcher_in_flight(c->fetcher), 0);
}

static void
nobody_is_told_after_a_cancel(void **state)
{
	struct scene *c = *state;
	struct told t[4] = {{0}};

	resolve_cancel(resolve(c, &t[0], "name.test", FAMILY_ANY));
	resolve_cancel(resolve(c, &t[1], "192.0.2.1", FAMILY_ANY));
	dial_cancel(dial(c, &t[2]));
	fetch_cancel(fetch(c, &t[3], "http://name.test/"));
	assert_int_equal(fetcher_in_flight(c->fetcher), 0);
	fetch_cancel(fetch(c, &t[3], "nonsense"));
	loop_run(c->loop);
	for (size_t i = 0; i < 4; i++)
		assert_int_equal(t[i].calls, 0);
}

static void
what_is_in_flight_is_dropped_with_its_owner(void **state)
{
	struct scene *c = *state;
	struct told d = {0}, x[2] = {{0}};

	assert_non_null(dial(c, &d));
	assert_non_null(fetch(c, &x[0], "http://name.test/"));
	assert_non_null(fetch(c, &x[1], "nonsense"));
	dialer_free(c->dialer);
	fetcher_free(c->fetcher);
	c->dialer = NULL;
	c->fetcher = NULL;
	loop_run(c->loop);
	assert_int_equal(d.calls + x[0].calls + x[1].calls, 0);
}

static void
a_callback_may_free_them_all(void **state)
{
	struct scene *c = *state;
	struct told t = {.free_all = true};

	assert_non_null(resolve(c, &t, "192.0.2.7", FAMILY_ANY));
	loop_run(c->loop);
	assert_int_equal(t.calls, 1);
	assert_null(c->fetcher);
	(void)close_scene(state);
	assert_int_equal(open_scene(state), 0);
	c = *state;
	assert_non_null(dial(c, &t));
	loop_run(c->loop);
	assert_null(c->fetcher);
	(void)close_scene(state);
	assert_int_equal(open_scene(state), 0);
	c = *state;
	assert_non_null(fetch(c, &t, "http://name.test/"));
	loop_run(c->loop);
	assert_null(c->fetcher);
	(void)close_scene(state);
	assert_int_equal(open_scene(state), 0);
	c = *state;
	assert_non_null(fetch(c, &t, "nonsense"));
	loop_run(c->loop);
	assert_null(c->fetcher);
}

static void
the_pool_has_an_end(void **state)
{
	struct scene *c = *state;
	struct told t[3] = {{0}};

	assert_non_null(fetch(c, &t[0], "http://name.test/"));
	assert_non_null(fetch(c, &t[1], "nonsense"));
	assert_null(fetch(c, &t[2], "http://name.test/"));
	assert_int_equal(fetcher_in_flight(c->fetcher), 2);
	loop_run(c->loop);
	assert_int_equal(t[0].calls, 1);
	assert_int_equal(t[1].calls, 1);
	assert_int_equal(t[1].reason, REASON_BLOCKED_BY_POLICY);
	assert_int_equal(t[2].calls, 0);
	assert_non_null(fetch(c, &t[2], "http://name.test/"));
	loop_run(c->loop);
	assert_int_equal(t[2].calls, 1);
}

static void
malformed_requests_are_blocked(void **state)
{
	static const char *const urls[] = {"", "nonsense", "file:///etc/passwd",
	    "ftp://name.test/", "tcp://name.test:1", "http://a\r\nb/"};
	struct scene *c = *state;
	struct told t = {0};

	for (size_t i = 0; i < sizeof(urls) / sizeof(urls[0]); i++) {
		assert_non_null(fetch(c, &t, urls[i]));
		loop_run(c->loop);
		if (t.reason != REASON_BLOCKED_BY_POLICY)
			fail_msg("'%s' was not blocked", urls[i]);
		assert_int_equal(t.calls, 1);
	}
}

#define SCENE(fn) cmocka_unit_test_setup_teardown(fn, open_scene, close_scene)

int
main(void)
{
	const struct CMUnitTest tests[] = {SCENE(literals_resolve_themselves),
	    SCENE(no_name_is_a_name_too), SCENE(servers_are_listed),
	    SCENE(each_is_told_once), SCENE(nobody_is_told_after_a_cancel),
	    SCENE(what_is_in_flight_is_dropped_with_its_owner),
	    SCENE(a_callback_may_free_them_all), SCENE(the_pool_has_an_end),
	    SCENE(malformed_requests_are_blocked)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
