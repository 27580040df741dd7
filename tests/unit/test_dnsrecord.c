/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/dnsrecord.h"

static void
questions_are_taken_apart(void **state)
{
	static const struct {
		const char *query;
		uint16_t type;
		const char *server; /* NULL: none */
		uint16_t port;
	} rows[] = {{"", 1, NULL, 53}, {"type=mx", 15, NULL, 53},
	    {"type=AAAA&server=192.0.2.1", 28, "192.0.2.1", 53},
	    {"server=192.0.2.1:5353", 1, "192.0.2.1", 5353},
	    {"server=2001:db8::1", 1, "2001:db8::1", 53},
	    {"server=[2001:db8::1]", 1, "2001:db8::1", 53},
	    {"server=[2001:db8::1]:5353&type=TXT", 16, "2001:db8::1", 5353},
	    {"type=A&", 1, NULL, 53}};
	struct dns_question q;
	char text[ADDRESS_TEXT_BYTES];
	struct fail f;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_int_equal(dnsrecord_question(rows[i].query, &q, &f), OK);
		assert_int_equal(q.type, rows[i].type);
		assert_int_equal(q.port, rows[i].port);
		assert_int_equal(q.forced, rows[i].server != NULL);
		if (q.forced)
			assert_string_equal(address_format(&q.server, text),
			    rows[i].server);
	}
}

static void
and_others_refused(void **state)
{
	static const char *const bad[] = {"type=", "type=ANY", "type=A ",
	    "types=A", "x", "&", "server=", "server=ns.example", "server=[::1",
	    "server=[::1]x",
	    "server=[::1]:", "server=192.0.2.1:", "server=192.0.2.1:0",
	    "server=192.0.2.1:65536", "server=192.0.2.1:-1",
	    "server=192.0.2.1:000053", "server=[192.0.2.1", "type=A&&"};
	struct dns_question q;

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fail f = {.why = ""};

		if (dnsrecord_question(bad[i], &q, &f) != ERR_SYNTAX)
			fail_msg("taken: %s", bad[i]);
		assert_true(f.why[0] != '\0');
	}
}

static const uint8_t answer[] =
    "\0\1\x81\x80\0\1\0\3\0\0\0\0\3www\4Test\0\0\x0f\0\1"
    "\xc0\x0c\0\x05\0\1\0\0\0\1\0\2\xc0\x0c" /* not what was asked for */
    "\xc0\x0c\0\x0f\0\1\0\0\0\1\0\x09\0\x14\4mai.\xc0\x10"
    "\xc0\x0c\0\x0f\0\1\0\0\0\1\0\4\0\x0a\xc0\x10";

static void
records_become_lines(void **state)
{
	struct text out;
	size_t count;

	(void)state;
	text_init(&out, DNSRECORD_TEXT_BYTES);
	assert_true(
	    dnsrecord_read(answer, sizeof(answer) - 1, 15, &out, &count));
	assert_int_equal(count, 2);
	assert_string_equal(text_str(&out), "10 test\n20 mai\\046.test\n");
	/* Cut anywhere it is no message. */
	for (size_t n = 0; n < sizeof(answer) - 1; n++) {
		text_reset(&out);
		assert_false(dnsrecord_read(answer, n, 15, &out, &count));
		assert_int_equal(count + text_len(&out), 0);
	}
	text_done(&out);
}

static void
one_form_for_what_means_the_same(void **state)
{
	static const struct {
		uint16_t type;
		const char *given, *want;
	} rows[] = {{1, "192.0.2.1", "192.0.2.1"},
	    {28, "2001:DB8:0:0::1", "2001:db8::1"}, {1, "nonsense", "nonsense"},
	    {15, "10 Mail.Example.", "10 mail.example"}, {2, ".", "."},
	    {15, "0 .", "0 ."}, {2, "a\\.", "a\\."},
	    {16, "Case Stays.", "Case Stays."}, {2, "", ""}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *got = dnsrecord_normal(rows[i].type, rows[i].given);

		assert_string_equal(got, rows[i].want);
		mem_free(got);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(questions_are_taken_apart),
	    cmocka_unit_test(and_others_refused),
	    cmocka_unit_test(records_become_lines),
	    cmocka_unit_test(one_form_for_what_means_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
