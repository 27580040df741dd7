/* SPDX-License-Identifier: MIT */
/*
 * A row is a file and what is said of it: every error in order, each line
 * "LINE:COL: part of the message", or none.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "config/config.h"
#include "io/resolve.h"

static char folder[] = "/tmp/vigie-config-XXXXXX";

/* The path of a name in the folder of the test; owned by caller. */
static char *
path_of(const char *name)
{
	struct text t;

	text_init(&t, 4096);
	text_printf(&t, "%s/%s", folder, name);
	return text_take(&t);
}

static void
put_file(const char *name, const void *bytes, size_t n, mode_t mode)
{
	char *path = path_of(name);
	FILE *f = fopen(path, "we");

	assert_non_null(f);
	assert_int_equal(fwrite(bytes, 1, n, f), n);
	assert_int_equal(fclose(f), 0);
	assert_int_equal(chmod(path, mode), 0);
	mem_free(path);
}

static void
put_text(const char *name, const char *s)
{
	put_file(name, s, strlen(s), 0600);
}

static void
remove_file(const char *name)
{
	char *path = path_of(name);

	(void)unlink(path);
	mem_free(path);
}

static struct config *
load(struct config_errors *e)
{
	char *path = path_of("v.yaml");
	struct config *c = config_load(path, e);

	mem_free(path);
	return c;
}

/* Load a text that must be right. */
static struct config *
load_good(const char *yaml)
{
	struct config_errors e;
	struct config *c;

	put_text("v.yaml", yaml);
	c = load(&e);
	if (c == NULL)
		fail_msg("%s\n%s", yaml, text_str(&e.lines));
	assert_int_equal(e.count, 0);
	assert_int_equal(text_len(&e.lines), 0);
	text_done(&e.lines);
	return c;
}

/*
 * Compare the lines, "FILE:LINE:COL: message", with the wanted beginnings
 * "LINE:COL: message" (or "conf.d/NAME:LINE...").
 */
static bool
same_errors(const char *yaml, const struct config_errors *e,
    const char *const *want)
{
	const char *line = text_str(&e->lines);
	size_t n = 0, skip = strlen(folder) + 1;

	for (; want[n] != NULL; n++) {
		size_t len = strcspn(line, "\n");
		const char *rest = line + (len > skip ? skip : len);

		if (strncmp(rest, "v.yaml:", 7) == 0)
			rest += 7;
		if (strncmp(rest, want[n], strlen(want[n])) != 0) {
			print_error("%s\nwanted: %s\ngot: %.*s\n", yaml,
			    want[n], (int)len, line);
			return false;
		}
		line += len + (line[len] != '\0');
	}
	if (*line != '\0')
		print_error("%s\nnot wanted: %s\n", yaml, line);
	return *line == '\0' && e->count == n;
}

static bool
gives_errors(const char *yaml, size_t n, const char *const *want)
{
	struct config_errors e;
	struct config *c;
	bool same;

	put_file("v.yaml", yaml, n, 0600);
	c = load(&e);
	if (c != NULL)
		print_error("accepted: %s\n", yaml);
	same = c == NULL && same_errors(yaml, &e, want);
	config_free(c);
	text_done(&e.lines);
	return same;
}

#define S "services: [{id: s, regions: {r: https://x/}}]\n"

enum { ERRORS_MAX = 6 };

