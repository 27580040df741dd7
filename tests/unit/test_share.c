/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/clock.h"
#include "view/share.h"

static void
it_is_cut_not_rounded(void **state)
{
	static const struct {
		int64_t part, whole;
		const char *text;
	} rows[] = {
	    {0, 0, "n/a"}, {0, 1, "0.000 %"}, {1, 1, "100.000 %"},
	    {1, 3, "33.333 %"}, {2, 3, "66.666 %"},
	    {INT64_C(31535999999), INT64_C(31536000000), "99.999 %"},
	    {INT64_C(66607), INT64_C(86400), "77.091 %"}, /* 14 Feb. 2023 */
	};
	char buf[SHARE_BYTES];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_string_equal(share_text(rows[i].part, rows[i].whole,
					buf),
		    rows[i].text);
}

static void
unknown_is_never_up(void **state)
{
	const int64_t ms[BUCKET_COUNT] = {[BUCKET_UP] = 10,
	    [BUCKET_DEGRADED] = 20,
	    [BUCKET_RECOVERING] = 40,
	    [BUCKET_MAINTENANCE] = 80,
	    [BUCKET_DOWN] = 160,
	    [BUCKET_UNKNOWN] = 320};

	(void)state;
	assert_int_equal(share_available(ms), 30);
	assert_int_equal(share_known(ms), 310);
	assert_int_equal(share_whole(ms), 630);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(it_is_cut_not_rounded),
	    cmocka_unit_test(unknown_is_never_up),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
