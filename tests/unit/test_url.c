/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/url.h"

static const struct {
	const char *text;
	enum status want;
	enum url_scheme scheme;
	const char *host;
	uint16_t port;
	const char *target, *origin;
} rows[] = {
    {"https://example.org/", OK, URL_HTTPS, "example.org", 443, "/",
	"https://example.org"},
    {"http://Example.ORG", OK, URL_HTTP, "example.org", 80, "/",
	"http://example.org"},
    {"http://example.org:8080/a/b?c=d&e#f", OK, URL_HTTP, "example.org", 8080,
	"/a/b?c=d&e", "http://example.org:8080"},
    {"https://example.org:443/x", OK, URL_HTTPS, "example.org", 443, "/x",
	"https://example.org"},
    {"https://example.org?q", OK, URL_HTTPS, "example.org", 443, "/?q",
	"https://example.org"},
    {"tcp://db.example:5432", OK, URL_TCP, "db.example", 5432, "",
	"tcp://db.example:5432"},
    {"tcp://[::1]:22", OK, URL_TCP, "::1", 22, "", "tcp://[::1]:22"},
    {"TLS://Mail.example:993/", OK, URL_TLS, "mail.example", 993, "",
	"tls://mail.example:993"},
    {"tls://mail.example", ERR_RANGE, 0, NULL, 0, NULL, NULL},
    {"tls://mail.example:993/x", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"tls://mail.example:993?x", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://[2001:DB8::1]:81/", OK, URL_HTTP, "2001:db8::1", 81, "/",
	"http://[2001:db8::1]:81"},
    {"http://0x7f.1/", OK, URL_HTTP, "127.0.0.1", 80, "/", "http://127.0.0.1"},
    {"http://2852039166/", OK, URL_HTTP, "169.254.169.254", 80, "/",
	"http://169.254.169.254"},
    {"http://0251.0376.0251.0376/", OK, URL_HTTP, "169.254.169.254", 80, "/",
	"http://169.254.169.254"},
    {"https://xn--bcher-kva.example/", OK, URL_HTTPS, "xn--bcher-kva.example",
	443, "/", "https://xn--bcher-kva.example"},
    {"https://b\xc3\xbc.example/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"example.org", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"/only/path", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http:///path", OK, URL_HTTP, "path", 80, "/", "http://path"},
    {"http://a b/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://a\nb/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://[fe80::1%25eth0]/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://%31%32%37.1/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"tcp:///%31:2", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://a.example/%31", OK, URL_HTTP, "a.example", 80, "/%31",
	"http://a.example"},
    {"http://[::g]/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"http://example.org:0/", ERR_RANGE, 0, NULL, 0, NULL, NULL},
    {"http://example.org:65536/", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"tcp://example.org", ERR_RANGE, 0, NULL, 0, NULL, NULL},
    {"tcp://example.org:1/path", ERR_SYNTAX, 0, NULL, 0, NULL, NULL},
    {"file:///etc/passwd", ERR_RANGE, 0, NULL, 0, NULL, NULL},
    {"ftp://example.org/", ERR_RANGE, 0, NULL, 0, NULL, NULL},
    {"gopher://example.org/", ERR_RANGE, 0, NULL, 0, NULL, NULL},
};

static void
each_url_is_taken_apart(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct url u = {0};
		struct fail f = {.why = ""};
		enum status st = url_parse(rows[i].text, &u, &f);

		if (st != rows[i].want)
			fail_msg("%s: status %d: %s", rows[i].text, (int)st,
			    f.why);
		if (st != OK) {
			assert_null(u.host);
			assert_true(f.why[0] != '\0');
			continue;
		}
		assert_int_equal(u.scheme, rows[i].scheme);
		assert_string_equal(u.host, rows[i].host);
		assert_int_equal(u.port, rows[i].port);
		assert_string_equal(u.target, rows[i].target);
		assert_string_equal(u.origin, rows[i].origin);
		assert_false(u.has_userinfo);
		url_done(&u);
	}
}

static void
literals_and_credentials_show(void **state)
{
	struct url u = {0};

	(void)state;
	assert_int_equal(url_parse("http://me:pw@127.1/", &u, NULL), OK);
	assert_true(u.has_userinfo && u.literal);
	assert_string_equal(u.origin, "http://127.0.0.1");
	url_done(&u);
	assert_int_equal(url_parse("http://me@example.org/", &u, NULL), OK);
	assert_true(u.has_userinfo && !u.literal);
	url_done(&u);
}

