/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/pattern.h"

/* Sanitizers and a busy machine slow it; without them it stays below 5 ms. */
static const double cpu_ms_max = 50;

enum { BODY_BYTES = 256 * 1024 };

static double
cpu_ms(void)
{
	struct timespec t;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
	return (double)t.tv_sec * 1e3 + (double)t.tv_nsec / 1e6;
}

static enum pattern_result
match(const char *pattern, const void *bytes, size_t n)
{
	struct fail f = {.why = ""};
	struct pattern *p = pattern_new(pattern, NULL, &f);
	double before = cpu_ms(), took;
	enum pattern_result r;

	if (p == NULL)
		fail_msg("%s: %s", pattern, f.why);
	r = pattern_match(p, bytes, n);
	took = cpu_ms() - before;
	pattern_free(p);
	print_message("%-28s %d %6.2f ms\n", pattern, (int)r, took);
	if (took > cpu_ms_max)
		fail_msg("'%s' took %.1f ms", pattern, took);
	return r;
}

static const struct {
	const char *pattern, *text;
	enum pattern_result want;
} rows[] = {
    {"main", "in maintenance", PATTERN_MATCH},
    {"Main", "in maintenance", PATTERN_NO_MATCH},
    {"(?i)MAIN", "in maintenance", PATTERN_MATCH},
    {"^ok$", "ok", PATTERN_MATCH},
    {"^ok$", "ok\r\n", PATTERN_MATCH},
    {"^ok$", "not ok", PATTERN_NO_MATCH},
    {"(?m)^ok$", "a\r\nok\r\nb", PATTERN_MATCH},
    {"", "", PATTERN_MATCH},
    {"x", "", PATTERN_NO_MATCH},
    {"^.$", "\xff", PATTERN_MATCH},
    {"(a)(b)(c)\\3\\2\\1", "abccba", PATTERN_MATCH},
};

static void
patterns_match_bytes(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (match(rows[i].pattern, rows[i].text,
			strlen(rows[i].text)) != rows[i].want)
			fail_msg("'%s' on '%s'", rows[i].pattern, rows[i].text);
	assert_int_equal(match("a\\x00b", "a\0b", 3), PATTERN_MATCH);
	assert_int_equal(match("x", NULL, 0), PATTERN_NO_MATCH);
}

static void
errors_say_where(void **state)
{
	static const struct {
		const char *text;
		size_t at;
	} bad[] = {{"ab(cd", 5}, {"a[b", 3}, {"a)b", 1}, {"*a", 0},
	    {"(*UTF)a", 6}, {"a\\Cb", 3}};
	char long_one[PATTERN_BYTES_MAX + 2];

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fail f = {.why = ""};
		size_t at = 999;

		assert_null(pattern_new(bad[i].text, &at, &f));
		print_message("%s\n", f.why);
		assert_int_equal(at, bad[i].at);
		assert_int_equal(f.code, ERR_SYNTAX);
	}
	memset(long_one, 'a', sizeof(long_one));
	long_one[sizeof(long_one) - 1] = '\0';
	assert_null(pattern_new(long_one, NULL, NULL));
	pattern_free(NULL);
}

static void
a_catastrophe_ends_soon(void **state)
{
	static const char *const patterns[] = {"^(a+)+$", "(a|aa)+$",
	    "(a*)*[bc]", "(.*)*[xy]", "(a+){10}[xy]",
	    "^(([a-z])+.)+[A-Z]([a-z])+$", "a*a*a*a*a*a*[bc]", "[^b]*[cd]",
	    "a+$[bc]", "(?:.|\\n)*[z0]", "(a*)\\1[xy]", "(a+)\\1$",
	    "(?=(a+))[bc]", "(a?){500}a{500}[bc]", "((a)|b)*(?1)*[cd]",
	    "^(?:a?){100}(?:a?){100}[cd]", "(?<=a{200})[bc]", ".*?.*?.*?[qr]",
	    "(?:a(?=.*[xy])|a)+[bc]", "(?>a*)[bc]", "(?s).{1000,60000}[bc]",
	    "(?i)\\w*\\W*[xy]"};
	char *body = mem_zalloc(BODY_BYTES);

	(void)state;
	memset(body, 'a', BODY_BYTES);
	body[BODY_BYTES - 1] = '!';
	for (size_t i = 0; i < sizeof(patterns) / sizeof(patterns[0]); i++)
		assert_int_not_equal(match(patterns[i], body, BODY_BYTES),
		    PATTERN_MATCH);
	assert_int_equal(match("^(a+)+$", body, BODY_BYTES), PATTERN_LIMIT);
	assert_int_equal(match("[^b]*[cd]", body, BODY_BYTES), PATTERN_LIMIT);
	memset(body, ' ', BODY_BYTES);
	assert_int_equal(match("\\s+[xy]", body, BODY_BYTES), PATTERN_LIMIT);
	mem_free(body);
}

/* A page as large as assertions ever see is no reason to give up. */
static void
plain_patterns_manage_a_large_page(void **state)
{
	static const char line[] =
	    "<p class=\"m\">All systems are more or less normal.</p>\n";
	static const char word[] = "MAINTENANCE";
	char *body = mem_zalloc(BODY_BYTES);

	(void)state;
	for (size_t i = 0; i < BODY_BYTES; i++)
		body[i] = line[i % (sizeof(line) - 1)];
	assert_int_equal(match("(?i)maintenance", body, BODY_BYTES),
	    PATTERN_NO_MATCH);
	assert_int_equal(match("(?i)under maintenance|be back soon", body,
			     BODY_BYTES),
	    PATTERN_NO_MATCH);
	for (size_t i = 0; i < sizeof(word) - 1; i++)
		body[BODY_BYTES - 20 + i] = word[i];
	assert_int_equal(match("(?i)maintenance", body, BODY_BYTES),
	    PATTERN_MATCH);
	assert_int_equal(match("\"status\"\\s*:\\s*\"ok\"", body, BODY_BYTES),
	    PATTERN_NO_MATCH);
	assert_int_equal(match("<title>[^<]*Error", body, BODY_BYTES),
	    PATTERN_NO_MATCH);
	mem_free(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       patterns_match_bytes),
	    cmocka_unit_test(errors_say_where),
	    cmocka_unit_test(a_catastrophe_ends_soon),
	    cmocka_unit_test(plain_patterns_manage_a_large_page)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
