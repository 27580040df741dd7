/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/access.h"
#include "io/crypto.h"

enum { HOLDERS = 3, TRIES = 100000, LINE_BYTES = 128 };

static const char *const tokens[HOLDERS] = {"vgt_0123456789abcdef",
    "vgt_0123456789abcdeg", "another"};

/* Every comparison of ours ends here; so many bytes were compared. */
static size_t compared;

/* The names that the linker asks for. */
int true_compare(const void *a, const void *b, size_t n) __asm__(
    "__real_CRYPTO_memcmp");
int our_compare(const void *a, const void *b, size_t n) __asm__(
    "__wrap_CRYPTO_memcmp");

int
our_compare(const void *a, const void *b, size_t n)
{
	compared += n;
	return true_compare(a, b, n);
}

static struct access *
read_text(const char *text, unsigned *line, enum status want)
{
	struct access *a = NULL;
	struct fail f = {.why = ""};
	FILE *file = tmpfile();

	assert_non_null(file);
	assert_true(fputs(text, file) >= 0);
	assert_int_equal(fflush(file), 0);
	assert_int_equal(access_read(fileno(file), &a, line, &f), want);
	(void)fclose(file);
	return a;
}

static struct access *
holders(void)
{
	char text[HOLDERS * LINE_BYTES] = "";
	unsigned char digest[CRYPTO_SHA256_BYTES];
	size_t n = 0;
	unsigned line;

	for (size_t i = 0; i < HOLDERS; i++) {
		crypto_sha256(tokens[i], strlen(tokens[i]), digest);
		n += (size_t)snprintf(text + n, LINE_BYTES, "h%zu reader ", i);
		for (size_t k = 0; k < sizeof(digest); k++)
			n += (size_t)snprintf(text + n, 3, "%02x", digest[k]);
		text[n++] = '\n';
	}
	return read_text(text, &line, OK);
}

static bool
knows(const struct access *a, const char *token, const char *name)
{
	char shown[LINE_BYTES];
	enum level level = LEVEL_PUBLIC;
	const char *who = NULL;

	(void)snprintf(shown, sizeof(shown), "Bearer %s", token);
	if (!access_knows(a, shown, &level, &who))
		return false;
	assert_int_equal(level, LEVEL_READER);
	assert_string_equal(who, name);
	return true;
}

/*
 * What is compared are digests, of all holders, each to its last byte, by a
 * function whose time does not depend on what they hold: wherever a token
 * begins to be wrong, and whoever's it is, the same is done.
 */
static void
time_tells_nothing_of_a_token(void **state)
{
	struct access *a = holders();
	size_t length = strlen(tokens[0]);
	char token[LINE_BYTES];

	(void)state;
	for (unsigned i = 0; i < TRIES; i++) {
		(void)snprintf(token, sizeof(token), "%s", tokens[0]);
		token[i % length] = (char)(token[i % length] ^ 0x10);
		compared = 0;
		assert_false(knows(a, token, NULL));
		assert_int_equal(compared, HOLDERS * CRYPTO_SHA256_BYTES);
	}
	for (size_t i = 0; i < HOLDERS; i++) {
		(void)snprintf(token, sizeof(token), "h%zu", i);
		compared = 0;
		assert_true(knows(a, tokens[i], token));
		assert_int_equal(compared, HOLDERS * CRYPTO_SHA256_BYTES);
	}
	compared = 0;
	assert_false(knows(a, "", NULL));
	assert_int_equal(compared, HOLDERS * CRYPTO_SHA256_BYTES);
	access_free(a);
}

#define HEX "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

static void
a_wrong_line_is_named(void **state)
{
	static const struct {
		const char *text;
		unsigned line; /* 0: all are right */
	} rows[] = {{"", 0}, {"# none\n\n \t\r\n", 0}, {"a reader " HEX, 0},
	    {"\ta\toperator  " HEX " \r\n", 0}, {"a reader " HEX "\nb\n", 2},
	    {"a reader " HEX "0\n", 1}, {"a Reader " HEX "\n", 1},
	    {"#\n#\nA reader " HEX "\n", 3}, {" # a\n", 1},
	    {"a reader " HEX " b\n", 1}, {"a reader\n" HEX, 1},
	    {"a\x01 reader " HEX, 1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		unsigned line = 99;
		struct access *a = read_text(rows[i].text, &line,
		    rows[i].line > 0 ? ERR_SYNTAX : OK);

		if (rows[i].line > 0)
			assert_int_equal(line, rows[i].line);
		assert_int_equal(a == NULL, rows[i].line > 0);
		access_free(a);
	}
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(time_tells_nothing_of_a_token),
	    cmocka_unit_test(a_wrong_line_is_named),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
