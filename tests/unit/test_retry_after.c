/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/sample.h"
#include "probes/retry_after.h"

/* 1994-11-06T08:49:37Z, the example of every RFC on HTTP. */
#define NOW INT64_C(784111777000)

enum { ABSENT = RETRY_AFTER_ABSENT };

static const struct row {
	const char *value, *date;
	int32_t want;
} rows[] = {
    {NULL, NULL, ABSENT},
    {"", NULL, ABSENT},
    {"0", NULL, 0},
    {"120", NULL, 120},
    {" 120\t", NULL, 120},
    {"0120", NULL, 120},
    {"86400", NULL, 86400},
    {"86401", NULL, ABSENT},
    {"99999999999999999999", NULL, ABSENT},
    {"-5", NULL, ABSENT},
    {"+5", NULL, ABSENT},
    {"1.5", NULL, ABSENT},
    {"60 s", NULL, ABSENT},
    {"1e3", NULL, ABSENT},
    {"soon", NULL, ABSENT},
    {"Sun, 06 Nov 1994 08:50:37 GMT", NULL, 60},
    {"sun, 06 nov 1994 08:50:37 gmt", NULL, 60},
    {"Mon, 06 Nov 1994 08:50:37 GMT", NULL, 60}, /* the wrong day */
    {"Sun, 6 Nov 1994 08:50:37 GMT", NULL, 60},
    {"Sunday, 06-Nov-94 08:50:37 GMT", NULL, 60},
    {"Sun, 06-Nov-1994 08:50:37 GMT", NULL, 60},
    {"Sun Nov  6 08:50:37 1994", NULL, 60},
    {"Sun Nov 06 08:50:37 1994", NULL, 60},
    {"Sun, 06 Nov 1994 08:49:37 GMT", NULL, 0},
    {"Sun, 06 Nov 1994 08:49:36 GMT", NULL, ABSENT}, /* past */
    {"Mon, 07 Nov 1994 08:49:37 GMT", NULL, 86400},
    {"Mon, 07 Nov 1994 08:49:38 GMT", NULL, ABSENT}, /* too far */
    {"Sun, 06 Nov 1994 08:50:60 GMT", NULL, 83},     /* leap second */
    {"Sun, 06 Nov 1994 08:50:61 GMT", NULL, ABSENT},
    {"Sun, 06 Nov 1994 24:00:00 GMT", NULL, ABSENT},
    {"Sun, 31 Nov 1994 08:50:37 GMT", NULL, ABSENT},
    {"Sun, 00 Nov 1994 08:50:37 GMT", NULL, ABSENT},
    {"Sun, 06 Nov 199 08:50:37 GMT", NULL, ABSENT},
    {"Sun, 06 Nox 1994 08:50:37 GMT", NULL, ABSENT},
    {"Sun, 06 Nov 1994 08:50:37 CET", NULL, ABSENT},
    {"Sun, 06 Nov 1994 08:50:37 GMT and more", NULL, ABSENT},
    {"Sun, 06 Nov 1994 08:50:37", NULL, ABSENT},
    {"Sunday, 06-Nov-94", NULL, ABSENT},
    {"Sun,", NULL, ABSENT},
    {"Sun, ", NULL, ABSENT},
    /* The server's clock is an hour ahead, or says nonsense. */
    {"Sun, 06 Nov 1994 09:50:37 GMT", "Sun, 06 Nov 1994 09:49:37 GMT", 60},
    {"Sun, 06 Nov 1994 07:50:37 GMT", " Sun, 06 Nov 1994 07:49:37 GMT ", 60},
    {"Sun, 06 Nov 1994 08:50:37 GMT", "yesterday", 60},
    {"120", "Sun, 06 Nov 1994 09:49:37 GMT", 120},
};

static void
every_form(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		int32_t got =
		    retry_after_parse(rows[i].value, rows[i].date, NOW);

		if (got != rows[i].want)
			print_error("'%s': %d instead of %d\n", rows[i].value,
			    (int)got, (int)rows[i].want);
		assert_int_equal(got, rows[i].want);
	}
}

/* RFC 9110, 5.6.7: two digits are the near future or the past. */
static void
short_years(void **state)
{
	wall_ms in_2026 = INT64_C(1790000000000), t = 0;

	(void)state;
	assert_true(
	    retry_after_date("Sunday, 06-Nov-94 08:49:37 GMT", in_2026, &t));
	assert_int_equal(t, NOW);
	assert_true(
	    retry_after_date("Sunday, 01-Jan-30 00:00:00 GMT", in_2026, &t));
	assert_int_equal(t, INT64_C(1893456000000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(every_form),
	    cmocka_unit_test(short_years),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
