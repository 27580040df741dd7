/* SPDX-License-Identifier: MIT */
/* How often each address may ask. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "io/throttle.h"

static const unsigned char one[THROTTLE_KEY_BYTES] = {192, 0, 2, 1};
static const unsigned char other[THROTTLE_KEY_BYTES] = {192, 0, 2, 2};

static unsigned
asked(struct throttle *t, const unsigned char *key, mono_ms now, unsigned times)
{
	unsigned heard = 0;

	for (unsigned i = 0; i < times; i++)
		heard += throttle_take(t, key, now);
	return heard;
}

static void
a_burst_and_then_the_rate(void **state)
{
	struct throttle *t = throttle_new(60 * 50, 200);

	(void)state;
	assert_int_equal(asked(t, one, 1000, 300), 200);
	/* Each 20 ms one comes back; an ask in vain costs nothing. */
	assert_int_equal(asked(t, one, 1019, 1), 0);
	assert_int_equal(asked(t, one, 1020, 2), 1);
	assert_int_equal(asked(t, one, 2020, 100), 50);
	/* Nobody else notices. */
	assert_int_equal(asked(t, other, 2020, 300), 200);
	/* Full after four seconds, and not more than full after years. */
	assert_int_equal(asked(t, one, 6020, 300), 200);
	assert_int_equal(asked(t, one, INT64_MAX / 2, 300), 200);
	throttle_free(t);
}

static void
the_least_there_can_be(void **state)
{
	struct throttle *t = throttle_new(60, 1);

	(void)state;
	assert_int_equal(asked(t, one, 0, 2), 1);
	assert_int_equal(asked(t, one, 999, 1), 0);
	assert_int_equal(asked(t, one, 1000, 2), 1);
	throttle_free(t);
}

static void
who_asked_longest_ago_is_forgotten(void **state)
{
	struct throttle *t = throttle_new(60, 1);
	unsigned char key[THROTTLE_KEY_BYTES] = {10};

	(void)state;
	assert_int_equal(asked(t, one, 0, 1), 1);
	assert_int_equal(asked(t, other, 1, 1), 1);
	for (unsigned i = 0; i < THROTTLE_ADDRESSES - 1; i++) {
		key[2] = (unsigned char)(i >> 8);
		key[3] = (unsigned char)i;
		assert_int_equal(asked(t, key, 2, 1), 1);
	}
	assert_int_equal(asked(t, other, 2, 1), 0);
	assert_int_equal(asked(t, one, 2, 1), 1);
	throttle_free(t);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       a_burst_and_then_the_rate),
	    cmocka_unit_test(the_least_there_can_be),
	    cmocka_unit_test(who_asked_longest_ago_is_forgotten)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
