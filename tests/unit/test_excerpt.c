/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "probes/excerpt.h"

static const struct row {
	const char *in, *want;
} rows[] = {
    {"", ""},
    {"plain words, a.b@example.org", "plain words, a.b@example.org"},
    {"down for maintenance-2023-template",
	"down for maintenance-2023-template"},
    {"/static/js/main-page.chunk.js", "/static/js/main-page.chunk.js"},
    {"jwt eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.x_Y-z0 end", "jwt [masked] end"},
    {"Authorization: Bearer abc.def-123", "Authorization: Bearer [masked]"},
    {"bearer x", "bearer x"},
    {"Basic dXNlcjpwdw==", "Basic [masked]"},
    {"Basic realm=\"x y\"", "Basic realm=\"x y\""},
    {"id d41d8cd98f00b204e9800998ecf8427e.", "id [masked]."},
    {"short d41d8cd98f00", "short d41d8cd98f00"},
    {"{\"access_token\": \"abc\", \"n\": 1}",
	"{\"access_token\": \"[masked]\", \"n\": 1}"},
    {"?api_key=abc&x=1", "?api_key=[masked]&x=1"},
    {"password = hunter2", "password = [masked]"},
    {"{\"key\":\"a b c\"}", "{\"key\":\"[masked]\"}"},
    {"monkey=banana", "monkey=banana"},
    {"the key is lost", "the key is lost"},
    {"token", "token"},
    {"token=", "token="},
    {"token: \"", "token: \""},
    {"XyZ12abC98qwErT76uIoP54zz end", "[masked] end"},
};

static void
masking(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text t;

		text_init(&t, 4096);
		excerpt_mask(&t, rows[i].in, strlen(rows[i].in));
		assert_string_equal(text_str(&t), rows[i].want);
		text_done(&t);
	}
}

static void
headers_by_list(void **state)
{
	static const struct fetch_header headers[] = {{"Server", "nginx"},
	    {"Set-Cookie", "sid=1"}, {"X-Secret", "hush"},
	    {"Location", "/login?token=abc"}, {"X-Cache-Status", "MISS"},
	    {"WWW-Authenticate", "Basic realm=\"x\""}};
	struct fetch_result r = {.headers = headers,
	    .header_count = sizeof(headers) / sizeof(headers[0])};
	struct excerpt e = {0};

	(void)state;
	excerpt_build(&e, &r, "status 500, token=abc", NULL);
	assert_string_equal(e.headers,
	    "Server: nginx\nLocation: /login?token=[masked]\n"
	    "X-Cache-Status: MISS\nWWW-Authenticate: Basic realm=\"x\"\n");
	assert_string_equal(e.detail, "status 500, token=[masked]");
	assert_int_equal(e.body_size, 0);
	excerpt_done(&e);
}

/* Two bytes a character: the cut falls between them. */
static void
cut_between_characters(void **state)
{
	unsigned char body[8192];
	struct fetch_result r = {.body = body, .body_size = sizeof(body)};
	struct excerpt e = {0};

	(void)state;
	body[0] = 'x';
	for (size_t i = 1; i + 1 < sizeof(body); i++)
		body[i] = i % 2 == 1 ? 0xc3 : 0xa4;
	body[sizeof(body) - 1] = 'x';
	excerpt_build(&e, &r, NULL, NULL);
	assert_int_equal(e.body_size, EXCERPT_BODY_BYTES - 1);
	assert_null(e.detail);
	excerpt_done(&e);
}

/* A token that the cut would halve is still one. */
static void
token_over_the_edge(void **state)
{
	static const char token[] = "eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiIxIn0.abc";
	unsigned char body[EXCERPT_BODY_BYTES * 2];
	struct fetch_result r = {.body = body, .body_size = sizeof(body)};
	struct excerpt e = {0};

	(void)state;
	memset(body, ' ', sizeof(body));
	memcpy(body + EXCERPT_BODY_BYTES - 10, token, sizeof(token) - 1);
	excerpt_build(&e, &r, NULL, NULL);
	assert_null(strstr(e.body, "eyJ"));
	assert_int_equal(e.body_size, EXCERPT_BODY_BYTES);
	excerpt_done(&e);
}

static void
what_was_shown_is_hidden(void **state)
{
	static const struct {
		const char *text, *shown, *want;
	} hidden[] = {
	    {"you are hush.1, hush.1!", "hush.1", "you are ******, ******!"},
	    {"cut hush", "hush.1", "cut ****"},
	    {"cut hus", "hush.1", "cut hus"},
	    {"hush.hush.1", "hush.1", "hush.******"},
	    {"hush.1", NULL, "hush.1"},
	    {"hush.1", "", "hush.1"},
	    {"", "hush.1", ""},
	};
	struct fetch_header header = {"Location", "/?q=hush.1"};
	struct fetch_result r = {.headers = &header,
	    .header_count = 1,
	    .body = (const unsigned char *)"so hush.1 it is",
	    .body_size = 15};
	struct excerpt e = {0};
	char text[64];

	(void)state;
	for (size_t i = 0; i < sizeof(hidden) / sizeof(hidden[0]); i++) {
		(void)snprintf(text, sizeof(text), "%s", hidden[i].text);
		excerpt_hide(text, strlen(text), hidden[i].shown);
		assert_string_equal(text, hidden[i].want);
	}
	excerpt_build(&e, &r, "not hush.1", "hush.1");
	assert_string_equal(e.body, "so ****** it is");
	assert_string_equal(e.detail, "not ******");
	assert_string_equal(e.headers, "Location: /?q=******\n");
	excerpt_done(&e);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_shown_is_hidden),
	    cmocka_unit_test(masking),
	    cmocka_unit_test(headers_by_list),
	    cmocka_unit_test(cut_between_characters),
	    cmocka_unit_test(token_over_the_edge),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
