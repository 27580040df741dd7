/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/crypto.h"

static const char *
hex(const unsigned char *p, size_t n, char *out)
{
	for (size_t i = 0; i < n; i++)
		(void)snprintf(out + 2 * i, 3, "%02x", p[i]);
	return out;
}

/* FIPS 180-2 and RFC 4231, test case 2. */
static void
digests_are_the_published_ones(void **state)
{
	unsigned char out[CRYPTO_SHA256_BYTES];
	char text[2 * CRYPTO_SHA256_BYTES + 1];

	(void)state;
	crypto_sha256("abc", 3, out);
	assert_string_equal(hex(out, sizeof(out), text),
	    "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
	crypto_sha256("", 0, out);
	assert_string_equal(hex(out, sizeof(out), text),
	    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
	crypto_hmac_sha256("Jefe", 4, "what do ya want for nothing?", 28, out);
	assert_string_equal(hex(out, sizeof(out), text),
	    "5bdcc146bf60754e6a042426089575c75a003f089d2739839dec58b964ec3843");
	crypto_hmac_sha256("", 0, "", 0, out);
	assert_string_equal(hex(out, sizeof(out), text),
	    "b613679a0814d9ec772f95d778c35fc5ff1697c493715653c6c712144292c5ad");
}

/* RFC 4648, section 10. */
static void
base64_goes_there_and_back(void **state)
{
	static const char *const rows[][2] = {{"", ""}, {"f", "Zg=="},
	    {"fo", "Zm8="}, {"foo", "Zm9v"}, {"foob", "Zm9vYg=="},
	    {"fooba", "Zm9vYmE="}, {"foobar", "Zm9vYmFy"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *text = crypto_base64(rows[i][0], strlen(rows[i][0]));
		size_t n = 99;
		unsigned char *bytes = crypto_base64_decode(rows[i][1], &n);

		assert_string_equal(text, rows[i][1]);
		assert_non_null(bytes);
		assert_int_equal(n, strlen(rows[i][0]));
		assert_memory_equal(bytes, rows[i][0], n);
		mem_free(text);
		mem_free(bytes);
	}
}

static void
what_is_not_base64_is_refused(void **state)
{
	static const char *const rows[] = {"Z", "Zg",
	    "Zg=", "Zg===", "====", "Z===", "Zg==Zg==", "Zm9v\n", " Zm9v",
	    "Zm-v", "Zm_v", "Zm9v====", "=m9v"};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		size_t n = 7;

		if (crypto_base64_decode(rows[i], &n) != NULL)
			fail_msg("'%s' was taken", rows[i]);
		assert_int_equal(n, 7);
	}
}

static void
the_rest_does_what_it_says(void **state)
{
	unsigned char a[32] = {0}, b[32] = {0};

	(void)state;
	assert_true(crypto_equal(a, b, sizeof(a)));
	b[31] = 1;
	assert_false(crypto_equal(a, b, sizeof(a)));
	assert_true(crypto_equal(a, b, 31));
	crypto_random(a, sizeof(a));
	crypto_random(b, sizeof(b));
	assert_memory_not_equal(a, b, sizeof(a));
	crypto_zero(a, sizeof(a));
	memset(b, 0, sizeof(b));
	assert_memory_equal(a, b, sizeof(a));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       digests_are_the_published_ones),
	    cmocka_unit_test(base64_goes_there_and_back),
	    cmocka_unit_test(what_is_not_base64_is_refused),
	    cmocka_unit_test(the_rest_does_what_it_says)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