static void
lengths_are_bounded(void **state)
{
	size_t n = URL_BYTES_MAX;
	char *long_one = mem_zalloc(n + 2);
	struct url u = {0};
	char *out = NULL;

	(void)state;
	memset(long_one, 'a', n);
	memcpy(long_one, "http://h/", 9);
	assert_int_equal(url_parse(long_one, &u, NULL), OK);
	url_done(&u);
	long_one[n] = 'a';
	assert_int_equal(url_parse(long_one, &u, NULL), ERR_RANGE);
	assert_int_equal(url_join("http://h/", long_one, &out, NULL),
	    ERR_SYNTAX);
	memset(long_one, '/', n + 1);
	assert_int_equal(url_join("http://h/", long_one, &out, NULL),
	    ERR_SYNTAX);
	long_one[n - 2] = '\0';
	memset(long_one, 'a', n - 2);
	assert_int_equal(url_join("http://host/", long_one, &out, NULL),
	    ERR_RANGE);
	assert_null(out);
	mem_free(long_one);
}

static const struct {
	const char *base, *location;
	enum status want;
	const char *out;
} joins[] = {
    {"http://a.example/x/y", "/z", OK, "http://a.example/z"},
    {"http://a.example/x/y", "z?q=1", OK, "http://a.example/x/z?q=1"},
    {"http://a.example/x/y", "../z", OK, "http://a.example/z"},
    {"https://a.example/", "//b.example/c", OK, "https://b.example/c"},
    {"https://a.example/", "http://b.example:81", OK, "http://b.example:81/"},
    {"http://a.example/x?y", "?z", OK, "http://a.example/x?z"},
    {"http://a.example/", "/a#top", OK, "http://a.example/a"},
    {"http://me:pw@a.example/", "/b", OK, "http://a.example/b"},
    {"http://a.example/", "http://me:pw@b.example/", OK, "http://b.example/"},
    {"http://a.example/", "/with space", OK, "http://a.example/with%20space"},
    {"http://a.example/", "", ERR_SYNTAX, NULL},
    {"http://a.example/", "http://", ERR_SYNTAX, NULL},
    {"http://a.example/", "http:///", ERR_SYNTAX, NULL},
    {"http://a.example/", "http://[::1/", ERR_SYNTAX, NULL},
    {"http://a.example/", "http://a:99999/", ERR_SYNTAX, NULL},
    {"http://a.example/", "file:///etc/passwd", ERR_RANGE, NULL},
    {"http://a.example/", "gopher://a/", ERR_RANGE, NULL},
    {"http://a.example/", "tcp://a:1", ERR_RANGE, NULL},
    {"http://a.example/", "tls://a:1", ERR_RANGE, NULL},
    {"http://a.example/", "\x01\x02", ERR_SYNTAX, NULL},
};

static void
redirects_resolve(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(joins) / sizeof(joins[0]); i++) {
		char *out = NULL;
		enum status st =
		    url_join(joins[i].base, joins[i].location, &out, NULL);

		if (st != joins[i].want)
			fail_msg("%s: status %d (%s)", joins[i].location,
			    (int)st, out != NULL ? out : "");
		if (st == OK)
			assert_string_equal(out, joins[i].out);
		mem_free(out);
	}
}

/* javascript: and its like name no host: never a place to go. */
static void
no_scheme_without_host_passes(void **state)
{
	static const char *const texts[] = {"javascript:alert(1)",
	    "data:text/html,x", "mailto:a@b.example", "about:blank"};

	(void)state;
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		struct url u = {0};
		char *out = NULL;
		enum status st =
		    url_join("http://a.example/", texts[i], &out, NULL);

		assert_int_not_equal(url_parse(texts[i], &u, NULL), OK);
		if (st == OK)
			assert_memory_equal(out, "http://a.example/", 17);
		mem_free(out);
	}
}

static void
sites_are_two_labels(void **state)
{
	(void)state;
	assert_string_equal(url_site("www.shop.example.org"), "example.org");
	assert_string_equal(url_site("example.org"), "example.org");
	assert_string_equal(url_site("localhost"), "localhost");
	assert_string_equal(url_site("10.1.2.3"), "10.1.2.3");
	assert_string_equal(url_site("2001:db8::1"), "2001:db8::1");
	assert_string_equal(url_site(""), "");
	assert_true(url_same_site("a.example.org", "b.EXAMPLE.org."));
	assert_false(url_same_site("a.example.org", "a.example.net"));
	assert_false(url_same_site("10.1.2.3", "11.1.2.3"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       each_url_is_taken_apart),
	    cmocka_unit_test(literals_and_credentials_show),
	    cmocka_unit_test(lengths_are_bounded),
	    cmocka_unit_test(redirects_resolve),
	    cmocka_unit_test(no_scheme_without_host_passes),
	    cmocka_unit_test(sites_are_two_labels)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