static const struct row {
	const char *yaml;
	const char *errors[ERRORS_MAX];
} rows[] = {
    /* Syntax: the first only. */
    {"", {" the file is empty"}},
    {"# nothing\n", {" the file is empty"}},
    {"a: [1, 2\nb: 3\nc: [", {"3:2: missing comma"}},
    {"services:\n\t- id: s\n", {"2:1: a tab in the indentation"}},
    {"- a\n", {"1:1: this must be a mapping, not a list"}},
    {"text", {"1:1: this must be a mapping, not text"}},
    {S "---\n" S, {"2:1: a second document"}},
    {"database: &x a\n" S, {"1:14: anchors (&name) are not supported"}},
    {"database: *x\n" S, {"1:12: aliases (*name) are not supported"}},
    {"database: !!str x\n" S, {"1:17: tags (!name) are not supported"}},
    {"? [a]\n: b\n", {"1:3: a key must be a plain word"}},
    {"a: [[[[[[[[[[[[[[[[[[[[[[[[[[1]]]]]]]]]]]]]]]]]]]]]]]]]]\n",
	{"1:27: nested too deeply"}},

    /* Keys. */
    {"databse: x\n" S,
	{"1:1: unknown key 'databse', did you mean 'database'?"}},
    {"zzz: x\n" S, {"1:1: unknown key 'zzz'"}},
    {"listen: 127.0.0.1:80\n" S,
	{"1:1: 'listen' is not supported in this version"}},
    {"retention: {max_size: 10GB}\n" S,
	{"1:13: 'max_size' is not supported in this version"}},
    {"database: x\ndatabase: y\n" S,
	{"2:1: 'database' is given twice, first "
	 "at /tmp/vigie-config-"}},
    {"database:\n" S, {"1:1: 'database' has no value"}},
    {"database: ~\n" S, {"1:1: 'database' has no value"}},
    {"database: 12\n" S,
	{"1:11: 'database' must be text, not a number; put "
	 "it in quotes"}},
    {"database: [x]\n" S, {"1:1: 'database' must be text, not a list"}},
    {"database: \"a\\nb\"\n" S, {"1:11: 'database' must be one line"}},
    {"database: ''\n" S, {"1:11: 'database' must not be empty"}},
    {"public_url: ftp://x/\n" S, {"1:13: 'public_url': "}},
    {"public_url: tcp://x:1\n" S, {"1:13: 'public_url' must begin with http"}},

    /* Durations. */
    {"defaults: {interval: 30}\n" S,
	{"1:22: 'interval': 30 without a unit; write 30s, 30m or 30ms"}},
    {"defaults: {interval: -30s}\n" S, {"1:22: 'interval': '-30s' is not"}},
    {"defaults: {interval: 1.5s}\n" S, {"1:22: 'interval': '1.5s' is not"}},
    {"defaults: {interval: 999ms}\n" S,
	{"1:22: 'interval': 999ms is not within 1 s to"}},
    {"defaults: {interval: 99999999999999999999s}\n" S,
	{"1:22: 'interval': '99999999999999999999s' is longer"}},
    {"defaults: {timeout: 5m1s}\n" S,
	{"1:21: 'timeout': 5m1s is not within 100 ms to 5 min"}},
    {"defaults: {timeout: [5s]}\n" S, {"1:12: 'timeout' must be a duration"}},
    {"defaults: 5s\n" S, {"1:11: 'defaults' must be a mapping, not text"}},

    /* Other types. */
    {"defaults: {redirects: 6}\n" S,
	{"1:23: 'redirects': 6 is not within 0 to 5"}},
    {"defaults: {redirects: \"3\"}\n" S,
	{"1:23: 'redirects' must be a number, not text"}},
    {"defaults: {redirects: 99999999999999999999}\n" S,
	{"1:23: 'redirects': 99999999999999999999 is not within"}},
    {"defaults: {ladder: yes}\n" S,
	{"1:20: 'ladder' must be true or false, not 'yes'"}},
    {"defaults: {ladder: \"true\"}\n" S,
	{"1:20: 'ladder' must be true or false, not 'true'"}},
    {"defaults: {ip: 5}\n" S, {"1:16: '5' is not one of any, 4 or 6"}},
    {"defaults: {method: get}\n" S, {"1:20: 'get' is not one of GET, HEAD"}},
    {"defaults: {proxy: 'http://u:p@x/'}\n" S,
	{"1:19: 'proxy': no credentials in a URL"}},
    {"defaults: {url: 'http://x/'}\n" S, {"1:12: unknown key 'url'"}},
    {"defaults: {headers: {'a b': x, c: 1, d: \"x\\r\\ny\"}}\n" S,
	{"1:22: 'a b' is not a header name", "1:35: 'headers' must be text",
	    "1:41: 'headers' must be one line"}},

    /* Services. */
    {"services: []\n", {" 'services' is empty"}},
    {"database: x\n", {" 'services' is empty"}},
    {"services: {a: b}\n",
	{" 'services' is empty",
	    "1:1: 'services' must be a list, not a mapping"}},
    {"services: [s]\n", {"1:12: this must be a mapping, not text"}},
    {"services: [{regions: {r: https://x/}}]\n",
	{"1:12: a service needs an 'id'"}},
    {"services: [{id: s}]\n", {"1:12: a service needs 'regions'"}},
    {"services: [{id: s, regions: {}}]\n",
	{"1:20: 'regions' must be a mapping of regions to URLs, not empty"}},
    {"services: [{id: s, regions: {r: }}]\n", {"1:30: region 'r' has no URL"}},
    {"services: [{id: S, regions: {r: https://x/}}]\n",
	{"1:17: 'S' is not a valid id"}},
    {"services: [{id: s, regions: {R/1: https://x/}}]\n",
	{"1:30: 'R/1' is not a valid region"}},
    {S "#\n" S, {"3:1: 'services' is given twice"}},
    {"services:\n- {id: s, regions: {r: https://x/}}\n"
     "- {id: s, regions: {q: https://x/}}\n",
	{"3:8: service 's' is given twice, first at /tmp/vigie"}},
    {"services: [{id: s, slo: 99.9, regions: {r: https://x/}}]\n",
	{"1:25: 'slo' must be a percentage"}},
    {"services: [{id: s, slo: 100%, regions: {r: https://x/}}]\n",
	{"1:25: 'slo' must be a percentage"}},
    {"services: [{id: s, depends_on: [x], regions: {r: https://x/}}]\n",
	{"1:20: 'depends_on' is not supported in this version"}},
    {"services: [{id: s, tags: [1], regions: {r: https://x/}}]\n",
	{"1:27: 'tags' must be text, not a number"}},
    {"services: [{id: s, all_clear: eagre, regions: {r: https://x/}}]\n",
	{"1:31: 'eagre' is not one of default, eager or cautious, did you "
	 "mean 'eager'?"}},

    /* Endpoints. */
    {"services: [{id: s, regions: {r: x.org}}]\n",
	{"1:33: 'url': 'x.org' is not a URL, did you mean https://x.org?"}},
    {"services: [{id: s, regions: {r: 'tcp://x'}}]\n", {"1:33: 'url': "}},
    {"services: [{id: s, regions: {r: {interval: 5s}}}]\n",
	{"1:30: an endpoint needs a 'url'"}},
    {"services: [{id: s, regions: {r: {url: 'https://x/', body: a}}}]\n",
	{"1:53: 'body' needs a method that sends one"}},
    {"services: [{id: s, regions: {r: {url: 'tcp://x:1', tls: {}}}}]\n",
	{"1:52: 'tls' has no meaning for tcp:"}},
    {"services: [{id: s, regions: {r: [{url: 'https://x/'}, "
     "{name: a, url: 'https://x/'}, {name: a, url: 'https://y/'}]}}]\n",
	{"1:34: an endpoint needs a 'name' where",
	    "1:85: 's/r/a' is given twice, first at"}},
    {"services: [{id: s, http: 2, regions: {r: https://x/}}]\n",
	{"1:20: 'http' is not supported in this version"}},
    {"defaults: {tls: {ca_file: nope.pem, cert_file: x}}\n" S,
	{"1:27: 'ca_file': ",
	    "1:37: 'cert_file' is not supported in this version"}},
    {"defaults: {auth: {}}\n" S, {"1:12: 'auth' needs basic_file or"}},
    {"defaults: {auth: {basic_file: good, bearer_file: good}}\n" S,
	{"1:12: 'auth' takes basic_file or bearer_file, not both"}},
    {"defaults: {auth: {basic_file: open}}\n" S,
	{"1:31: 'basic_file': everybody may use "}},
    {"defaults: {auth: {basic_file: empty}}\n" S, {"1:31: 'basic_file': "}},
    {"defaults: {auth: {basic_file: none}}\n" S, {"1:31: 'basic_file': "}},
    {"defaults: {auth: {basic_file: .}}\n" S, {"1:31: 'basic_file': "}},

    /* Expectations. */
    {"defaults: {expect: {status: 99}}\n" S, {"1:29: '99' is not a status"}},
    {"defaults: {expect: {status: 600}}\n" S, {"1:29: '600' is not a"}},
    {"defaults: {expect: {status: 0200}}\n" S, {"1:29: '0200' is not a"}},
    {"defaults: {expect: {status: [300-200, []]}}\n" S,
	{"1:30: '300-200' is not a status", "1:39: 'status' must be a status"}},
    {"defaults: {expect: {status: []}}\n" S,
	{"1:21: 'status' must not be empty"}},
    {"defaults: {expect: {body: '('}}\n" S, {"1:27: 'body': "}},
    {"defaults: {expect: {header: {x: '['}}}\n" S, {"1:33: 'x': "}},
    {"defaults: {expect: {type: json}}\n" S,
	{"1:27: 'type' must be a media type"}},
    {"defaults: {expect: {json: {a: 1, '$..a': 1, '$.a[x]': 1}}}\n" S,
	{"1:28: 'a' is not a path", "1:34: '$..a' is not a path",
	    "1:45: '$.a[x]' is not a path"}},
    {"defaults: {expect: {json: {$.a: [1], $.b: {min: 1}, $.c: .inf}}}\n" S,
	{"1:28: '$.a' must be a single value", "1:44: unknown key 'min'",
	    "1:58: '.inf' is no value that JSON knows"}},

    /* Canaries, receivers, routes. */
    {"canaries: [gatway]\n" S, {"1:12: 'gatway' is no canary"}},
    {"receivers: [{id: a, type: syslog, facility: kern}]\n" S,
	{"1:45: 'kern' is not one of user, mail"}},
    {"receivers: [{id: a, type: syslog, url: 'http://x/'}]\n" S,
	{"1:35: 'url' has no meaning for type syslog"}},
    {"receivers: [{id: a, type: webhook}]\n" S,
	{"1:13: a webhook needs a 'url'"}},
    {"receivers: [{id: a, type: mail}, {type: syslog}, {id: b}]\n" S,
	{"1:27: 'mail' is not one of syslog or webhook",
	    "1:34: a receiver needs an 'id'",
	    "1:50: a receiver needs a 'type'"}},
    {"receivers: [{id: a, type: syslog}, {id: a, type: syslog}]\n" S,
	{"1:41: receiver 'a' is given twice, first at"}},
    {"receivers: [{id: a, type: webhook, url: 'http://x/', secret_file: "
     "open}]\n" S,
	{"1:67: 'secret_file': everybody may use "}},
    {"routes: [{to: [lok]}]\n" S,
	{"1:16: no receiver 'lok', did you mean 'log'?"}},
    {"routes: [{all: true}, {to: []}]\n" S,
	{"1:10: a route needs receivers", "1:24: a route needs receivers"}},
    {"routes: [{to: log, match: {kind: outtage, service: A}}]\n" S,
	{"1:34: 'outtage' matches none of degradation, maintenance or outage",
	    "1:52: 'A' is not a valid service"}},

    /* Planned maintenance. */
    {"maintenance: [{service: s}]\n" S,
	{"1:15: a window needs either 'every', or 'from' and 'to'"}},
    {"maintenance: [{service: s, every: 'Sun 02:00-04:00', from: x}]\n" S,
	{"1:15: a window needs either 'every', or 'from' and 'to'"}},
    {"maintenance: [{every: 'Sun 02:00-04:00'}]\n" S,
	{"1:15: a window needs a 'service'"}},
    {"maintenance: [{service: s, every: 'Sun 02:00-24:01'}]\n" S,
	{"1:35: 'every': 'Sun 02:00-24:01' is not a weekly time"}},
    {"maintenance: [{service: s, every: 'Sun, Mon 02:00-04:00'}]\n" S,
	{"1:35: 'every': "}},
    {"maintenance: [{service: s, every: 'Sun-Foo 02:00-04:00'}]\n" S,
	{"1:35: 'every': "}},
    {"maintenance: [{service: s, every: 'Sun 02:60-04:00'}]\n" S,
	{"1:35: 'every': "}},
    {"maintenance: [{service: s, from: 2026-03-01 02:00, "
     "to: 2026-03-01 02:00}]\n" S,
	{"1:56: 'to' must be after 'from'"}},
    {"maintenance: [{service: s, from: tomorrow, to: 2026-03-01 02:00}]\n" S,
	{"1:34: 'from' must be a time like"}},
    {"maintenance: [{service: s, every: 'Sun 02:00-04:00', "
     "timezone: Europe/Pariss}]\n" S,
	{"1:64: 'timezone': no time zone 'Europe/Pariss', did you mean "
	 "'Europe/Paris'?"}},
};

