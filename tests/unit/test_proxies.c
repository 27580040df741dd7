/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/proxies.h"

static void
what_may_be_written(void **state)
{
	static const char *const good[] = {"unix", "192.0.2.1", "10.0.0.0/8",
	    "0.0.0.0/0", "::1", "fd00::/8", "::/128", "::ffff:10.0.0.0/104",
	    "::ffff:0.0.0.0/96", "::ffff:10.0.0.1"};
	static const char *const bad[] = {"", "unix:/x", "192.0.2", "10.0.0.0/",
	    "10.0.0.0/33", "10.0.0.0/-1", "10.0.0.0/8x", "::/129", "host",
	    "1.2.3.4/0008", "::ffff:10.0.0.0/95", "::ffff:10.0.0.0/8",
	    "::ffff:10.0.0.0/129"};
	struct fail f;

	(void)state;
	for (size_t i = 0; i < sizeof(good) / sizeof(good[0]); i++)
		assert_int_equal(proxies_check(good[i], &f), OK);
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_int_equal(proxies_check(bad[i], &f), ERR_SYNTAX);
}

static const char *
client(const struct proxies *p, const char *forwarded)
{
	static char buf[ADDRESS_TEXT_BYTES];
	struct address a;

	return proxies_client(p, forwarded, &a) ? address_format(&a, buf) : "-";
}

static void
the_last_that_is_no_proxy(void **state)
{
	static const char *const list[] = {"127.0.0.1", "10.1.2.0/23",
	    "fd00::/8", NULL};
	struct proxies *p = proxies_new(list);
	struct address a;

	(void)state;
	assert_string_equal(client(p, NULL), "-");
	assert_string_equal(client(p, ""), "-");
	assert_string_equal(client(p, "192.0.2.9"), "192.0.2.9");
	assert_string_equal(client(p, "6.6.6.6, 192.0.2.9"), "192.0.2.9");
	assert_string_equal(client(p,
				"6.6.6.6,192.0.2.9 ,\t10.1.3.255, fd00::7"),
	    "192.0.2.9");
	assert_string_equal(client(p, "10.1.4.0, 10.1.2.1"), "10.1.4.0");
	assert_string_equal(client(p, "::ffff:192.0.2.9"), "192.0.2.9");
	assert_string_equal(client(p, "192.0.2.9, ::ffff:10.1.2.1"),
	    "192.0.2.9");
	/* What cannot be read ends it: before it anything may stand. */
	assert_string_equal(client(p, "192.0.2.9, rubbish, 10.1.2.1"), "-");
	assert_string_equal(client(p, "192.0.2.9,"), "-");
	assert_string_equal(client(p, "127.0.0.1, 10.1.2.1"), "-");
	assert_false(proxies_trusts(p, NULL));
	assert_true(address_parse("::ffff:127.0.0.1", &a));
	assert_true(proxies_trusts(p, &a));
	assert_true(address_parse("127.0.0.2", &a));
	assert_false(proxies_trusts(p, &a));
	proxies_free(p);
}

static bool
trusts(const struct proxies *p, const char *text)
{
	struct address a;

	assert_true(address_parse(text, &a));
	return proxies_trusts(p, &a);
}

/* As a socket of IPv6 shows a client of IPv4. */
static void
networks_of_mapped_addresses(void **state)
{
	static const char *const list[] = {"::ffff:10.0.0.0/104",
	    "::ffff:192.0.2.1", NULL};
	static const char *const all[] = {"::ffff:0.0.0.0/96", NULL};
	struct proxies *p = proxies_new(list);

	(void)state;
	assert_true(trusts(p, "10.255.0.1"));
	assert_true(trusts(p, "::ffff:10.255.0.1"));
	assert_false(trusts(p, "11.0.0.1"));
	assert_true(trusts(p, "192.0.2.1"));
	assert_false(trusts(p, "192.0.2.2"));
	assert_false(trusts(p, "2001:db8::1"));
	proxies_free(p);
	p = proxies_new(all);
	assert_true(trusts(p, "192.0.2.1"));
	assert_false(trusts(p, "::1"));
	proxies_free(p);
}

static void
a_unix_socket(void **state)
{
	static const char *const list[] = {"unix", NULL};
	struct proxies *p = proxies_new(list);
	struct proxies *none = proxies_new(NULL);

	(void)state;
	assert_true(proxies_trusts(p, NULL));
	assert_false(proxies_trusts(none, NULL));
	proxies_free(p);
	proxies_free(none);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_may_be_written),
	    cmocka_unit_test(the_last_that_is_no_proxy),
	    cmocka_unit_test(networks_of_mapped_addresses),
	    cmocka_unit_test(a_unix_socket),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
