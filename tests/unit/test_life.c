/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/life.h"

#define MORN ((wall_ms)1676332800000) /* 2023-02-14T00:00:00Z */

/* One after the other, in minutes. */
static void
live(struct life *l, wall_ms *at, int minutes, enum bucket b)
{
	wall_ms until = *at + minutes * (wall_ms)MINUTE_MS;

	life_add(l, *at, until, b);
	*at = until;
}

/* 14 February 2023 in Europe: back twice for some ten minutes, then for good. */
static void
false_recoveries_are_counted_by_how_long_they_held(void **state)
{
	struct life l = {.held = 0};
	wall_ms at = MORN;

	(void)state;
	live(&l, &at, 600, BUCKET_UP);
	live(&l, &at, 30, BUCKET_MAINTENANCE);
	live(&l, &at, 154, BUCKET_DOWN);
	live(&l, &at, 12, BUCKET_RECOVERING);
	live(&l, &at, 25, BUCKET_DOWN);
	live(&l, &at, 10, BUCKET_RECOVERING);
	live(&l, &at, 99, BUCKET_DOWN);
	live(&l, &at, 500, BUCKET_UP);
	assert_int_equal(l.held, 1);
	assert_int_equal(l.relapsed, 2);
	assert_int_equal(life_reached(&l, 0), 3);
	assert_int_equal(life_step(2), 10 * MINUTE_MS);
	assert_int_equal(l.later[1], 2);
	assert_int_equal(l.later[2], 1); /* that of ten is over by then */
	assert_int_equal(l.later[3], 0);
	assert_int_equal(life_reached(&l, 3), 1);
}

/* Recovering at present, or lost from sight: nobody knows how that ends. */
static void
what_is_not_over_is_not_counted(void **state)
{
	struct life l = {.held = 0};
	wall_ms at = MORN;

	(void)state;
	live(&l, &at, 30, BUCKET_DOWN);
	live(&l, &at, 10, BUCKET_RECOVERING);
	assert_int_equal(life_reached(&l, 0), 0);
	live(&l, &at, 10, BUCKET_UNKNOWN);
	live(&l, &at, 10, BUCKET_DOWN);
	live(&l, &at, 10, BUCKET_UNKNOWN);
	live(&l, &at, 10, BUCKET_UP);
	at += 10 * (wall_ms)MINUTE_MS; /* nobody watched it */
	live(&l, &at, 10, BUCKET_DOWN);
	at += 10 * (wall_ms)MINUTE_MS;
	live(&l, &at, 10, BUCKET_UP);
	assert_int_equal(l.held, 0);
	assert_int_equal(l.relapsed, 0);
}

/* Pieces of one recovery are one. */
static void
pieces_are_added_up(void **state)
{
	struct life l = {.held = 0};
	wall_ms at = MORN;

	(void)state;
	live(&l, &at, 30, BUCKET_DOWN);
	live(&l, &at, 10, BUCKET_RECOVERING);
	live(&l, &at, 15, BUCKET_RECOVERING);
	live(&l, &at, 1, BUCKET_DOWN);
	live(&l, &at, 1, BUCKET_DEGRADED);
	assert_int_equal(l.relapsed, 1);
	assert_int_equal(l.later[3], 1);
	assert_int_equal(l.later[4], 0);
	assert_int_equal(l.held, 1);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(
		false_recoveries_are_counted_by_how_long_they_held),
	    cmocka_unit_test(what_is_not_over_is_not_counted),
	    cmocka_unit_test(pieces_are_added_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