static void
test_rows(void **state)
{
	int bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		bad += !gives_errors(rows[i].yaml, strlen(rows[i].yaml),
		    rows[i].errors);
	assert_int_equal(bad, 0);
}

static void
test_bytes(void **state)
{
	static const char *const nul[] = {"1:13: a NUL byte", NULL};
	static const char *const utf8[] = {"1:13: byte 0xff: not valid UTF-8",
	    NULL};
	static const char *const surrogate[] = {"1:13: byte 0xed", NULL};
	static const char *const cut[] = {"1:4: byte 0xc3", NULL};

	(void)state;
	assert_true(gives_errors("database: \"a\0b\"\n" S,
	    sizeof("database: \"a\0b\"\n" S) - 1, nul));
	assert_true(gives_errors("database: \"a\xff\"\n" S,
	    strlen("database: \"a\xff\"\n" S), utf8));
	assert_true(gives_errors("database: \"a\xed\xa0\x80\"\n" S,
	    strlen("database: \"a\xed\xa0\x80\"\n" S), surrogate));
	assert_true(gives_errors("a: \xc3", 4, cut));
	/* A byte order mark and CRLF are harmless. */
	config_free(load_good("\xef\xbb\xbf" S));
	config_free(load_good("database: x.db\r\nservices:\r\n  - id: s\r\n"
			      "    regions: {r: https://x/}\r\n"));
}

