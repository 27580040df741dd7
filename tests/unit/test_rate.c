/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/rate.h"

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */
static const span_ms minute = MINUTE_MS;

/* One character a check, an interval apart: '.' good, 'x' failing. */
static wall_ms
count(struct rate *s, wall_ms at, span_ms interval, const char *checks)
{
	for (; *checks != '\0'; checks++, at += interval) {
		struct rate_sample x = {.at = at,
		    .start = at,
		    .failing = *checks == 'x'};

		rate_count(s, &x, interval);
	}
	return at;
}

static void
rate_moves_by_half_in_ten_minutes(void **state)
{
	struct rate s = {0};

	(void)state;
	(void)count(&s, noon, minute, "xxxxxxxxxx");
	assert_in_range(s.level, 32768 - 100, 32768 + 100);
	(void)count(&s, noon + 10 * minute, minute, "..........");
	assert_in_range(s.level, 16384 - 100, 16384 + 100);
	/* As fast with other intervals. */
	s = (struct rate){0};
	(void)count(&s, noon, 5 * minute, "xx");
	assert_in_range(s.level, 32768 - 100, 32768 + 100);
}

static void
high_and_low(void **state)
{
	static const struct {
		int minutes; /* between checks */
		const char *checks;
		bool high, low;
	} rows[] = {{1, "", false, true}, {1, "x.", false, false},
	    {1, "xxx.", false, false}, {1, "x.x.x.x.", true, false},
	    {1, "..........xxxx.", true, false},
	    /* A large share, but not of three within 20 minutes. */
	    {5, "x.", false, false}, {10, "xx.", false, false},
	    {10, "xxx.", false, false}, {5, "x.x.x.", false, false},
	    {5, "xx.x.", true, false}, {30, "x.x.x.x.x.", false, false}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct rate s = {0};
		span_ms interval = rows[i].minutes * minute;
		wall_ms at = count(&s, noon, interval, rows[i].checks);

		assert_int_equal(rate_high(&s, at - interval), rows[i].high);
		assert_int_equal(rate_low(&s), rows[i].low);
	}
}

static void
extra_samples_count_once_an_interval(void **state)
{
	struct rate s = {0}, before;
	struct rate_sample x = {.at = noon,
	    .start = noon - 500,
	    .failing = true,
	    .extra = true};

	(void)state;
	rate_count(&s, &x, minute);
	before = s;
	x.at += minute - 1;
	rate_count(&s, &x, minute);
	assert_memory_equal(&s, &before, sizeof(s));
	x.at += 1;
	rate_count(&s, &x, minute);
	assert_true(s.level > before.level);
	assert_int_equal(rate_tell(&s, minute).checks, 2);
}

static void
a_silence_weighs_no_more_than_an_interval(void **state)
{
	struct rate s = {0}, t;

	(void)state;
	(void)count(&s, noon, minute, "xxxxx");
	t = s;
	(void)count(&s, noon + 5 * minute, minute, ".");
	(void)count(&t, noon + 300 * minute, minute, ".");
	assert_int_equal(s.level, t.level);
}

static void
first_of_the_last_three(void **state)
{
	struct rate s = {0};

	(void)state;
	(void)count(&s, noon, minute, "x..x.x.");
	assert_int_equal(rate_since(&s), noon);
	(void)count(&s, noon + 8 * minute, minute, "x");
	assert_int_equal(rate_since(&s), noon + 3 * minute);
	/* Too long ago is known to be that. */
	(void)count(&s, noon + 3000 * minute, minute, "xx");
	assert_false(rate_high(&s, noon + 3001 * minute));
}

static void
how_many_of_how_many(void **state)
{
	struct rate s = {0};

	(void)state;
	assert_int_equal(rate_tell(&s, minute).checks, 0);
	(void)count(&s, noon, minute, "x.x.");
	assert_int_equal(rate_tell(&s, minute).failed, 2);
	assert_int_equal(rate_tell(&s, minute).checks, 4);
	(void)count(&s, noon, minute, "xxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxxx.");
	/* Of twenty minutes, and of what there is room for. */
	assert_int_equal(rate_tell(&s, minute).checks, 21);
	assert_int_equal(rate_tell(&s, minute).failed, 20);
	assert_int_equal(rate_tell(&s, 1000).checks, RATE_CHECKS_MAX);
	assert_int_equal(rate_tell(&s, 1000).failed, RATE_CHECKS_MAX - 1);
	assert_int_equal(rate_tell(&s, 30 * minute).checks, 1);
}

/* Good for so long, it is low; a minute earlier it was not. */
static void
it_waits_as_long_as_it_says(void **state)
{
	struct rate s = {0};
	wall_ms at = count(&s, noon, minute, "x.x.x.x.x.x.xxxx");
	wall_ms low = at - minute + rate_wait(&s);

	(void)state;
	assert_true(rate_wait(&s) > 20 * minute);
	for (; at < low; at += minute) {
		assert_false(rate_low(&s));
		(void)count(&s, at, minute, ".");
	}
	(void)count(&s, at, minute, ".");
	assert_true(rate_low(&s));
	assert_int_equal(rate_wait(&s), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] =
	    {cmocka_unit_test(rate_moves_by_half_in_ten_minutes),
		cmocka_unit_test(high_and_low),
		cmocka_unit_test(extra_samples_count_once_an_interval),
		cmocka_unit_test(a_silence_weighs_no_more_than_an_interval),
		cmocka_unit_test(first_of_the_last_three),
		cmocka_unit_test(how_many_of_how_many),
		cmocka_unit_test(it_waits_as_long_as_it_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
