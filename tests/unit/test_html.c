/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/escape.h"
#include "base/html.h"

static void
nothing_opens_a_tag_or_ends_a_value(void **state)
{
	struct text t;

	(void)state;
	text_init(&t, 1000);
	html_add(&t, "<a href=\"x\" title='y'>1 & 2</a>");
	assert_string_equal(text_str(&t),
	    "&lt;a href=&quot;x&quot; title=&#39;y&#39;&gt;1 &amp; "
	    "2&lt;/a&gt;");
	text_done(&t);
}

static void
text_from_outside(void **state)
{
	static const struct {
		const char *given, *shown;
	} rows[] = {
	    {NULL, ""},
	    {"", ""},
	    {"caf\xc3\xa9", "caf\xc3\xa9"},
	    {"\x1b[31m<b>", "\\x1b[31m&lt;b&gt;"},
	    {"\xff&", "\\xff&amp;"},
	    {"\xe2\x80\xae", "\\xe2\\x80\\xae"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t;

		text_init(&t, 1000);
		html_safe(&t, rows[i].given);
		assert_string_equal(text_str(&t), rows[i].shown);
		text_done(&t);
	}
}

static void
all_of_what_people_write(void **state)
{
	char given[2 * ESCAPE_LOG_BYTES + 1];
	struct text t;

	(void)state;
	text_init(&t, 10 * sizeof(given));
	html_lines(&t, NULL);
	html_lines(&t, "one <b>\n\ntwo\x1b\n");
	assert_string_equal(text_str(&t), "one &lt;b&gt;<br><br>two\\x1b<br>");
	text_reset(&t);
	memset(given, 'x', sizeof(given) - 1);
	given[sizeof(given) - 1] = '\0';
	html_lines(&t, given);
	assert_string_equal(text_str(&t), given);
	text_done(&t);
}

static void
long_text_is_cut(void **state)
{
	char given[2 * ESCAPE_LOG_BYTES + 1];
	struct text t;

	(void)state;
	memset(given, '<', sizeof(given) - 1);
	given[sizeof(given) - 1] = '\0';
	text_init(&t, 10 * sizeof(given));
	html_safe(&t, given);
	assert_true(text_ok(&t));
	assert_int_equal(text_len(&t), ESCAPE_LOG_BYTES * strlen("&lt;") + 3);
	text_done(&t);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nothing_opens_a_tag_or_ends_a_value),
	    cmocka_unit_test(text_from_outside),
	    cmocka_unit_test(all_of_what_people_write),
	    cmocka_unit_test(long_text_is_cut),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