static void
test_size(void **state)
{
	const size_t n = (16 << 20) + 1;
	char *big = mem_zalloc(n);
	struct config_errors e;

	(void)state;
	memset(big, '#', n);
	put_file("v.yaml", big, n, 0600);
	assert_null(load(&e));
	assert_non_null(strstr(text_str(&e.lines), "larger than 16 MiB"));
	text_done(&e.lines);
	mem_free(big);
	remove_file("v.yaml");
	assert_null(load(&e));
	assert_non_null(strstr(text_str(&e.lines), "cannot read it"));
	text_done(&e.lines);
}

static void
test_defaults(void **state)
{
	struct config *c = load_good("database: /d/x.db\n" S);
	const struct target *t = &c->services[0].endpoints[0].target;

	(void)state;
	assert_string_equal(c->database, "/d/x.db");
	assert_non_null(c->control);
	assert_int_equal(c->keep_samples, 400 * (int64_t)DAY_MS);
	assert_true(c->canary_gateway && c->canary_resolvers);
	assert_int_equal(c->canary_count, 0);
	assert_int_equal(c->service_count, 1);
	assert_string_equal(c->services[0].name, "s");
	assert_null(c->services[0].tags[0]);
	assert_string_equal(t->id, "s/r");
	assert_string_equal(t->url, "https://x/");
	assert_int_equal(t->kind, TARGET_HTTP);
	assert_int_equal(t->interval, 60 * SECOND_MS);
	assert_int_equal(t->timeout, 10 * SECOND_MS);
	assert_int_equal(t->redirects, 3);
	assert_int_equal(t->family, FAMILY_ANY);
	assert_true(t->ladder);
	assert_false(t->insecure);
	assert_null(t->method);
	assert_int_equal(t->expect.status_count, 0);
	assert_int_equal(c->receiver_count, 1);
	assert_string_equal(c->receivers[0].id, "log");
	assert_int_equal(c->receivers[0].type, RECEIVER_SYSLOG);
	assert_int_equal(c->receivers[0].facility, 16);
	assert_int_equal(c->route_count, 1);
	assert_string_equal(c->routes[0].to[0], "log");
	assert_null(c->routes[0].to[1]);
	config_free(c);
}

