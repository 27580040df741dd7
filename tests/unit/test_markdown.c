/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/markdown.h"

static void
nothing_is_markup_or_ends_the_line(void **state)
{
	static const struct {
		const char *given, *shown;
	} rows[] = {
	    {NULL, ""},
	    {"fleet/eu", "fleet/eu"},
	    {"**bold** _it_", "\\*\\*bold\\*\\* \\_it\\_"},
	    {"[a](http://x)", "\\[a\\]\\(http\\://x\\)"},
	    {"![a](x)", "\\!\\[a\\]\\(x\\)"},
	    {"<b>&lt;", "\\<b\\>\\&lt;"},
	    {"`x` | y", "\\`x\\` \\| y"},
	    {"a\n# b", "a\\\\x0a\\# b"},
	    {"\x1b[31m", "\\\\x1b\\[31m"},
	    {"a\\*b", "a\\\\x5c\\*b"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t;

		text_init(&t, 100);
		markdown_safe(&t, rows[i].given);
		assert_string_equal(text_str(&t), rows[i].shown);
		text_done(&t);
	}
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_is_markup_or_ends_the_line),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
