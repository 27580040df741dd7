/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "store/growth.h"

#define DAY  ((wall_ms)DAY_MS)
#define NOW  (20000 * DAY)
#define PAGE ((int64_t)4096)

static void
shares(void **state)
{
	static const struct {
		int64_t a, b, c, want;
	} rows[] = {
	    {0, 5, 7, 0},
	    {-3, 5, 7, 0},
	    {3, -5, 7, 0},
	    {3, 5, 0, 0},
	    {3, 5, -1, 0},
	    {3, 5, 7, 2},
	    {28400000, 11520, 400123, 817668},
	    {INT64_MAX, 1, 1, INT64_MAX},
	    {INT64_MAX, 2, 1, INT64_MAX},
	    {INT64_MAX, INT64_MAX, 3, INT64_MAX},
	    {INT64_MAX, 7, 7, INT64_MAX},
	    /* The product alone would not fit. */
	    {6000000000, 5000000000, 4000000, 7500000000000},
	    {2999999999, 2999999998, 2999999999, 2999999998},
	    {INT64_MAX / 2, 3, 4, 3458764513820540927},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(growth_share(rows[i].a, rows[i].b, rows[i].c),
		    rows[i].want);
	/* Both remainders beyond 3 * 10^9: within a part in 10^9. */
	assert_in_range(growth_share(5000000001, 6000000001, 7000000001),
	    4285714281, 4285714289);
}

static void
a_part_grows_until_it_is_full(void **state)
{
	const struct growth_part ages = {.bytes = 1000,
	    .empty = 7,
	    .per_day = 100,
	    .oldest = NOW - 10 * DAY,
	    .keep = 400 * DAY};
	const struct growth_part stays = {.bytes = 1000, .per_day = 100};

	(void)state;
	assert_int_equal(growth_full(&ages), NOW + 390 * DAY);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW), 1000);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW + DAY), 1100);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW + DAY / 2), 1050);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW + 390 * DAY - 1),
	    1000 + 38999);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW + 390 * DAY), 40007);
	assert_int_equal(growth_part_bytes(&ages, NOW, NOW + 9999 * DAY),
	    40007);
	assert_int_equal(growth_full(&stays), 0);
	assert_int_equal(growth_part_bytes(&stays, NOW, NOW + 9999 * DAY),
	    1000 + 999900);
}

/* 400 days of which 30 have passed; 4 endpoints, one answer in a minute. */
static struct measure
month(void)
{
	struct measure m = {.page_bytes = 4096,
	    .by_table = true,
	    .created = NOW - 30 * DAY,
	    .known = NOW,
	    .oldest_sample = NOW - 30 * DAY,
	    .oldest_rollup = NOW - 30 * DAY,
	    .days = 7,
	    .samples_per_day = 5760,
	    .rollups_per_day = 1252};
	static const struct {
		int64_t bytes, rows, trees;
	} held[MEASURE_PARTS] = {
	    [MEASURE_SAMPLES] = {172800 * 70L, 172800, 1},
	    [MEASURE_ROLLUPS] = {37560 * 100L, 37560, 1},
	    [MEASURE_EXCERPTS] = {4 * PAGE, 0, 4},
	    [MEASURE_INCIDENTS] = {9 * PAGE + 30000, 90, 9},
	    [MEASURE_NOTICES] = {11 * PAGE + 60000, 90, 11},
	    [MEASURE_INPUTS] = {4 * PAGE + 3000, 90, 4},
	    [MEASURE_ACTS] = {4 * PAGE, 0, 4},
	    [MEASURE_REST] = {20 * PAGE, 150, 12},
	};

	for (int p = 0; p < MEASURE_PARTS; p++)
		m.parts[p] = (struct measure_size){.bytes = held[p].bytes,
		    .rows = held[p].rows,
		    .trees = held[p].trees,
		    .seen_bytes = held[p].bytes,
		    .seen_rows = held[p].rows};
	return m;
}

static const struct store_retention keep = {.samples = 400 * DAY,
    .excerpts = 400 * DAY,
    .rollups = 3650 * DAY,
    .attempts = 90 * DAY};

static int64_t
rate(const struct growth *g, enum measure_part p)
{
	return g->parts[p].per_day;
}