static const char full[] =
    "database: data/vigie.db\n"
    "control: c.sock\n"
    "public_url: https://status.example.org/\n"
    "user_agent: https://example.org/bot\n"
    "retention: {samples: 30d}\n"
    "canaries: [gateway, 'https://www.iana.org/', 'tcp://192.0.2.1:53']\n"
    "defaults:\n"
    "  interval: 1m30s\n"
    "  headers: {Accept: '*/*', Authorization: Bearer abc}\n"
    "  expect: {latency: 2s, status: [200, \"400-404\"]}\n"
    "services:\n"
    "  - id: a\n"
    "    name: \"A \\\"quoted\\\" name\"\n"
    "    tags: [x, y]\n"
    "    owner: me\n"
    "    runbook: https://r/\n"
    "    functions: one\n"
    "    unaffected: [two]\n"
    "    advice: wait\n"
    "    slo: 99.95%\n"
    "    all_clear: cautious\n"
    "    timeout: 3s\n"
    "    ip: 6\n"
    "    auth: {bearer_file: good}\n"
    "    tls: {ca_file: good}\n"
    "    regions:\n"
    "      eu: https://eu.example.org/\n"
    "      us:\n"
    "        - {name: web, url: 'https://us.example.org/', ladder: off,\n"
    "           auth: {basic_file: good}, tls: {insecure: true}, ip: any}\n"
    "        - {name: db, url: 'tcp://us.example.org:5432', timeout: 1s}\n"
    "  - id: b\n"
    "    regions:\n"
    "      eu:\n"
    "        url: https://b/\n"
    "        method: POST\n"
    "        body: \"a\\nb\\\\\"\n"
    "        redirects: 0\n"
    "        proxy: http://proxy:3128\n"
    "        headers: {X-Cookie: c}\n"
    "        expect:\n"
    "          json: {$.a: ok, $.b: 1, $.c: true, $.d: ~, $.e: '1',\n"
    "                 \"$.f[0]\": 1.5, $.g: {max_age: 10m}}\n"
    "          body: '(?i)hello'\n"
    "          not_body: sorry\n"
    "          header: {Server: ^nginx}\n"
    "          type: application/json\n"
    "receivers:\n"
    "  - {id: l, type: syslog, facility: daemon}\n"
    "  - {id: h, type: webhook, url: 'https://h/', secret_file: good,\n"
    "     allow_private: true, timeout: 2s, proxy: 'http://p:1'}\n"
    "routes:\n"
    "  - {to: l, all: true}\n"
    "  - {to: [h, l], match: {service: a*, region: eu, tag: x, kind: outage,\n"
    "     severity: '*'}, notify_after: 90s}\n"
    "maintenance:\n"
    "  - {service: a, region: e?, every: \"Fri-Mon,Wed 22:00-02:30\",\n"
    "     timezone: Europe/Paris, title: Weekly}\n"
    "  - {service: '*', from: 2026-07-01 02:00, to: 2026-07-01T03:00:00Z,\n"
    "     timezone: Europe/Paris}\n";

