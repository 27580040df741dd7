/* SPDX-License-Identifier: MIT */
/* Connecting by TLS and no more: what is found, and that nothing is left. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "hostile.h"
#include "io/fetch.h"

struct scene {
	struct loop *loop;
	struct fetcher *fetcher;
	struct hostile *server;
	unsigned calls;
	struct fetch_result r;
};

static const struct address loopback = {.family = FAMILY_IPV4,
    .bytes = {127, 0, 0, 1}};

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct scene *c = arg;

	c->calls++;
	c->r = *r;
	loop_stop(c->loop);
}

static enum reason
shake(struct scene *c, const char *name)
{
	char url[64];
	struct fetch_request q = {.url = url,
	    .host = "good.test",
	    .port = hostile_port(c->server, name),
	    .address = &loopback,
	    .handshake_only = true,
	    .want_certificate = true,
	    .timeout = 1000};
	unsigned before = c->calls;

	(void)snprintf(url, sizeof(url), "https://good.test:%u/",
	    (unsigned)q.port);
	assert_non_null(fetch_start(c->fetcher, &q, on_fetched, c));
	while (c->calls == before)
		loop_run(c->loop);
	assert_int_equal(c->calls, before + 1);
	return c->r.reason;
}

static size_t
descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	size_t n = 0;

	assert_non_null(d);
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n;
}

static void
it_is_verified_and_closed(void **state)
{
	struct scene *c = *state;
	size_t before;

	assert_int_equal(shake(c, "tls-good"), REASON_OK);
	before = descriptors();
	for (int i = 0; i < 20; i++) {
		assert_int_equal(shake(c, "tls-good"), REASON_OK);
		assert_int_equal(c->r.code, 0);
		assert_int_equal(c->r.wait_us + c->r.receive_us, 0);
		assert_true(c->r.connect_us > 0 && c->r.tls_us > 0);
		/* 2049-01-02T03:04:05Z */
		assert_int_equal(c->r.cert_not_after, INT64_C(2493169445000));
	}
	assert_int_equal(descriptors(), before);
	assert_int_equal(fetcher_in_flight(c->fetcher), 0);
}

static void
each_fault_has_its_reason(void **state)
{
	static const struct {
		const char *name;
		enum reason reason;
	} rows[] = {{"tls-expired", REASON_TLS_EXPIRED},
	    {"tls-early", REASON_TLS_NOT_YET_VALID},
	    {"tls-self", REASON_TLS_SELF_SIGNED},
	    {"tls-unknown", REASON_TLS_UNKNOWN_CA},
	    {"babble", REASON_TLS_HANDSHAKE},
	    {"closed", REASON_CONNECTION_REFUSED},
	    {"full", REASON_TIMEOUT_CONNECT}, {"silent", REASON_TIMEOUT_TLS}};
	struct scene *c = *state;
	size_t before = descriptors();

	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(shake(c, rows[i].name), rows[i].reason);
		assert_true(c->r.detail[0] != '\0');
	}
	assert_int_equal(descriptors(), before);
}

static int
open_scene(void **state)
{
	static struct scene c;
	struct fetch_limits limits = {.in_flight_max = 4};

	c = (struct scene){.server = hostile_start(), .loop = loop_new(NULL)};
	limits.ca_file = hostile_ca(c.server);
	c.fetcher = fetcher_new(c.loop, &limits, NULL);
	*state = &c;
	return c.fetcher != NULL ? 0 : -1;
}

static int
close_scene(void **state)
{
	struct scene *c = *state;

	fetcher_free(c->fetcher);
	loop_free(c->loop);
	hostile_stop(c->server);
	return 0;
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_verified_and_closed),
	    cmocka_unit_test(each_fault_has_its_reason),
	};

	return cmocka_run_group_tests(tests, open_scene, close_scene);
}
