/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "prober/ladder.h"

#define START INT64_C(1676332800000)

/* A probe that began at s seconds and took ms; returns the next due, in ms. */
static int64_t
feed(struct ladder *l, double s, span_ms ms, enum sample_class class)
{
	struct sample x = {.start = START + (wall_ms)(s * 1000),
	    .total_us = (uint32_t)(ms * 1000),
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .class = (uint8_t) class};

	ladder_feed(l, &x, sample_evidence(&x));
	return ladder_due(l) == 0 ? -1 : ladder_due(l) - START;
}

/* The extra probe is made when it is due. */
static void
take(struct ladder *l)
{
	assert_true(ladder_take(l, ladder_due(l)));
}

static void
climbs_while_it_fails(void **state)
{
	static const int64_t want[] = {3, 8, 18, 33, 53, 83, 113, 143};
	struct ladder l;
	int64_t due = 0;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	assert_int_equal(feed(&l, -60, 10, CLASS_OK), -1);
	for (size_t i = 0; i < sizeof(want) / sizeof(want[0]); i++) {
		due = feed(&l, (double)due / 1000, 10, CLASS_ORIGIN);
		assert_int_equal(due, want[i] * 1000);
		take(&l);
	}
}

static void
a_probe_of_the_timetable_moves_no_rung(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	assert_int_equal(feed(&l, 0, 10, CLASS_ORIGIN), 3000);
	take(&l);
	assert_int_equal(feed(&l, 3, 10, CLASS_ORIGIN), 8000);
	assert_int_equal(feed(&l, 5, 10, CLASS_ORIGIN), 8000);
	take(&l);
	assert_int_equal(feed(&l, 8, 10, CLASS_ORIGIN), 18000);
}

static void
never_rarer_than_the_interval(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, (span_ms)10 * SECOND_MS, true, START);
	assert_int_equal(feed(&l, 0, 10, CLASS_ORIGIN), 3000);
	take(&l);
	assert_int_equal(feed(&l, 3, 10, CLASS_ORIGIN), 8000);
	take(&l);
	assert_int_equal(feed(&l, 8, 10, CLASS_ORIGIN), -1);
	assert_int_equal(feed(&l, 10, 10, CLASS_ORIGIN), -1);
}

static void
a_slow_failure_is_not_asked_at_once(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	assert_int_equal(feed(&l, 0, 10000, CLASS_TIMEOUT), 11000);
}

static void
once_more_when_it_is_back(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	(void)feed(&l, 0, 10, CLASS_ORIGIN);
	take(&l);
	assert_int_equal(feed(&l, 3, 10, CLASS_OK), 8000);
	take(&l);
	assert_int_equal(feed(&l, 8, 10, CLASS_OK), -1);
	/* and the ladder begins anew */
	assert_int_equal(feed(&l, 60, 10, CLASS_ORIGIN), 63000);
}

static void
nothing_for_what_is_no_failure(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	assert_int_equal(feed(&l, 0, 10, CLASS_AUTH), -1);
	assert_int_equal(feed(&l, 60, 10, CLASS_LOCAL), -1);
	assert_int_equal(feed(&l, 120, 10, CLASS_SLOW), -1);
	assert_int_equal(feed(&l, 180, 10, CLASS_LIMITED), -1);
	/* our own trouble within a failing run: the same rung again */
	(void)feed(&l, 240, 10, CLASS_ORIGIN);
	take(&l);
	assert_int_equal(feed(&l, 243, 10, CLASS_LOCAL), 248000);
	ladder_init(&l, MINUTE_MS, false, START);
	assert_int_equal(feed(&l, 0, 10, CLASS_ORIGIN), -1);
}

static void
the_bucket_holds_an_hour(void **state)
{
	struct ladder l;
	unsigned taken = 0;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	while (ladder_take(&l, START))
		taken++;
	assert_int_equal(taken, 60);
	assert_false(ladder_take(&l, START + MINUTE_MS - 1));
	assert_true(ladder_take(&l, START + MINUTE_MS));
	assert_false(ladder_take(&l, START + MINUTE_MS));
	for (taken = 0; ladder_take(&l, START + DAY_MS); taken++)
		continue;
	assert_int_equal(taken, 60);
}

static void
limited_is_left_alone(void **state)
{
	struct sample x = {.start = START,
	    .retry_after_s = 100,
	    .class = CLASS_LIMITED};
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	ladder_feed(&l, &x, START);
	assert_true(ladder_held(&l, START + (span_ms)110 * SECOND_MS - 1));
	assert_false(ladder_held(&l, START + (span_ms)110 * SECOND_MS));
	x.retry_after_s = RETRY_AFTER_LONGEST_S;
	ladder_feed(&l, &x, START);
	assert_true(ladder_held(&l, START + (span_ms)66 * MINUTE_MS - 1));
	assert_false(ladder_held(&l, START + (span_ms)66 * MINUTE_MS));
}

static void
pace_is_followed_until_it_ends(void **state)
{
	struct ladder l;

	(void)state;
	ladder_init(&l, MINUTE_MS, true, START);
	ladder_pace(&l, (span_ms)15 * SECOND_MS,
	    START + (span_ms)40 * SECOND_MS, START);
	assert_int_equal(ladder_due(&l) - START, 15000);
	take(&l);
	assert_int_equal(feed(&l, 15, 10, CLASS_OK), 30000);
	take(&l);
	assert_int_equal(feed(&l, 30, 10, CLASS_OK), -1);
	/* slower than the interval, or over: nothing */
	ladder_pace(&l, MINUTE_MS, START + HOUR_MS, START);
	assert_int_equal(ladder_due(&l), 0);
	ladder_pace(&l, SECOND_MS, START, START);
	assert_int_equal(ladder_due(&l), 0);
}

static void
one_a_second_per_host(void **state)
{
	struct ladder_hosts h = {0};

	(void)state;
	assert_int_equal(ladder_hosts_take(&h, 7, START), 0);
	assert_int_equal(ladder_hosts_take(&h, 7, START + 400), 600);
	assert_int_equal(ladder_hosts_take(&h, 8, START + 400), 0);
	assert_int_equal(ladder_hosts_take(&h, 7, START + 1000), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(climbs_while_it_fails),
	    cmocka_unit_test(a_probe_of_the_timetable_moves_no_rung),
	    cmocka_unit_test(never_rarer_than_the_interval),
	    cmocka_unit_test(a_slow_failure_is_not_asked_at_once),
	    cmocka_unit_test(once_more_when_it_is_back),
	    cmocka_unit_test(nothing_for_what_is_no_failure),
	    cmocka_unit_test(the_bucket_holds_an_hour),
	    cmocka_unit_test(limited_is_left_alone),
	    cmocka_unit_test(pace_is_followed_until_it_ends),
	    cmocka_unit_test(one_a_second_per_host),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