static void
check_layers(const struct config *c)
{
	const struct target *eu = &config_find(c, "a/eu", NULL)->target;
	const struct target *web = &config_find(c, "a/us/web", NULL)->target;
	const struct target *db = &config_find(c, "a/us/db", NULL)->target;
	const struct target *b = &config_find(c, "b/eu", NULL)->target;

	assert_int_equal(eu->interval, 90 * SECOND_MS);
	assert_int_equal(eu->timeout, 3 * SECOND_MS);
	assert_int_equal(eu->family, FAMILY_IPV6);
	assert_int_equal(web->family, FAMILY_ANY);
	assert_false(web->ladder);
	assert_null(web->bearer_file);
	assert_non_null(web->basic_file);
	assert_non_null(eu->bearer_file);
	assert_true(web->insecure && web->ca_file != NULL);
	assert_false(eu->insecure);
	assert_int_equal(db->kind, TARGET_TCP);
	assert_int_equal(db->timeout, SECOND_MS);
	assert_int_equal(b->timeout, 10 * SECOND_MS);
	/* Inside expect, each key is inherited by itself. */
	assert_int_equal(b->expect.latency, 2 * SECOND_MS);
	assert_int_equal(b->expect.status_count, 2);
	assert_int_equal(b->expect.status[1].from, 400);
	assert_int_equal(b->expect.status[1].to, 404);
	/* Headers are replaced as a whole. */
	assert_int_equal(b->header_count, 1);
	assert_int_equal(eu->header_count, 2);
	assert_string_equal(b->body, "a\nb\\");
}

