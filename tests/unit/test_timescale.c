/* SPDX-License-Identifier: MIT */
/* A map of real time to a demonstration's: both ways, and what is refused. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "io/timescale.h"

enum { BEGIN = 5000000 };

static const wall_ms nine = INT64_C(1676365200000); /* 2023-02-14T09:00:00Z */

static struct timescale
scale(const char *spec)
{
	struct timescale t;
	struct fail f = {.why = ""};

	if (timescale_parse(spec, nine, BEGIN, &t, &f) != OK)
		fail_msg("%s: %s", spec, f.why);
	return t;
}

static void
one_factor(void **state)
{
	struct timescale t = scale("60");

	(void)state;
	assert_int_equal(timescale_at(&t, BEGIN), nine * 1000);
	assert_int_equal(timescale_at(&t, BEGIN + 1000000),
	    (nine + MINUTE_MS) * 1000);
	assert_int_equal(timescale_when(&t, (nine + MINUTE_MS) * 1000),
	    BEGIN + 1000000);
	/* Never early: the next reading at which it is there. */
	assert_int_equal(timescale_when(&t, nine * 1000 + 61), BEGIN + 2);
}

static void
steps(void **state)
{
	struct timescale t =
	    scale("2023-02-14T09:00:00Z=1,2023-02-14T09:00:10Z=100,"
		  "2023-02-14 10:00:40+01:00=3600,2023-02-14T10:30:10Z=7");

	(void)state;
	assert_int_equal(t.count, 4);
	assert_int_equal(timescale_at(&t, BEGIN + 10000000),
	    (nine + 10000) * 1000);
	assert_int_equal(timescale_at(&t, BEGIN + 10100000),
	    (nine + 20000) * 1000);
	assert_int_equal(timescale_at(&t, BEGIN + 11300000),
	    (nine + 40000 + HOUR_MS) * 1000);
}

static void
there_and_back(void **state)
{
	struct timescale t =
	    scale("2023-02-14T09:00:00Z=13,2023-02-14T09:00:01Z=997,"
		  "2023-02-14T09:17:00Z=1,2023-02-14T09:17:03Z=3600");
	char text[TIMESCALE_TEXT_BYTES];
	struct timescale same;
	struct fail f;
	int64_t before = INT64_MIN;
	uint64_t dice = 42;

	(void)state;
	timescale_format(&t, text);
	assert_int_equal(timescale_take(text, &same, &f), OK);
	assert_memory_equal(&t, &same, sizeof(t));
	for (int64_t real = BEGIN; real < BEGIN + 20000000;
	     real += 1 + (int64_t)(dice % 97)) {
		int64_t axis = timescale_at(&t, real);

		assert_true(axis > before); /* it never stands still */
		assert_int_equal(timescale_when(&t, axis), real);
		before = axis;
		dice = dice * 6364136223846793005u + 1442695040888963407u;
	}
}

static void
refused(void **state)
{
	static const char *const specs[] = {"", "0", "-1", "1.5", "3601", "60x",
	    "2023-02-14T09:00:00Z=", "2023-02-14T09:00:00=60", "yesterday=60",
	    "2023-02-14T09:00:00Z=60,", "2023-02-14T09:00:00Z=60,70",
	    "2023-02-14T09:00:00Z=60,2023-02-14T09:00:00Z=70",
	    "2023-02-14T09:00:00Z=60,2023-02-14T08:00:00Z=70"};
	struct timescale t;
	struct fail f;

	(void)state;
	for (size_t i = 0; i < sizeof(specs) / sizeof(specs[0]); i++) {
		f.why[0] = '\0';
		assert_int_not_equal(timescale_parse(specs[i], nine, BEGIN, &t,
					 &f),
		    OK);
		assert_int_equal(strncmp(f.why, "time scale: ", 12), 0);
	}
	assert_int_not_equal(timescale_take("12", &t, &f), OK);
	assert_int_not_equal(timescale_take("x@60", &t, &f), OK);
}

static void
too_many(void **state)
{
	char spec[2048] = "";
	struct timescale t;
	struct fail f;

	(void)state;
	for (int i = 0; i <= TIMESCALE_STEPS_MAX; i++)
		(void)snprintf(spec + strlen(spec), sizeof(spec) - strlen(spec),
		    "%s2023-02-14T09:%02d:00Z=9", i > 0 ? "," : "", i);
	assert_int_equal(timescale_parse(spec, nine, BEGIN, &t, &f), ERR_RANGE);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(one_factor),
	    cmocka_unit_test(steps), cmocka_unit_test(there_and_back),
	    cmocka_unit_test(refused), cmocka_unit_test(too_many)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
