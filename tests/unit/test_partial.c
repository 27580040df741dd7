/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "wire/partial.h"

static const struct counts {
	const char *words;
	unsigned failing, asked; /* 0: refused */
} counts[] = {
    {"1 of 3 addresses failing: 192.0.2.3 connection_refused", 1, 3},
    {"15 of 16 addresses failing: 2001:db8::1 status 404 and 14 more", 15, 16},
    {"1 of 2 addresses failing", 1, 2},
    {"3 of 3 addresses failing: 192.0.2.1 timeout", 0, 0},
    {"4 of 3 addresses failing: 192.0.2.1 timeout", 0, 0},
    {"0 of 3 addresses failing", 0, 0},
    {" 1 of 3 addresses failing", 0, 0},
    {"-1 of 3 addresses failing", 0, 0},
    {"1 of addresses failing", 0, 0},
    {"1 of 3 addresses", 0, 0},
    {"1 of 9999 addresses failing", 0, 0},
    {"4294967297 of 3 addresses failing", 0, 0},
    {"1 of 3 addresses failing: \x1b[31m", 0, 0},
    {"1 of 3 addresses failing: a\nb", 0, 0},
    {"1 of 3 addresses failing: \xff", 0, 0},
    {"", 0, 0},
};

static void
counts_are_read(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++) {
		const struct counts *c = &counts[i];
		unsigned failing = 0, asked = 0;

		if (partial_counts(c->words, &failing, &asked) !=
		    (c->asked != 0))
			fail_msg("%s", c->words);
		assert_int_equal(failing, c->failing);
		assert_int_equal(asked, c->asked);
	}
}

#define ONE   "1 of 3 addresses failing: 192.0.2.3 "
#define OTHER "1 of 3 addresses failing: 192.0.2.1 timeout"

static const struct pair {
	const char *a, *b;
	bool same;
} pairs[] = {
    {ONE "timeout", ONE "status 404", true},
    {ONE "timeout", "1 of 4 addresses failing: 192.0.2.3 timeout", true},
    {ONE "timeout", OTHER, false},
    {ONE "timeout",
	"2 of 3 addresses failing: 192.0.2.3 timeout, 192.0.2.4 timeout",
	false},
    {"2 of 3 addresses failing: 192.0.2.3 timeout, 192.0.2.4 status 500",
	"2 of 3 addresses failing: 192.0.2.3 status 404, 192.0.2.4 timeout",
	true},
    {"2 of 3 addresses failing: 192.0.2.3 timeout, 192.0.2.4 timeout",
	"2 of 3 addresses failing: 192.0.2.3 timeout, 192.0.2.5 timeout",
	false},
    {"8 of 9 addresses failing: ::1 timeout and 7 more",
	"7 of 9 addresses failing: ::1 timeout and 6 more", false},
};

static void
a_set_is_of_addresses(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
		const struct pair *p = &pairs[i];

		if ((partial_set(p->a) == partial_set(p->b)) != p->same)
			fail_msg("%s | %s", p->a, p->b);
	}
	assert_int_not_equal(partial_set(""), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(counts_are_read),
	    cmocka_unit_test(a_set_is_of_addresses)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
