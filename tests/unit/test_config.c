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
	assert_int_equal(e.count + text_len(&e.lines), 0);
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
#include "config_rows.def"
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
    "    owner: me\n    runbook: https://r/\n"
    "    functions: one\n"
    "    unaffected: [two, {name: three, endpoints: [b/*, a/us/web]}]\n"
    "    advice: ''''''''''''''''''''''\n" /* ten */
    "    slo: 99.95%\n"
    "    all_clear: cautious\n"
    "    timeout: 3s\n"
    "    ip: 6\n"
    "    auth: {bearer_file: good}\n"
    "    tls: {ca_file: bundle}\n"
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
	assert_string_equal(c->services[0].functions.names[0], "one");
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

/* Named for systemd: resolved where it was passed, else left for later. */
static void
test_credential(void **state)
{
	static const char *const bad[] = {"2:49: 'secret_file': '../good' is "
					  "not the name of a credential",
	    NULL};
	static const char *const gone[] = {"2:49: 'secret_file': no credential "
					   "none; put it into "
					   "/etc/vigie/credentials and restart",
	    NULL};
	static const char part[] =
	    S "receivers: [{id: h, type: webhook, secret_file: credential:";
	char yaml[400], path[256];
	struct config *c;

	(void)state;
	(void)snprintf(yaml, sizeof(yaml), "%sgood, url: 'https://h/'}]\n",
	    part);
	c = load_good(yaml);
	assert_string_equal(c->receivers[0].secret_file, "credential:good");
	config_free(c);
	assert_int_equal(setenv("CREDENTIALS_DIRECTORY", folder, 1), 0);
	c = load_good(yaml);
	(void)snprintf(path, sizeof(path), "%s/good", folder);
	assert_string_equal(c->receivers[0].secret_file, path);
	config_free(c);
	(void)snprintf(yaml, sizeof(yaml), "%snone, url: 'https://h/'}]\n",
	    part);
	assert_true(gives_errors(yaml, strlen(yaml), gone));
	(void)snprintf(yaml, sizeof(yaml), "%s../good, url: 'https://h/'}]\n",
	    part);
	assert_true(gives_errors(yaml, strlen(yaml), bad));
	assert_int_equal(unsetenv("CREDENTIALS_DIRECTORY"), 0);
}

static const char bundle[] =
    "-----BEGIN CERTIFICATE-----\n"
    "MIHUMIGHAhQC+Vv5b7gNbnkGGnSarkti8trjtDAFBgMrZXAwDDEKMAgGA1UEAwwB\n"
    "dDAgFw0yNjExMjMwOTAyMTBaGA8yMDUxMDcxNTA5MDIxMFowDDEKMAgGA1UEAwwB\n"
    "dDAqMAUGAytlcAMhABvT94lA567cUw1HNqou1EB0uW868IReh8lNdm2KQJfKMAUG\n"
    "AytlcANBAKPl+vn+J6lNO7oCswH/rnF0H4R9SDcRwgrnDGVqxM8GYIuh7DaAWUCC\n"
    "O2Epw1SGD5oxmDPdDLGOYBrHE8prFgk=\n"
    "-----END CERTIFICATE-----\n";

static int
set_up(void **state)
{
	(void)state;
	if (mkdtemp(folder) == NULL)
		return -1;
	put_file("good", "secret", 6, 0600);
	put_file("bundle", bundle, sizeof(bundle) - 1, 0600);
	put_file("open", "secret", 6, 0644);
	put_file("empty", "", 0, 0600);
	return 0;
}

static int
tear_down(void **state)
{
	static const char *const files[] = {"v.yaml", "good", "bundle", "open",
	    "empty"};

	(void)state;
	for (size_t i = 0; i < sizeof(files) / sizeof(files[0]); i++)
		remove_file(files[i]);
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
	    cmocka_unit_test(test_credential),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