static void
rates_come_from_days_or_from_the_whole_past(void **state)
{
	struct measure m = month();
	struct growth g;

	(void)state;
	assert_true(growth_of(&m, &keep, &g));
	assert_int_equal(rate(&g, MEASURE_SAMPLES), 5760 * 70);
	assert_int_equal(rate(&g, MEASURE_ROLLUPS), 4 * 313 * 100);
	assert_int_equal(rate(&g, MEASURE_EXCERPTS), 0);
	assert_int_equal(rate(&g, MEASURE_INCIDENTS), 1000);
	assert_int_equal(rate(&g, MEASURE_NOTICES), 2000);
	assert_int_equal(rate(&g, MEASURE_INPUTS), 100);
	assert_int_equal(rate(&g, MEASURE_REST), 0);
	assert_int_equal(growth_per_day(&g, NOW),
	    5760 * 70 + 4 * 313 * 100 + 3100);

	/* Inputs that left were not of the days that are kept. */
	m.created = NOW - 500 * DAY;
	assert_true(growth_of(&m, &keep, &g));
	assert_int_equal(rate(&g, MEASURE_INPUTS), 3000 / 400);
	assert_int_equal(rate(&g, MEASURE_INCIDENTS), 30000 / 500);
}

static void
the_size_once_samples_are_of_age(void **state)
{
	struct measure m = month();
	struct growth g;
	wall_ms full = NOW + 370 * DAY;
	int64_t held = 0;

	(void)state;
	assert_true(growth_of(&m, &keep, &g));
	for (int p = 0; p < MEASURE_PARTS; p++)
		held += m.parts[p].bytes;
	assert_int_equal(growth_bytes(&g, NOW), held);
	assert_int_equal(growth_full(&g.parts[MEASURE_SAMPLES]), full);
	held -= m.parts[MEASURE_SAMPLES].bytes + m.parts[MEASURE_INPUTS].bytes;
	held += (1 + 4) * PAGE;
	assert_int_equal(growth_bytes(&g, full),
	    400L * (5760 * 70 + 100) + held + 370L * (4 * 313 * 100 + 3000));
	assert_int_equal(growth_per_day(&g, full), 4 * 313 * 100 + 3000);

	/* Of age for long: what is gained stays the same as what goes. */
	full = NOW + 3620 * DAY;
	assert_int_equal(growth_full(&g.parts[MEASURE_ROLLUPS]), full);
	assert_int_equal(growth_per_day(&g, full), 3000);
}

static void
without_a_basis_there_is_none(void **state)
{
	struct measure m = month();
	struct growth g;

	(void)state;
	m.days = 0;
	assert_false(growth_of(&m, &keep, &g));
	m = month();
	m.by_table = false;
	assert_false(growth_of(&m, &keep, &g));
	m = month();
	m.left_bytes = 1;
	assert_false(growth_of(&m, &keep, &g));
	/* A single day has no past to take a mean of. */
	m = month();
	m.created = NOW - DAY + 1;
	assert_true(growth_of(&m, &keep, &g));
	assert_int_equal(rate(&g, MEASURE_NOTICES), 0);
	assert_int_equal(rate(&g, MEASURE_SAMPLES), 5760 * 70);
}

static void
nonsense_overflows_nothing(void **state)
{
	struct measure m = month();
	struct growth g;

	(void)state;
	for (int p = 0; p < MEASURE_PARTS; p++)
		m.parts[p] = (struct measure_size){.bytes = INT64_MAX,
		    .rows = 1,
		    .trees = INT64_MAX,
		    .seen_bytes = INT64_MAX,
		    .seen_rows = 1};
	m.samples_per_day = INT64_MAX;
	assert_true(growth_of(&m, &keep, &g));
	assert_int_equal(growth_bytes(&g, NOW + 4000 * DAY), INT64_MAX);
	assert_int_equal(growth_per_day(&g, NOW), INT64_MAX);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(shares),
	    cmocka_unit_test(a_part_grows_until_it_is_full),
	    cmocka_unit_test(rates_come_from_days_or_from_the_whole_past),
	    cmocka_unit_test(the_size_once_samples_are_of_age),
	    cmocka_unit_test(without_a_basis_there_is_none),
	    cmocka_unit_test(nonsense_overflows_nothing),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
