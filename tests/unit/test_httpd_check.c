/* SPDX-License-Identifier: MIT */
/* Which requests are refused, and with which code. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/httpd_check.h"

enum { FIELDS = 4 };

static const struct {
	const char *name;
	enum httpd_verb verb;
	int minor;
	const char *fields[FIELDS][2];
	int code;
} heads[] = {
    {"a page", VERB_GET, 1, {{"Host", "localhost"}}, 0},
    {"no host", VERB_GET, 1, {{"A", "b"}}, 400},
    {"no host, of old", VERB_GET, 0, {{"A", "b"}}, 0},
    {"wrong host, of old", VERB_GET, 0, {{"Host", "evil"}}, 421},
    {"two hosts", VERB_GET, 1, {{"Host", "localhost"}, {"hOST", "localhost"}},
	400},
    {"empty host", VERB_GET, 1, {{"Host", ""}}, 400},
    {"by address", VERB_GET, 1, {{"Host", "192.0.2.1"}}, 0},
    {"by address and port", VERB_GET, 1, {{"Host", "192.0.2.1:8090"}}, 0},
    {"by name", VERB_GET, 1, {{"Host", "Status.Example.org."}}, 0},
    {"by IPv6", VERB_GET, 1, {{"Host", "[2001:db8::1]:8090"}}, 0},
    {"by a part of a name", VERB_GET, 1, {{"Host", "example.org"}}, 421},
    {"name with more", VERB_GET, 1, {{"Host", "localhost.evil"}}, 421},
    {"user before it", VERB_GET, 1, {{"Host", "localhost@evil"}}, 400},
    {"path behind it", VERB_GET, 1, {{"Host", "localhost/"}}, 400},
    {"port of letters", VERB_GET, 1, {{"Host", "localhost:http"}}, 400},
    {"no port behind the colon", VERB_GET, 1, {{"Host", "localhost:"}}, 400},
    {"port that is long", VERB_GET, 1, {{"Host", "localhost:000080"}}, 400},
    {"half a bracket", VERB_GET, 1, {{"Host", "[::1"}}, 400},
    {"brackets and more", VERB_GET, 1, {{"Host", "[::1]x"}}, 400},
    {"nothing in brackets", VERB_GET, 1, {{"Host", "[]"}}, 400},
    {"blank in a name", VERB_GET, 1, {{"Host", "localhost"}, {"A ", "b"}}, 400},
    {"no name", VERB_GET, 1, {{"Host", "localhost"}, {"", "b"}}, 400},
    {"control in a value", VERB_GET, 1, {{"Host", "localhost"}, {"A", "b\r"}},
	400},
    {"tab in a value", VERB_GET, 1, {{"Host", "localhost"}, {"A", "b\tc"}}, 0},
    {"other letters in a value", VERB_GET, 1,
	{{"Host", "localhost"}, {"A", "\xc3\xa9"}}, 0},
    {"another method", VERB_OTHER, 1, {{"Host", "localhost"}}, 405},
    {"another method, host", VERB_OTHER, 1, {{"Host", "evil"}}, 421},
    {"another version", VERB_GET, 2, {{"Host", "localhost"}}, 505},
    {"options", VERB_OPTIONS, 1, {{"Host", "localhost"}}, 0},
    {"no length", VERB_POST, 1, {{"Host", "localhost"}}, 411},
    {"chunks", VERB_POST, 1,
	{{"Host", "localhost"}, {"Transfer-Encoding", "chunked"}}, 411},
    {"chunks and length", VERB_POST, 1,
	{{"Host", "localhost"}, {"Transfer-Encoding", "x"},
	    {"Content-Length", "1"}},
	400},
    {"chunks of a page", VERB_GET, 1,
	{{"Host", "localhost"}, {"Transfer-Encoding", "chunked"}}, 400},
    {"a length", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", "999999999"}}, 0},
    {"a long length", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", "0000000001"}}, 400},
    {"two lengths", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", "1"},
	    {"Content-Length", "1"}},
	400},
    {"a list of lengths", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", "1, 1"}}, 400},
    {"a signed length", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", "+1"}}, 400},
    {"an empty length", VERB_POST, 1,
	{{"Host", "localhost"}, {"Content-Length", ""}}, 400},
    {"a page with a body", VERB_GET, 1,
	{{"Host", "localhost"}, {"Content-Length", "1"}}, 400},
    {"a page with none", VERB_HEAD, 1,
	{{"Host", "localhost"}, {"Content-Length", "00"}}, 0},
};

static void
heads_are_judged(void **state)
{
	char first[] = "status.example.org", second[] = "2001:db8::1";
	char *const hosts[] = {first, second, NULL};
	const struct httpd_names names = {.local = "192.0.2.1", .hosts = hosts};

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		struct httpd_head h = {.verb = heads[i].verb,
		    .major = 1,
		    .minor = heads[i].minor};
		int code;

		for (size_t k = 0; k < FIELDS; k++)
			if (heads[i].fields[k][0] != NULL)
				httpd_head_field(&h, heads[i].fields[k][0],
				    heads[i].fields[k][1]);
		code = httpd_head_refusal(&h, &names);
		if (code != heads[i].code)
			fail_msg("%s: %d", heads[i].name, code);
	}
}

static void
a_place_without_browsers_has_any_name(void **state)
{
	const struct httpd_names names = {.any = true};
	struct httpd_head h = {.verb = VERB_GET, .major = 1, .minor = 1};

	(void)state;
	httpd_head_field(&h, "Host", "whatever");
	assert_int_equal(httpd_head_refusal(&h, &names), 0);
	h.host = "what ever";
	assert_int_equal(httpd_head_refusal(&h, &names), 400);
	h.host = "whatever";
	h.major = 2;
	assert_int_equal(httpd_head_refusal(&h, &names), 505);
}

static const struct {
	const char *target, *path, *query; /* NULL: refused */
} targets[] = {
    {"/", "/", ""},
    {"/a/b", "/a/b", ""},
    {"/a?b", "/a", "b"},
    {"/a?b?c=d", "/a", "b?c=d"},
    {"/%61%C3%A9+", "/a\xc3\xa9+", ""},
    {"/a%2Fb", "/a/b", ""},
    {"/...", "/...", ""},
    {"/.a/..b", "/.a/..b", ""},
    {"//a", "//a", ""},
    {"/%5c", "/\\", ""},
    {"/a?q=../..", "/a", "q=../.."},
    {"", NULL, NULL},
    {"*", NULL, NULL},
    {"a", NULL, NULL},
    {"http://localhost/", NULL, NULL},
    {"/a b", NULL, NULL},
    {"/a\x7f", NULL, NULL},
    {"/\xc3\xa9", NULL, NULL},
    {"/a#b", NULL, NULL},
    {"/a?b#c", NULL, NULL},
    {"/%", NULL, NULL},
    {"/%4", NULL, NULL},
    {"/%4g", NULL, NULL},
    {"/%00", NULL, NULL},
    {"/%0a", NULL, NULL},
    {"/%7F", NULL, NULL},
    {"/%c3", NULL, NULL},
    {"/%c0%af", NULL, NULL},
    {"/%ed%a0%80", NULL, NULL},
    {"/.", NULL, NULL},
    {"/..", NULL, NULL},
    {"/a/./b", NULL, NULL},
    {"/a/../b", NULL, NULL},
    {"/a/..", NULL, NULL},
    {"/%2e%2e/b", NULL, NULL},
    {"/a/.%2e%2fb", NULL, NULL},
    {"/a?%00", NULL, NULL},
    {"/a?q=%ff", NULL, NULL},
    {"/a?q=%4", NULL, NULL},
};

