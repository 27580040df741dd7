/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/crowd.h"
#include "core/fixed.h"

/* 1970-01-05 was a Monday. */
enum { MONDAY = 4 * 24 * 4, WEEK = 7 * 24 * 4, ONE = 65536 };

/* Within 2e-4, and a part of a thousandth of what it is. */
static void
assert_near(int64_t q16, double wanted)
{
	double is = (double)q16 / ONE;
	double off = is < wanted ? wanted - is : is - wanted;
	double size = wanted < 0 ? -wanted : wanted;

	if (off > 0.0002 + size * 0.0001)
		fail_msg("%f, not %f", is, wanted);
}

static void
a_root_is_rounded_down(void **state)
{
	static const uint64_t some[] = {0, 1, 2, 3, 4, 15, 16, 17, 99, 100,
	    UINT32_MAX, (uint64_t)UINT32_MAX * UINT32_MAX, UINT64_MAX};

	(void)state;
	for (size_t i = 0; i < sizeof(some) / sizeof(some[0]); i++) {
		uint64_t root = fixed_root(some[i]);

		assert_true(root * root <= some[i]);
		assert_true(
		    root == UINT32_MAX || (root + 1) * (root + 1) > some[i]);
	}
	for (uint64_t v = 0; v < 70000; v++) {
		uint64_t root = fixed_root(v);

		assert_true(root * root <= v && (root + 1) * (root + 1) > v);
	}
}

static void
hours_begin_on_monday(void **state)
{
	(void)state;
	assert_int_equal(crowd_hour(MONDAY), 0);
	assert_int_equal(crowd_hour(MONDAY - 1), 167);
	assert_int_equal(crowd_hour(MONDAY + 3), 0);
	assert_int_equal(crowd_hour(MONDAY + 4), 1);
	/* Tuesday, 14 February 2023, 10:14:59.999 */
	assert_int_equal(crowd_hour(crowd_quarter(1676369699999)), 34);
	assert_int_equal(crowd_since(crowd_quarter(1676369699999)),
	    1676368800000);
	assert_int_equal(crowd_since(crowd_quarter(1676369700000)),
	    1676369700000);
}

static void
scores_are_those_of_the_table(void **state)
{
	static const struct {
		uint64_t count;
		double mu, phi, z;
	} rows[] = {
#define SCORE(count, mu, phi, z) {count, mu, phi, z},
#define LEARNT(at, mu, phi, z, high, elevated)
#include "crowd_rows.def"
#undef SCORE
#undef LEARNT
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crowd c;
		struct crowd_verdict v;

		crowd_init(&c, MONDAY);
		c.hours[0].seen = 20;
		c.hours[0].mu_q16 = (uint64_t)(rows[i].mu * ONE);
		c.phi_q16 = (uint64_t)(rows[i].phi * ONE);
		v = crowd_judge(&c, rows[i].count);
		assert_true(v.known);
		assert_near(v.z_q16, rows[i].z);
		assert_int_equal(v.high,
		    rows[i].z >= 3.5 && rows[i].count >= 10);
	}
}

/* As in make_crowd_rows.py. */
static uint64_t
reports(int64_t quarter)
{
	int64_t hour = quarter / 4 % 24, week = quarter / WEEK;
	int64_t rest = quarter % WEEK;
	int64_t count = quarter * 7919 % (hour >= 8 && hour < 20 ? 23 : 5);

	if (week == 8 && rest / 96 == 2 && rest % 96 >= 40 && rest % 96 < 50)
		count += 90;
	return (uint64_t)count;
}

static void
what_is_usual_is_learnt_as_in_the_table(void **state)
{
	static const struct {
		int64_t at;
		double mu, phi, z;
		int high, elevated;
	} rows[] = {
#define SCORE(count, mu, phi, z)
#define LEARNT(at, mu, phi, z, high, elevated) {at, mu, phi, z, high, elevated},
#include "crowd_rows.def"
#undef SCORE
#undef LEARNT
	};
	struct crowd c;

	(void)state;
	crowd_init(&c, MONDAY);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct crowd_verdict v;

		while (c.upto - MONDAY < rows[i].at)
			crowd_learn(&c, reports(c.upto - MONDAY));
		v = crowd_judge(&c, reports(rows[i].at));
		assert_near((int64_t)v.usual_q16, rows[i].mu);
		assert_near((int64_t)c.phi_q16, rows[i].phi);
		assert_near(v.z_q16, rows[i].z);
		assert_int_equal(v.high, rows[i].high);
		crowd_learn(&c, reports(rows[i].at));
		assert_int_equal(c.run >= 2, rows[i].elevated);
	}
}

static void
learn(struct crowd *c, uint64_t count, unsigned quarters)
{
	while (quarters-- > 0)
		crowd_learn(c, count);
}

