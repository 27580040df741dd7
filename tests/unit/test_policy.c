/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/policy.h"

/* p: probes may; w: webhooks may; a: webhooks may with allow_private. */
static const struct {
	const char *address, *may;
} rows[] = {
    {"93.184.216.34", "pwa"},
    {"1.1.1.1", "pwa"},
    {"2606:4700::1111", "pwa"},
    {"10.0.0.1", "p a"},
    {"10.255.255.255", "p a"},
    {"11.0.0.0", "pwa"},
    {"172.15.255.255", "pwa"},
    {"172.16.0.1", "p a"},
    {"172.31.255.255", "p a"},
    {"172.32.0.0", "pwa"},
    {"192.168.1.1", "p a"},
    {"192.169.0.0", "pwa"},
    {"100.63.255.255", "pwa"},
    {"100.64.0.0", "p a"},
    {"100.127.255.255", "p a"},
    {"100.128.0.0", "pwa"},
    {"127.0.0.1", "p a"},
    {"127.255.255.254", "p a"},
    {"169.253.255.255", "pwa"},
    {"169.254.0.0", "   "},
    {"169.254.169.254", "   "},
    {"169.255.0.0", "pwa"},
    {"0.0.0.0", "   "},
    {"0.1.2.3", "   "},
    {"223.255.255.255", "pwa"},
    {"224.0.0.1", "   "},
    {"239.255.255.255", "   "},
    {"240.0.0.1", "p a"},
    {"255.255.255.254", "p a"},
    {"255.255.255.255", "   "},
    {"::", "   "},
    {"::1", "p a"},
    {"::2", "   "},
    {"fe80::1", "   "},
    {"febf::1", "   "},
    {"fec0::1", "p a"},
    {"fc00::1", "p a"},
    {"fdff::1", "p a"},
    {"fd00:ec2::254", "   "},
    {"fd00:ec2::253", "p a"},
    {"ff02::1", "   "},
    {"ff0e::1", "   "},
    {"::ffff:8.8.8.8", "pwa"},
    {"::ffff:127.0.0.1", "p a"},
    {"::ffff:169.254.169.254", "   "},
    {"::ffff:10.0.0.1", "p a"},
    {"::169.254.169.254", "   "},
    {"::10.0.0.1", "p a"},
    {"64:ff9b::a9fe:a9fe", "   "},
    {"64:ff9b::7f00:1", "p a"},
    {"64:ff9b::808:808", "pwa"},
    {"64:ff9b:1::808:808", "p a"},
    {"2002:a9fe:a9fe::1", "   "},
    {"2002:c0a8:101::1", "p a"},
    {"2002:808:808::1", "pwa"},
    {"2002:e000:1::", "   "},
};

static void
each_address_is_judged(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct address a;
		char got[4] = "   ";

		assert_true(address_parse(rows[i].address, &a));
		if (policy_probe_allows(&a))
			got[0] = 'p';
		if (policy_webhook_allows(&a, false))
			got[1] = 'w';
		if (policy_webhook_allows(&a, true))
			got[2] = 'a';
		if (strcmp(got, rows[i].may) != 0)
			fail_msg("%s: '%s'", rows[i].address, got);
	}
}

static void
addresses_are_text_and_back(void **state)
{
	static const char *const bad[] = {"", "1.2.3", "1.2.3.4.5", "256.1.1.1",
	    "0x7f.0.0.1", "2130706433", "::g", "[::1]", "fe80::1%eth0",
	    "1.2.3.4 ", "localhost"};
	char text[ADDRESS_TEXT_BYTES];
	struct address a;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		if (address_parse(bad[i], &a))
			fail_msg("'%s' was taken", bad[i]);
	assert_true(address_parse("192.0.2.7", &a));
	assert_int_equal(a.family, FAMILY_IPV4);
	assert_string_equal(address_format(&a, text), "192.0.2.7");
	assert_true(address_parse("2001:DB8:0::1", &a));
	assert_int_equal(a.family, FAMILY_IPV6);
	assert_string_equal(address_format(&a, text), "2001:db8::1");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       each_address_is_judged),
	    cmocka_unit_test(addresses_are_text_and_back)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
