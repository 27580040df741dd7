/* SPDX-License-Identifier: MIT */
/* What the resolver remembers, and the routing tables it does not ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "io/namecache.h"
#include "io/route.h"

static const wall_ms now = 1000000;

static struct address
address(const char *text)
{
	struct address a = {0};

	assert_true(address_parse(text, &a));
	return a;
}

static void
families_take_turns(void **state)
{
	struct namecache *c = namecache_new(10);
	struct known_name *k = namecache_get(c, "a.test", FAMILY_ANY);
	const char *const want[] = {"192.0.2.1", "2001:db8::1", "192.0.2.2",
	    "192.0.2.3"};
	const struct address found[] = {address("192.0.2.1"),
	    address("192.0.2.2"), address("192.0.2.1"), address("192.0.2.3"),
	    address("2001:db8::1")};
	char text[ADDRESS_TEXT_BYTES];

	(void)state;
	namecache_learn(k, REASON_OK, found, 5, 60000, now);
	assert_int_equal(k->count, 4);
	for (size_t i = 0; i < 4; i++)
		assert_string_equal(address_format(&k->addresses[i], text),
		    want[i]);
	namecache_learn(k, REASON_OK, NULL, 0, 60000, now);
	assert_int_equal(k->reason, REASON_DNS_EMPTY);
	assert_int_equal(k->count, 0);
	namecache_free(c);
}

static void
lifetimes_are_clamped(void **state)
{
	struct namecache *c = namecache_new(10);
	struct known_name *k = namecache_get(c, "a.test", FAMILY_ANY);
	const struct address one = address("192.0.2.1");

	(void)state;
	assert_int_equal(k->expires, 0);
	namecache_learn(k, REASON_OK, &one, 1, 0, now);
	assert_int_equal(k->expires, now + 5000);
	namecache_learn(k, REASON_OK, &one, 1, 60000, now);
	assert_int_equal(k->expires, now + 60000);
	namecache_learn(k, REASON_OK, &one, 1, 10 * (span_ms)HOUR_MS, now);
	assert_int_equal(k->expires, now + HOUR_MS);
	namecache_learn(k, REASON_DNS_NXDOMAIN, NULL, 0, HOUR_MS, now);
	assert_int_equal(k->expires, now + 5000);
	assert_ptr_equal(namecache_get(c, "a.test", FAMILY_ANY), k);
	assert_ptr_not_equal(namecache_get(c, "a.test", FAMILY_IPV4), k);
	namecache_expire(c);
	assert_int_equal(k->expires, 0);
	namecache_free(c);
}

static void
the_oldest_unused_go_first(void **state)
{
	struct namecache *c = namecache_new(3);
	struct known_name *first = namecache_get(c, "0", FAMILY_ANY);
	const struct address one = address("192.0.2.1");
	char name[16];

	(void)state;
	first->users = 1;
	for (int i = 1; i < 1000; i++) {
		struct known_name *k;

		(void)snprintf(name, sizeof(name), "%d", i);
		k = namecache_get(c, name, FAMILY_ANY);
		assert_int_equal(k->count, 0);
		namecache_learn(k, REASON_OK, &one, 1, 60000, now);
	}
	assert_ptr_equal(namecache_get(c, "0", FAMILY_ANY), first);
	assert_int_equal(namecache_get(c, "999", FAMILY_ANY)->count, 1);
	assert_int_equal(namecache_get(c, "1", FAMILY_ANY)->count, 0);
	namecache_free(c);
}

#define HEAD4                                                                   \
	"Iface\tDestination\tGateway \tFlags\tRefCnt\tUse\tMetric\tMask\t\tMTU" \
	"\tWindow\tIRTT\n"

/* On a little-endian machine, as the kernel of one prints it. */
static void
the_default_gateway_is_found(void **state)
{
	struct address a = {0};
	char text[ADDRESS_TEXT_BYTES];

	(void)state;
	assert_false(route_gateway4("", &a));
	assert_false(route_gateway4(HEAD4, &a));
	assert_false(route_gateway4(HEAD4
	    "eth0\t000200C0\t00000000\t0001\t0\t0\t0\t00FFFFFF\t0\t0\t0"
	    "\nnonsense\n",
	    &a));
	assert_true(route_gateway4(HEAD4
	    "eth1\t00000000\t010200C0\t0003\t0\t0\t200\t00000000\t0\t0\t0\n"
	    "eth0\t00000000\t020200C0\t0003\t0\t0\t100\t00000000\t0\t0\t0\n"
	    "eth2\t00000000\t030200C0\t0003\t0\t0\t300\t00000000\t0\t0\t0\n",
	    &a));
	assert_string_equal(address_format(&a, text), "192.0.2.2");
}

#define NONE "00000000000000000000000000000000"

static void
the_ipv6_gateway_too(void **state)
{
	struct address a = {0};
	char text[ADDRESS_TEXT_BYTES];

	(void)state;
	assert_false(route_gateway6("", &a));
	/* Link-local: useless without its interface. */
	assert_false(route_gateway6(NONE
	    " 00 " NONE " 00 fe800000000000000000000000000001 00000400 00000002"
	    " 00000000 00000003     eth0\n",
	    &a));
	assert_true(route_gateway6(NONE
	    " 00 " NONE " 00 20010db8000000000000000000000001 00000400 00000002"
	    " 00000000 00000003     eth0\n" NONE " 00 " NONE " 00 " NONE
	    " ffffffff 00000001 00000000 00200200       lo\n",
	    &a));
	assert_string_equal(address_format(&a, text), "2001:db8::1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       families_take_turns),
	    cmocka_unit_test(lifetimes_are_clamped),
	    cmocka_unit_test(the_oldest_unused_go_first),
	    cmocka_unit_test(the_default_gateway_is_found),
	    cmocka_unit_test(the_ipv6_gateway_too)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
