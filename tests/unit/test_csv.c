/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/csv.h"

static void
nothing_ends_a_cell_or_begins_a_formula(void **state)
{
	static const struct {
		const char *given, *cell;
	} rows[] = {
	    {NULL, ""},
	    {"", ""},
	    {"fleet/eu", "fleet/eu"},
	    {"one, two", "\"one, two\""},
	    {"\"so\"", "\"\"\"so\"\"\""},
	    {"one\ntwo", "\"one\ntwo\""},
	    {"=1+1", "'=1+1"},
	    {"+1", "'+1"},
	    {"-1", "'-1"},
	    {"@SUM(A1)", "'@SUM(A1)"},
	    {"\t=1", "'\t=1"},
	    {"\r=1", "\"'\r=1\""},
	    {"=HYPERLINK(\"x\",1)", "\"'=HYPERLINK(\"\"x\"\",1)\""},
	    {"a=1", "a=1"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t;

		text_init(&t, 100);
		csv_cell(&t, rows[i].given);
		assert_string_equal(text_str(&t), rows[i].cell);
		text_done(&t);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_ends_a_cell_or_begins_a_formula),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
