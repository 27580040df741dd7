/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/utc.h"

static void
what_is_a_time(void **state)
{
	static const struct {
		const char *text, *same; /* NULL: it is none */
	} rows[] = {
	    {"2023-02-14T10:00:20.000Z", "2023-02-14T10:00:20.000Z"},
	    {"2023-02-14T10:00:20.5Z", "2023-02-14T10:00:20.500Z"},
	    {"2023-02-14T11:00:20+01:00", "2023-02-14T10:00:20.000Z"},
	    {"2024-02-29T00:00:00Z", "2024-02-29T00:00:00.000Z"},
	    {"2000-02-29T23:59:60Z", "2000-03-01T00:00:00.000Z"},
	    {"2023-02-29T00:00:00Z", NULL},
	    {"1900-02-29T00:00:00Z", NULL},
	    {"2023-02-30T00:00:00Z", NULL},
	    {"2023-04-31T00:00:00Z", NULL},
	    {"2023-13-01T00:00:00Z", NULL},
	    {"2023-00-01T00:00:00Z", NULL},
	    {"2023-01-00T00:00:00Z", NULL},
	    {"2023-01-32T00:00:00Z", NULL},
	    {"2023-01-01T24:00:00Z", NULL},
	    {"2023-01-01T00:00:00", NULL},
	    {"2023-01-01T00:00:00.Z", NULL},
	    {"2023-01-01T00:00:00Zx", NULL},
	};
	char buf[UTC_TEXT_BYTES];
	wall_ms t;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		if (utc_parse(rows[i].text, &t) != (rows[i].same != NULL))
			fail_msg("%s", rows[i].text);
		if (rows[i].same != NULL)
			assert_string_equal(utc_format(t, buf), rows[i].same);
	}
}

/* Every day of four hundred years, after which they are the same again. */
static void
each_day_is_the_one_it_was(void **state)
{
	const struct utc_date last = {2400, 12, 31};
	struct utc_date d = {2000, 12, 31};

	(void)state;
	for (int64_t n = utc_days(d) + 1; n <= utc_days(last); n++) {
		const struct utc_date next = utc_date_of(n * DAY_MS);

		assert_int_equal(utc_days(next), n);
		assert_true(next.day == d.day + 1 ||
		    (next.day == 1 && d.day >= 28 &&
			next.month == d.month % 12 + 1));
		d = next;
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_a_time),
	    cmocka_unit_test(each_day_is_the_one_it_was),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
