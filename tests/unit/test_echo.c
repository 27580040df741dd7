/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/echo.h"

static const struct echo four = {.family = FAMILY_IPV4,
    .sequence = 0x1234,
    .cookie = "0123456789abcde"};
static const struct echo six = {.family = FAMILY_IPV6,
    .sequence = 0x1234,
    .cookie = "0123456789abcde"};

/* What a host makes of it. */
static void
reply_to(const struct echo *e, uint8_t buf[ECHO_BYTES])
{
	echo_write(e, buf);
	buf[0] = e->family == FAMILY_IPV4 ? 0 : 129;
	buf[2] = 0xab; /* checksum and ident: the kernel's */
	buf[4] = 0xcd;
}

static void
requests_are_of_their_family(void **state)
{
	uint8_t buf[ECHO_BYTES];

	(void)state;
	echo_write(&four, buf);
	assert_int_equal(buf[0], 8);
	assert_memory_equal(buf + 1,
	    "\0\0\0\0\0\x12\x34"
	    "0123456789abcde\0\0\0",
	    26);
	assert_false(echo_answers(&four, buf, sizeof(buf)));
	echo_write(&six, buf);
	assert_int_equal(buf[0], 128);
	assert_false(echo_answers(&six, buf, sizeof(buf)));
}

static void
only_the_very_reply_counts(void **state)
{
	static const struct echo *const both[] = {&four, &six};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		uint8_t buf[ECHO_BYTES + 1] = {0};

		reply_to(both[k], buf);
		assert_true(echo_answers(both[k], buf, ECHO_BYTES));
		assert_false(echo_answers(both[1 - k], buf, ECHO_BYTES));
		assert_false(echo_answers(both[k], buf, ECHO_BYTES + 1));
		for (size_t n = 0; n < ECHO_BYTES; n++)
			assert_false(echo_answers(both[k], buf, n));
		for (size_t i = 0; i < ECHO_BYTES; i++) {
			bool ours = i < 2 || i >= 6;

			buf[i] ^= 1;
			assert_int_equal(echo_answers(both[k], buf, ECHO_BYTES),
			    !ours);
			buf[i] ^= 1;
		}
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(requests_are_of_their_family),
	    cmocka_unit_test(only_the_very_reply_counts),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
