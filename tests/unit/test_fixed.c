/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/fixed.h"
#include "core/sample.h"

#define COUNT(list) (sizeof(list) / sizeof((list)[0]))

/* Databases hold these codes: they may never change. */
static const struct {
	uint32_t us;
	uint16_t code;
} codes[] = {{0, 0}, {1, 0}, {2, 256}, {3, 405}, {4, 512}, {5, 594},
    {1000, 2551}, {1023, 2559}, {1024, 2560}, {65535, 4095}, {70000, 4120},
    {99999, 4252}, {180000, 4469}, {399999, 4764}, {1000000, 5102},
    {2147483648u, 7936}, {3600000000u, 8126}, {UINT32_MAX, 8191}};

static void
test_latency_codes(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(codes); i++)
		assert_int_equal(latency_code(codes[i].us), codes[i].code);
}

/* Back again it is at most half a percent less, or a tenth more. */
static void
test_latency_back(void **state)
{
	(void)state;
	for (uint32_t us = 2; us < UINT32_MAX / 2; us += 1 + us / 3) {
		uint16_t code = latency_code(us);
		uint64_t back = latency_us(code);

		assert_true(code >= latency_code(us - 1));
		assert_true(back * 1000 <= us * 1001ull);
		assert_true(back * 1005 >= (us - 1) * 1000ull);
	}
}

static const struct {
	uint64_t num, den;
	uint32_t log;
} logs[] = {{1, 1, 0}, {2, 1, 65536}, {3, 2, 38336}, {4, 3, 27199},
    {1000, 7, 469133}, {(UINT64_C(1) << 47) - 1, 1, 3080191},
    {(UINT64_C(1) << 46) + 1, UINT64_C(1) << 46, 0}};

static void
test_logarithms(void **state)
{
	(void)state;
	for (size_t i = 0; i < COUNT(logs); i++)
		assert_int_equal(fixed_log2_q16(logs[i].num, logs[i].den),
		    logs[i].log);
	assert_int_equal(fixed_decibans(196000, 100), 329);
	assert_int_equal(fixed_decibans(980, 100), 99);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_latency_codes),
	    cmocka_unit_test(test_latency_back),
	    cmocka_unit_test(test_logarithms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