static void
check_json(const struct target_expect *e)
{
	static const char *const equals[] = {"\"ok\"", "1", "true", "null",
	    "\"1\"", "1.5"};

	assert_int_equal(e->json_count, 7);
	for (size_t i = 0; i < 6; i++)
		assert_string_equal(e->json[i].equals, equals[i]);
	assert_null(e->json[6].equals);
	assert_int_equal(e->json[6].max_age, 10 * MINUTE_MS);
	assert_string_equal(e->json[5].path, "$.f[0]");
	assert_string_equal(e->headers[0].value, "^nginx");
}

static void
check_rest(const struct config *c)
{
	const struct config_window *w = c->windows;
	char *path;

	path = path_of("data/vigie.db");
	assert_string_equal(c->database, path);
	mem_free(path);
	assert_int_equal(c->canary_count, 2);
	assert_true(c->canary_gateway && !c->canary_resolvers);
	assert_string_equal(c->canaries[1].id, "canary/1");
	assert_int_equal(c->canaries[1].kind, TARGET_TCP);
	assert_true(c->canaries[0].canary);
	assert_int_equal(c->endpoint_count, 4);
	assert_int_equal(c->services[0].all_clear, ALL_CLEAR_CAUTIOUS);
	assert_string_equal(c->services[0].functions[0], "one");
	assert_int_equal(c->receivers[0].facility, 3);
	assert_true(c->receivers[1].allow_private);
	assert_int_equal(c->routes[1].notify_after, 90 * SECOND_MS);
	assert_string_equal(c->routes[1].kind, "outage");
	assert_int_equal(w[0].days, 0x75); /* Mon Wed Fri Sat Sun */
	assert_int_equal(w[0].from_minute, 22 * 60);
	assert_int_equal(w[0].to_minute, 150);
	assert_int_equal(w[1].from, INT64_C(1782864000000));
	assert_int_equal(w[1].to, INT64_C(1782874800000));
}

static void
test_full(void **state)
{
	struct config *c = load_good(full);
	const struct config_service *s = NULL;

	(void)state;
	check_layers(c);
	check_json(&config_find(c, "b/eu", &s)->target.expect);
	assert_string_equal(s->id, "b");
	check_rest(c);
	assert_null(config_find(c, "a", NULL));
	assert_null(config_find(c, "a/us", NULL));
	config_free(c);
}

/* What is dumped loads again to the same, but for the secrets. */
static void
test_dump(void **state)
{
	struct config *c = load_good(full), *again;
	struct text first, second;

	(void)state;
	text_init(&first, 1 << 20);
	text_init(&second, 1 << 20);
	config_dump(c, &first);
	assert_null(strstr(text_str(&first), "Bearer"));
	assert_null(strstr(text_str(&first), "X-Cookie\": \"c\""));
	again = load_good(text_str(&first));
	config_dump(again, &second);
	assert_string_equal(text_str(&first), text_str(&second));
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t k = 0; k < s->endpoint_count; k++) {
			struct target *a = &s->endpoints[k].target;
			struct target *b =
			    &again->services[i].endpoints[k].target;

			assert_string_equal(a->id, b->id);
			if (a->kind == TARGET_HTTP && a->header_count == 0)
				assert_true(target_equal(a, b));
		}
	}
	for (size_t i = 0; i < c->receiver_count; i++)
		assert_true(
		    receiver_equal(&c->receivers[i], &again->receivers[i]));
	text_done(&first);
	text_done(&second);
	config_free(c);
	config_free(again);
}

