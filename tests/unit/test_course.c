/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "view/course.h"
#include "web/lane.h"

static void
pieces_are_merged_cut_and_whole(void **state)
{
	struct course c;

	(void)state;
	course_init(&c, 1000, 2000);
	course_add(&c, 0, 900, BUCKET_DOWN); /* before it */
	assert_int_equal(c.count, 0);
	assert_true(course_is_calm(&c));
	course_add(&c, 500, 1100, BUCKET_UP);
	course_add(&c, 1100, 1200, BUCKET_UP);
	assert_int_equal(c.count, 1);
	assert_true(course_is_calm(&c));
	course_add(&c, 1300, 1400, BUCKET_DOWN);
	course_add(&c, 1350, 1500, BUCKET_RECOVERING);
	course_add(&c, 1500, 1500, BUCKET_MAINTENANCE);
	course_add(&c, 1900, 9000, BUCKET_DOWN);
	course_add(&c, 9000, 9900, BUCKET_UP); /* after it */
	assert_int_equal(c.count, 6);
	for (size_t i = 1; i < c.count; i++) {
		assert_true(c.pieces[i].since == c.pieces[i - 1].until);
		assert_int_not_equal(c.pieces[i].bucket,
		    c.pieces[i - 1].bucket);
	}
	assert_true(c.pieces[0].since == 1000);
	assert_true(c.pieces[5].until == 2000);
	assert_true(course_sum(&c, BUCKET_UP) == 200);
	assert_true(course_sum(&c, BUCKET_UNKNOWN) == 500);
	assert_true(course_sum(&c, BUCKET_DOWN) == 200);
	assert_true(course_sum(&c, BUCKET_RECOVERING) == 100);
	assert_int_equal(course_spells(&c, BUCKET_DOWN), 2);
	assert_int_equal(course_spells(&c, BUCKET_MAINTENANCE), 0);
	assert_false(course_is_calm(&c));
	course_done(&c);
}

static void
what_is_short_is_seen_and_stays_inside(void **state)
{
	struct course c;
	const wall_ms end = 2 * (wall_ms)DAY_MS;
	struct text t;

	(void)state;
	course_init(&c, DAY_MS, end);
	assert_int_equal(lane_at(&c, -1), 0);
	assert_int_equal(lane_at(&c, DAY_MS + DAY_MS / 2), LANE_WIDTH / 2);
	assert_int_equal(lane_at(&c, 3 * (wall_ms)DAY_MS), LANE_WIDTH);
	course_add(&c, DAY_MS + HOUR_MS, end - SECOND_MS, BUCKET_UP);
	course_add(&c, end - SECOND_MS, end, BUCKET_DOWN);
	text_init(&t, 4096);
	lane_add(&t, &c, "a/<b>");
	assert_non_null(strstr(text_str(&t),
	    "<title>a/&lt;b&gt;, 1970-01-02 00:00:00Z to 1970-01-03 "
	    "00:00:00Z: Down for 1 s</title>"));
	assert_non_null(strstr(text_str(&t),
	    "<path d=\"M997 0h3v28h-3z\" fill=\"url(#p-down)\"/>"));
	assert_non_null(strstr(text_str(&t),
	    "<path d=\"M41 0h958v28h-958z\" fill=\"url(#p-up)\"/>"));
	text_done(&t);
	course_done(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(pieces_are_merged_cut_and_whole),
	    cmocka_unit_test(what_is_short_is_seen_and_stays_inside),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
