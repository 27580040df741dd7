/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "view/when.h"

/* What people read and what machines read is the same length. */
static void
a_length_is_one_for_people_and_machines(void **state)
{
	static const struct {
		span_ms d;
		const char *people, *machine;
	} rows[] = {{-1, "0 s", "PT0S"}, {0, "0 s", "PT0S"},
	    {59999, "59 s", "PT59S"}, {MINUTE_MS, "1 min", "PT1M"},
	    {HOUR_MS - 1, "59 min", "PT59M"},
	    {5 * (span_ms)HOUR_MS + 6 * (span_ms)MINUTE_MS, "5 h 06 min",
		"PT5H6M"},
	    {48 * (span_ms)HOUR_MS - 1, "47 h 59 min", "PT47H59M"},
	    {12 * (span_ms)DAY_MS + 3 * (span_ms)HOUR_MS, "12 d 3 h",
		"P12DT3H"},
	    {36500 * (span_ms)DAY_MS, "36500 d 0 h", "P36500DT0H"}};
	char buf[WHEN_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		assert_string_equal(when_length(rows[i].d, buf),
		    rows[i].people);
		assert_string_equal(when_duration(rows[i].d, buf),
		    rows[i].machine);
	}
}

static void
an_instant_is_in_utc(void **state)
{
	char buf[WHEN_BYTES];

	(void)state;
	assert_string_equal(when_text(0, buf), "-");
	assert_string_equal(when_text(1676365253999, buf),
	    "2023-02-14 09:00:53Z");
	assert_string_equal(when_age(3 * (span_ms)HOUR_MS, buf), "3h00m");
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_length_is_one_for_people_and_machines),
	    cmocka_unit_test(an_instant_is_in_utc),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