static void
test_parts(void **state)
{
	static const char *const want[] =
	    {"conf.d/10-a.yaml:2:1: 'database' is given twice, first at ",
		"conf.d/20-b.yaml:1:17: service 's' is given twice, first at ",
		"conf.d/20-b.yaml:2:1: unknown key 'zzz'", NULL};
	char *parts = path_of("conf.d");
	struct config_errors e;
	struct config *c;

	(void)state;
	assert_int_equal(mkdir(parts, 0700), 0);
	put_text("conf.d/20-b.yaml",
	    "services: [{id: t, regions: {r: https://t/}}]\n"
	    "routes: [{to: x}]\n");
	put_text("conf.d/10-a.yaml", "receivers: [{id: x, type: syslog}]\n");
	put_text("conf.d/.hidden.yaml", "zzz: 1\n");
	put_text("conf.d/note.txt", "zzz: 1\n");
	c = load_good("database: x\n" S);
	assert_int_equal(c->service_count, 2);
	assert_string_equal(c->services[1].id, "t");
	assert_string_equal(c->routes[0].to[0], "x");
	config_free(c);

	put_text("conf.d/10-a.yaml",
	    "receivers: [{id: x, type: syslog}]\ndatabase: y\n");
	put_text("conf.d/20-b.yaml",
	    "services: [{id: s, regions: {r: https://t/}}]\nzzz: 1\n");
	assert_null(load(&e));
	assert_true(same_errors("conf.d", &e, want));
	text_done(&e.lines);
	remove_file("conf.d/10-a.yaml");
	remove_file("conf.d/20-b.yaml");
	remove_file("conf.d/.hidden.yaml");
	remove_file("conf.d/note.txt");
	assert_int_equal(rmdir(parts), 0);
	mem_free(parts);
}

static void
test_urls(void **state)
{
	static const char *const good[] = {"https://Api.example.org/a",
	    "https://api.example.org/b", "tcp://[::1]:22"};
	static const char *const bad[] = {"example.org", "https://u:p@x/"};
	struct config_errors e;
	struct config *c = config_from_urls(good, 3, &e);

	(void)state;
	assert_non_null(c);
	assert_int_equal(e.count, 0);
	text_done(&e.lines);
	assert_int_equal(c->service_count, 2);
	assert_int_equal(c->endpoint_count, 3);
	assert_non_null(config_find(c, "api-example-org/default/1", NULL));
	assert_non_null(config_find(c, "api-example-org/default/2", NULL));
	assert_non_null(config_find(c, "--1/default", NULL));
	assert_int_equal(c->services[0].endpoints[0].target.interval,
	    10 * SECOND_MS);
	assert_string_equal(c->database, "vigie.db");
	assert_null(c->path);
	assert_string_equal(c->routes[0].to[0], "log");
	config_free(c);

	assert_null(config_from_urls(bad, 2, &e));
	assert_int_equal(e.count, 2);
	assert_non_null(strstr(text_str(&e.lines), "https://example.org?"));
	assert_null(strstr(text_str(&e.lines), "u:p"));
	text_done(&e.lines);
	assert_null(config_from_urls(bad, 0, &e));
	text_done(&e.lines);
}

/* An error message shows what it quotes, but on one line of its own. */
static void
test_forged(void **state)
{
	static const char *const want[] =
	    {"1:1: unknown key 'a\\x0afake:1:1: x\\x1b[0m'", NULL};
	const char *yaml = "\"a\\nfake:1:1: x\\e[0m\": 1\n" S;

	(void)state;
	assert_true(gives_errors(yaml, strlen(yaml), want));
}

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	put_file("good", "secret", 6, 0600);
	put_file("open", "secret", 6, 0644);
	put_file("empty", "", 0, 0600);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	remove_file("v.yaml");
	remove_file("good");
	remove_file("open");
	remove_file("empty");
	return rmdir(folder);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(test_rows),
	    cmocka_unit_test(test_bytes),
	    cmocka_unit_test(test_size),
	    cmocka_unit_test(test_defaults),
	    cmocka_unit_test(test_full),
	    cmocka_unit_test(test_dump),
	    cmocka_unit_test(test_parts),
	    cmocka_unit_test(test_urls),
	    cmocka_unit_test(test_forged),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