static void
targets_are_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(targets) / sizeof(targets[0]); i++) {
		char *path = NULL, *query = NULL;
		bool taken =
		    httpd_target_take(targets[i].target, &path, &query);

		if (taken != (targets[i].path != NULL))
			fail_msg("%s", targets[i].target);
		if (taken) {
			assert_string_equal(path, targets[i].path);
			assert_string_equal(query, targets[i].query);
		}
		mem_free(path);
		mem_free(query);
	}
}

static void
parameters_are_found(void **state)
{
	static const struct {
		const char *query, *name, *value;
	} rows[] = {
	    {"", "q", NULL},
	    {"q", "q", ""},
	    {"q=", "q", ""},
	    {"q=1", "q", "1"},
	    {"p=1&q=2", "q", "2"},
	    {"q=1&q=2", "q", "1"},
	    {"&&q=1&", "q", "1"},
	    {"%71=1", "q", "1"},
	    {"q=a+b%2B%26c", "q", "a b+&c"},
	    {"q=a=b", "q", "a=b"},
	    {"qq=1", "q", NULL},
	    {"p=q", "q", NULL},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		char *value = httpd_query_param(rows[i].query, rows[i].name);

		if ((value == NULL) != (rows[i].value == NULL) ||
		    (value != NULL && strcmp(value, rows[i].value) != 0))
			fail_msg("%s: %s", rows[i].query, value);
		mem_free(value);
	}
}

static void
etags_are_compared(void **state)
{
	static const struct {
		const char *list, *etag;
		bool same;
	} rows[] = {
	    {"\"a\"", "a", true},
	    {"W/\"a\"", "a", true},
	    {" * ", "a", true},
	    {"\"b\", \"a\"", "a", true},
	    {"\"b\",W/\"a\" ", "a", true},
	    {"\"a,b\"", "a,b", true},
	    {"\"\"", "", true},
	    {"", "", false},
	    {"a", "a", false},
	    {"\"a", "a", false},
	    {"\"ab\"", "a", false},
	    {"*a", "a", false},
	    {"\"b\" x \"a\"", "a", false},
	    {"w/\"a\"", "a", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (httpd_etag_matches(rows[i].list, rows[i].etag) !=
		    rows[i].same)
			fail_msg("%s", rows[i].list);
}

static void
gzip_is_asked_for(void **state)
{
	static const struct {
		const char *accept;
		bool takes;
	} rows[] = {
	    {NULL, false},
	    {"", false},
	    {"gzip", true},
	    {"GZIP", true},
	    {"br, gzip", true},
	    {"deflate,gzip;q=0.5 , br", true},
	    {"gzip ; q=1", true},
	    {"gzip;q=0.001", true},
	    {"gzip;q=0", false},
	    {"gzip;q=0.0, br", false},
	    {"br;q=1, gzip;q=0", false},
	    {"identity", false},
	    {"*", false},
	    {"x-gzip", false},
	    {"gzipped", false},
	    {",,", false},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		if (httpd_takes_gzip(rows[i].accept) != rows[i].takes)
			fail_msg("%s", rows[i].accept);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(heads_are_judged),
	    cmocka_unit_test(a_place_without_browsers_has_any_name),
	    cmocka_unit_test(targets_are_taken_apart),
	    cmocka_unit_test(parameters_are_found),
	    cmocka_unit_test(etags_are_compared),
	    cmocka_unit_test(gzip_is_asked_for)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