static void
nothing_is_elevated_before_a_week_is_known(void **state)
{
	struct crowd_verdict v;
	struct crowd c;

	(void)state;
	crowd_init(&c, MONDAY);
	learn(&c, 2, WEEK - 2);
	learn(&c, 5000, 2);
	assert_false(c.last.known || c.last.high);
	v = crowd_judge(&c, 5000);
	assert_true(v.known && v.high);
	assert_false(crowd_elevated(&c, &v));
}

static void
two_quarters_running_are_elevated(void **state)
{
	struct crowd_verdict none, many;
	struct crowd c;

	(void)state;
	crowd_init(&c, MONDAY);
	learn(&c, 3, 2 * WEEK);
	none = crowd_judge(&c, 0);
	many = crowd_judge(&c, 42);
	assert_true(many.high && !none.high);
	assert_false(crowd_elevated(&c, &many));
	crowd_learn(&c, 42);
	/* Half a quarter may be enough: it only grows. */
	assert_true(crowd_elevated(&c, &many));
	assert_false(crowd_elevated(&c, &none));
	crowd_learn(&c, 42);
	assert_true(crowd_elevated(&c, &none));
	assert_int_equal(c.hours[0].mu_q16, 3 * ONE);
	crowd_learn(&c, 3);
	assert_false(crowd_elevated(&c, &many));
	/* Nine are never many. */
	assert_false(crowd_judge(&c, 9).high);
}

static void
a_service_that_grew_is_not_elevated_for_ever(void **state)
{
	struct crowd c;
	unsigned elevated = 0;

	(void)state;
	crowd_init(&c, MONDAY);
	learn(&c, 10, 4 * WEEK);
	for (unsigned i = 0; i < 8 * WEEK; i++) {
		crowd_learn(&c, 60);
		elevated += c.run >= 2;
	}
	assert_in_range(elevated, 95, 120);
	assert_false(c.last.high);
}

static void
counts_of_any_size_are_reckoned(void **state)
{
	static const uint64_t sizes[] = {0, 1, CROWD_COUNT_MAX, UINT64_MAX};
	struct crowd c, other;
	unsigned char bytes[CROWD_BYTES];

	(void)state;
	crowd_init(&c, 0);
	for (unsigned i = 0; i < 40 * WEEK; i++) {
		crowd_learn(&c, sizes[(i * 7 + i / 13) % 4]);
		assert_true(c.phi_q16 >= ONE);
		assert_true(c.phi_q16 <= (uint64_t)CROWD_COUNT_MAX << 16);
	}
	crowd_save(&c, bytes);
	assert_true(crowd_load(&other, c.upto, bytes, sizeof(bytes)));
}

static void
it_goes_on_from_what_was_kept(void **state)
{
	unsigned char bytes[CROWD_BYTES + 1], same[CROWD_BYTES];
	struct crowd c, kept;

	(void)state;
	crowd_init(&c, MONDAY);
	for (int64_t q = 0; q < 9 * WEEK - 3; q++) {
		if (q % 1000 == 999) {
			crowd_save(&c, bytes);
			assert_true(
			    crowd_load(&kept, c.upto, bytes, CROWD_BYTES));
			c = kept;
		}
		crowd_learn(&c, reports(q));
	}
	crowd_init(&kept, MONDAY);
	for (int64_t q = 0; q < 9 * WEEK - 3; q++)
		crowd_learn(&kept, reports(q));
	crowd_save(&c, bytes);
	crowd_save(&kept, same);
	assert_memory_equal(bytes, same, CROWD_BYTES);

	bytes[CROWD_BYTES] = 0;
	assert_false(crowd_load(&kept, 1, bytes, CROWD_BYTES + 1));
	assert_false(crowd_load(&kept, 1, bytes, CROWD_BYTES - 1));
	assert_false(crowd_load(&kept, 1, NULL, 0));
	bytes[0]++;
	assert_false(crowd_load(&kept, 1, bytes, CROWD_BYTES));
	memset(bytes, 0xff, sizeof(bytes));
	bytes[0] = 1;
	assert_false(crowd_load(&kept, 1, bytes, CROWD_BYTES));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_root_is_rounded_down),
	    cmocka_unit_test(hours_begin_on_monday),
	    cmocka_unit_test(scores_are_those_of_the_table),
	    cmocka_unit_test(what_is_usual_is_learnt_as_in_the_table),
	    cmocka_unit_test(nothing_is_elevated_before_a_week_is_known),
	    cmocka_unit_test(two_quarters_running_are_elevated),
	    cmocka_unit_test(a_service_that_grew_is_not_elevated_for_ever),
	    cmocka_unit_test(counts_of_any_size_are_reckoned),
	    cmocka_unit_test(it_goes_on_from_what_was_kept),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
