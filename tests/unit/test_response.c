/* SPDX-License-Identifier: MIT */
/* The pure halves of fetch, resolve and dial. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/certificate.h"
#include "io/response.h"

static bool
line(struct response *r, const char *text)
{
	return response_line(r, text, strlen(text));
}

static void
headers_of_the_last_block_are_kept(void **state)
{
	struct fetch_header h[RESPONSE_LINES_MAX];
	struct response r = {0};
	struct fetch_result told = {.headers = h};

	(void)state;
	response_reset(&r, 100);
	assert_true(line(&r, "HTTP/1.1 103 Early\r\n"));
	assert_true(line(&r, "X-Early: 1\r\n"));
	assert_true(line(&r, "\r\n"));
	assert_true(line(&r, "HTTP/1.1 200 OK\r\n"));
	assert_true(line(&r, "Server:  a b \t\r\n"));
	assert_true(line(&r, "X-Empty:\r\n"));
	assert_true(line(&r, "no colon\r\n"));
	assert_true(line(&r, ": no name\r\n"));
	assert_true(response_line(&r, "X-Odd: a\0b\rc\r\n", 14));
	assert_true(line(&r, "server: second\r\n"));
	assert_true(line(&r, "\r\n"));
	told.header_count = response_headers(&r, h);
	assert_int_equal(told.header_count, 4);
	assert_string_equal(fetch_header_find(&told, "SERVER"), "a b");
	assert_string_equal(fetch_header_find(&told, "x-empty"), "");
	assert_string_equal(fetch_header_find(&told, "x-odd"), "a b c");
	assert_null(fetch_header_find(&told, "x-early"));
	assert_null(fetch_header_find(&told, "x"));
	response_done(&r);
}

static void
two_lengths_must_agree(void **state)
{
	struct response r = {0};

	(void)state;
	response_reset(&r, 0);
	assert_true(line(&r, "HTTP/1.1 200 OK\r\n"));
	assert_true(line(&r, "Content-Length: 5\r\n"));
	assert_true(line(&r, "content-length:  5 \r\n"));
	assert_int_equal(r.fault, RESPONSE_FINE);
	assert_false(line(&r, "CONTENT-LENGTH: 2\r\n"));
	assert_int_equal(r.fault, RESPONSE_TWO_LENGTHS);
	response_done(&r);
}

static void
budgets_hold(void **state)
{
	struct response r = {0};
	char *big = mem_zalloc(RESPONSE_HEAD_BYTES_MAX + 1);
	unsigned n = 0;

	(void)state;
	response_reset(&r, 0);
	while (line(&r, "X: 1\r\n"))
		n++;
	assert_int_equal(n, RESPONSE_LINES_MAX);
	assert_int_equal(r.fault, RESPONSE_HEADERS_TOO_LARGE);

	response_reset(&r, 0);
	assert_int_equal(r.fault, RESPONSE_FINE);
	for (n = 0; line(&r, "HTTP/1.1 100 Continue\r\n");)
		n++;
	assert_int_equal(n, RESPONSE_INFORMATIONAL_MAX);

	memset(big, 'x', RESPONSE_HEAD_BYTES_MAX + 1);
	big[1] = ':';
	response_reset(&r, 0);
	assert_false(response_line(&r, big, RESPONSE_HEAD_BYTES_MAX + 1));
	response_reset(&r, 0);
	assert_true(response_line(&r, big, RESPONSE_HEAD_BYTES_MAX));
	mem_free(big);
	response_done(&r);
}

static void
a_body_is_kept_up_to_its_budget(void **state)
{
	struct response r = {0};

	(void)state;
	response_reset(&r, 8);
	assert_true(response_bytes(&r, "hello", 5));
	assert_true(response_bytes(&r, "", 0));
	assert_true(response_bytes(&r, "abc", 3));
	assert_int_equal(r.fault, RESPONSE_FINE);
	assert_false(response_bytes(&r, "d", 1));
	assert_int_equal(r.fault, RESPONSE_BODY_TOO_LARGE);
	assert_int_equal(r.body_bytes, 8);
	assert_memory_equal(r.body, "helloabc", 8);
	response_reset(&r, 0);
	assert_int_equal(r.body_bytes, 0);
	assert_false(response_bytes(&r, "x", 1));
	response_done(&r);
}

static void
times_of_certificates_are_read(void **state)
{
	static const struct {
		const char *text;
		wall_ms want; /* -1: refused */
	} rows[] = {{"Feb 14 09:00:53 2023 GMT", 1676365253000},
	    {"Jan  1 00:00:00 1970 GMT", 0},
	    {"Dec 31 23:59:59 9999 GMT", INT64_C(253402300799000)},
	    {"Foo  1 00:00:00 1970 GMT", -1}, {"anF  1 00:00:00 1970 GMT", -1},
	    {"Jan 32 00:00:00 1970 GMT", -1}, {"Jan  1 24:00:00 1970", -1},
	    {"", -1}, {"Jan", -1}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		wall_ms t = -1;

		if (certificate_time(rows[i].text, &t) != (rows[i].want >= 0) ||
		    t != rows[i].want)
			fail_msg("'%s': %lld", rows[i].text, (long long)t);
	}
}

static void
a_clock_never_set_is_our_fault(void **state)
{
	(void)state;
	assert_int_equal(certificate_reason(9, 1000), REASON_LOCAL_CLOCK);
	assert_int_equal(certificate_reason(9, INT64_C(1700000000000)),
	    REASON_TLS_NOT_YET_VALID);
	assert_int_equal(certificate_reason(10, 0), REASON_TLS_EXPIRED);
	assert_int_equal(certificate_reason(23, 0), REASON_TLS_REVOKED);
	assert_int_equal(certificate_reason(7, 0),
	    REASON_TLS_INVALID_CERTIFICATE);
}

int
main(void)
{
	const struct CMUnitTest tests[] =
	    {cmocka_unit_test(headers_of_the_last_block_are_kept),
		cmocka_unit_test(two_lengths_must_agree),
		cmocka_unit_test(budgets_hold),
		cmocka_unit_test(a_body_is_kept_up_to_its_budget),
		cmocka_unit_test(times_of_certificates_are_read),
		cmocka_unit_test(a_clock_never_set_is_our_fault)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
