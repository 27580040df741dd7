/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/bins.h"

#define NOON ((wall_ms)1676376000000) /* 2023-02-14T12:00:00Z */
#define MORN (NOON - 12 * (wall_ms)HOUR_MS)

static int64_t
whole(const struct bins *d)
{
	int64_t sum = 0;

	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		sum += bins_sum(d, (enum bucket)b);
	return sum;
}

static void
a_span_is_cut_at_midnight(void **state)
{
	struct bins d;

	(void)state;
	bins_init(&d, GRAIN_DAY, NOON, 3);
	assert_int_equal(d.from, MORN - 2 * (wall_ms)DAY_MS);
	bins_add(&d, MORN - HOUR_MS, MORN + 2 * (wall_ms)HOUR_MS, BUCKET_DOWN);
	assert_int_equal(d.ms[0][BUCKET_DOWN], 0);
	assert_int_equal(d.ms[1][BUCKET_DOWN], HOUR_MS);
	assert_int_equal(d.ms[2][BUCKET_DOWN], 2 * HOUR_MS);
	assert_int_equal(bins_watched(&d, 2), 2 * HOUR_MS);
	assert_int_equal(bins_watched(&d, 0), 0);
}

static void
what_lies_outside_is_left_out(void **state)
{
	struct bins d;

	(void)state;
	bins_init(&d, GRAIN_DAY, NOON, 2);
	bins_add(&d, 0, d.from, BUCKET_UP);
	bins_add(&d, d.from + 2 * (wall_ms)DAY_MS, INT64_MAX, BUCKET_UP);
	bins_add(&d, NOON, NOON, BUCKET_UP);
	bins_add(&d, NOON, NOON - 1, BUCKET_UP);
	assert_int_equal(whole(&d), 0);
	bins_add(&d, INT64_MIN, INT64_MAX, BUCKET_UNKNOWN);
	assert_int_equal(bins_sum(&d, BUCKET_UNKNOWN), 2 * (int64_t)DAY_MS);
}

/* However it is cut into spans, each millisecond is counted once. */
static void
no_millisecond_is_lost(void **state)
{
	struct bins d;
	wall_ms at;
	unsigned n = 0;

	(void)state;
	bins_init(&d, GRAIN_DAY, NOON, BINS_MAX);
	for (at = d.from; at < NOON; n++) {
		wall_ms until =
		    at + 1 + (wall_ms)n * 7919 % (5 * (wall_ms)HOUR_MS);

		until = until < NOON ? until : NOON;
		bins_add(&d, at, until, (enum bucket)(n % BUCKET_COUNT));
		at = until;
	}
	assert_int_equal(whole(&d), NOON - d.from);
	for (size_t i = 0; i + 1 < BINS_MAX; i++)
		assert_int_equal(bins_watched(&d, i), DAY_MS);
}

/* 2023-02-14 was a Tuesday. */
static void
weeks_begin_on_monday_and_hours_at_the_hour(void **state)
{
	struct bins b;

	(void)state;
	bins_init(&b, GRAIN_WEEK, NOON, 2);
	assert_int_equal(bins_at(&b, 1), MORN - DAY_MS);
	assert_int_equal(bins_at(&b, 2) - bins_at(&b, 0), 14 * (int64_t)DAY_MS);
	bins_add(&b, MORN - 2 * (wall_ms)DAY_MS, MORN, BUCKET_DOWN);
	assert_int_equal(b.ms[0][BUCKET_DOWN], DAY_MS);
	assert_int_equal(b.ms[1][BUCKET_DOWN], DAY_MS);
	bins_init(&b, GRAIN_HOUR, NOON + MINUTE_MS, 24);
	assert_int_equal(bins_at(&b, 23), NOON);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_span_is_cut_at_midnight),
	    cmocka_unit_test(what_lies_outside_is_left_out),
	    cmocka_unit_test(no_millisecond_is_lost),
	    cmocka_unit_test(weeks_begin_on_monday_and_hours_at_the_hour),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
