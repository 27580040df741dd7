/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/sample.h"
#include "probes/json_path.h"
#include "probes/judge.h"

/* 2023-02-14T09:00:00Z */
#define NOW INT64_C(1676365200000)

static char json_type[] = "application/json", body_ok[] = "\"ok\"",
	    body_bad[] = "(?i)maintenance";

/* What the rows below may expect of an answer. */
enum rules {
	PLAIN,
	BODY,
	NOT_BODY,
	TYPE,
	JSON_OK,
	JSON_AGE,
	HEADER,
	S401,
	ANY
};

static struct target_status s401[] = {{200, 200}, {401, 401}};
static struct target_status any[] = {{100, 599}};
static char path_status[] = "$.status", path_at[] = "$.list[1].at",
	    equals_ok[] = "\"ok\"", header_name[] = "X-Ok",
	    header_pattern[] = "^y";
static struct target_json json_ok = {path_status, equals_ok, 0};
static struct target_json json_age = {path_at, NULL, (span_ms)10 * MINUTE_MS};
static struct target_pair header = {header_name, header_pattern};

static const struct target_expect rules[] = {
    [PLAIN] = {0},
    [BODY] = {.body = body_ok},
    [NOT_BODY] = {.not_body = body_bad},
    [TYPE] = {.type = json_type},
    [JSON_OK] = {.json = &json_ok, .json_count = 1},
    [JSON_AGE] = {.json = &json_age, .json_count = 1},
    [HEADER] = {.headers = &header, .header_count = 1},
    [S401] = {.status = s401, .status_count = 2},
    [ANY] = {.status = any, .status_count = 1},
};

static const struct row {
	uint16_t code;
	enum rules rules;
	const char *name, *value; /* a header, or NULL */
	const char *body;
	enum reason want;
} rows[] = {
    {200, PLAIN, NULL, NULL, "", REASON_OK},
    {204, PLAIN, NULL, NULL, "", REASON_OK},
    {200, PLAIN, NULL, NULL, "scheduled maintenance", REASON_OK},
    {200, NOT_BODY, NULL, NULL, "Maintenance plans", REASON_BODY_FORBIDDEN},
    {200, NOT_BODY, NULL, NULL, "under maintenance", REASON_MAINT_PHRASE},
    {200, NOT_BODY, NULL, NULL, "fine", REASON_OK},
    {200, BODY, NULL, NULL, "{\"ok\":1}", REASON_OK},
    {200, BODY, NULL, NULL, "", REASON_BODY_MISMATCH},
    {200, TYPE, "Content-Type", "Application/JSON; charset=utf-8", "",
	REASON_OK},
    {200, TYPE, "Content-Type", "text/html", "", REASON_TYPE_MISMATCH},
    {200, TYPE, NULL, NULL, "", REASON_TYPE_MISMATCH},
    {200, JSON_OK, NULL, NULL, "{\"status\":\"ok\"}", REASON_OK},
    {200, JSON_OK, NULL, NULL, "{\"status\":\"bad\"}", REASON_JSON_MISMATCH},
    {200, JSON_OK, NULL, NULL, "{}", REASON_JSON_MISMATCH},
    {200, JSON_OK, NULL, NULL, "<html>", REASON_JSON_INVALID},
    {200, JSON_OK, NULL, NULL, "", REASON_JSON_INVALID},
    {200, JSON_AGE, NULL, NULL,
	"{\"list\":[0,{\"at\":\"2023-02-14T08:50:00Z\"}]}", REASON_OK},
    {200, JSON_AGE, NULL, NULL,
	"{\"list\":[0,{\"at\":\"2023-02-14T08:49:59Z\"}]}",
	REASON_JSON_MISMATCH},
    {200, JSON_AGE, NULL, NULL, "{\"list\":[0,{\"at\":1676365000}]}",
	REASON_OK},
    {200, JSON_AGE, NULL, NULL, "{\"list\":[0,{\"at\":1676365000000}]}",
	REASON_OK},
    {200, JSON_AGE, NULL, NULL, "{\"list\":[0,{\"at\":1676360000}]}",
	REASON_JSON_MISMATCH},
    {200, JSON_AGE, NULL, NULL, "{\"list\":[0,{\"at\":true}]}",
	REASON_JSON_MISMATCH},
    {200, HEADER, "x-ok", "yes", "", REASON_OK},
    {200, HEADER, "x-ok", "no", "", REASON_HEADER_MISMATCH},
    {200, HEADER, NULL, NULL, "", REASON_HEADER_MISMATCH},
    {401, S401, NULL, NULL, "", REASON_OK},
    {401, PLAIN, NULL, NULL, "", REASON_AUTH},
    {403, PLAIN, NULL, NULL, "", REASON_AUTH},
    {407, S401, NULL, NULL, "", REASON_AUTH},
    {404, PLAIN, NULL, NULL, "", REASON_STATUS},
    {302, PLAIN, "Location", "/elsewhere", "", REASON_STATUS},
    {429, PLAIN, NULL, NULL, "", REASON_RATE_LIMITED},
    {429, PLAIN, NULL, NULL, "under maintenance", REASON_RATE_LIMITED},
    {429, ANY, NULL, NULL, "", REASON_OK},
    {403, PLAIN, "CF-Mitigated", "challenge", "", REASON_BOT_FILTER},
    {403, PLAIN, NULL, NULL, "error code: 1015", REASON_BOT_FILTER},
    {404, PLAIN, NULL, NULL, "error code: 1015", REASON_STATUS},
    {503, PLAIN, NULL, NULL, "", REASON_SERVER_ERROR},
    {503, PLAIN, "Retry-After", "3600", "", REASON_MAINT_RETRY_AFTER},
    {503, PLAIN, "Retry-After", "90000", "", REASON_SERVER_ERROR},
    {503, PLAIN, "Retry-After", "soon", "", REASON_SERVER_ERROR},
    {500, PLAIN, NULL, NULL, "down for maintenance", REASON_MAINT_PHRASE},
    {404, PLAIN, "X-Maintenance-Mode", "1", "", REASON_MAINT_HEADER},
    {200, PLAIN, "X-Maintenance-Mode", "1", "", REASON_OK},
    {403, PLAIN, NULL, NULL, "under maintenance", REASON_MAINT_PHRASE},
    {502, PLAIN, NULL, NULL, "<html>", REASON_SERVER_ERROR},
    {522, PLAIN, NULL, NULL, "", REASON_SERVER_ERROR},
    {530, PLAIN, NULL, NULL, "", REASON_SERVER_ERROR},
    {600, PLAIN, NULL, NULL, "", REASON_STATUS},
    {503, ANY, "Retry-After", "3600", "under maintenance", REASON_OK},
};

static struct expect *
compiled(const struct target_expect *t)
{
	struct fail f = {.why = ""};
	struct expect *e = expect_new(t, &f);

	if (e == NULL)
		print_error("%s\n", f.why);
	assert_non_null(e);
	return e;
}

static void
answers(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *r = &rows[i];
		struct fetch_header h = {r->name, r->value};
		struct fetch_result result = {.code = r->code,
		    .headers = &h,
		    .header_count = r->name != NULL ? 1 : 0,
		    .body = (const unsigned char *)r->body,
		    .body_size = strlen(r->body)};
		struct judge_case c = {.result = &result, .now = NOW};
		struct expect *e = compiled(&rules[r->rules]);
		struct verdict v;

		judge(e, &c, &v);
		if (v.reason != r->want)
			print_error("row %zu, %u: %s (%s) instead of %s\n", i,
			    r->code, reason_name(v.reason), v.detail,
			    reason_name(r->want));
		assert_int_equal(v.reason, r->want);
		assert_int_equal(v.class, reason_class(r->want));
		assert_true(v.path_proven);
		assert_true(v.class == CLASS_OK || v.detail[0] != '\0');
		expect_free(e);
	}
}

static struct verdict
verdict_of(enum rules which, const struct judge_case *c)
{
	struct expect *e = compiled(&rules[which]);
	struct verdict v;

	judge(e, c, &v);
	expect_free(e);
	return v;
}

static void
latency_and_redirects(void **state)
{
	struct fetch_result r = {.code = 200};
	struct judge_case c = {.result = &r,
	    .now = NOW,
	    .latency_max = 2000,
	    .total_us = 2000999};

	(void)state;
	assert_int_equal(verdict_of(PLAIN, &c).reason, REASON_OK);
	c.total_us = 2001000;
	assert_int_equal(verdict_of(PLAIN, &c).reason, REASON_TOO_SLOW);
	r.code = 500; /* failing is worse than slow */
	assert_int_equal(verdict_of(PLAIN, &c).reason, REASON_SERVER_ERROR);
	r.code = 302;
	c.redirect = REASON_TOO_MANY_REDIRECTS;
	c.redirect_detail = "more than 5";
	assert_int_equal(verdict_of(PLAIN, &c).class, CLASS_STATUS);
	assert_string_equal(verdict_of(PLAIN, &c).detail, "more than 5");
	c.redirect = REASON_MAINT_REDIRECT;
	assert_int_equal(verdict_of(PLAIN, &c).class, CLASS_MAINT);
	assert_true(verdict_of(PLAIN, &c).path_proven);
	c.sent_elsewhere = true;
	assert_false(verdict_of(PLAIN, &c).path_proven);
}

static void
no_answer(void **state)
{
	struct fetch_result r = {.reason = REASON_TLS_EXPIRED};
	struct judge_case c = {.result = &r, .now = NOW};

	(void)state;
	assert_int_equal(verdict_of(PLAIN, &c).class, CLASS_TLS);
	assert_false(verdict_of(PLAIN, &c).path_proven);
	r.reason = REASON_CONNECTION_REFUSED;
	assert_int_equal(verdict_of(PLAIN, &c).class, CLASS_CONNECT);
	assert_false(verdict_of(PLAIN, &c).path_proven);
	r.reason = REASON_TIMEOUT;
	assert_int_equal(verdict_of(PLAIN, &c).class, CLASS_TIMEOUT);
	assert_false(verdict_of(PLAIN, &c).path_proven);
	r.reason = REASON_TRUNCATED;
	assert_true(verdict_of(PLAIN, &c).path_proven);
	r.reason = REASON_TLS_NOT_YET_VALID;
	c.now = 0; /* it is our clock that is wrong */
	assert_int_equal(verdict_of(PLAIN, &c).reason, REASON_LOCAL_CLOCK);
}

/* Too large matters only to those who look into the body. */
static void
large_bodies(void **state)
{
	size_t size = EXPECT_BODY_BYTES + 100;
	unsigned char *body = malloc(size);
	struct fetch_result r = {.reason = REASON_BODY_TOO_LARGE,
	    .code = 200,
	    .body = body,
	    .body_size = size};
	struct judge_case c = {.result = &r, .now = NOW};

	(void)state;
	assert_non_null(body);
	memset(body, 'x', size);
	assert_int_equal(verdict_of(PLAIN, &c).reason, REASON_OK);
	assert_int_equal(verdict_of(BODY, &c).reason, REASON_BODY_TOO_LARGE);
	assert_int_equal(verdict_of(JSON_OK, &c).reason, REASON_BODY_TOO_LARGE);
	r.reason = REASON_OK;
	assert_int_equal(verdict_of(JSON_OK, &c).reason, REASON_BODY_TOO_LARGE);
	/* Assertions see the first 256 KiB and no more. */
	memcpy(body + EXPECT_BODY_BYTES - 3, body_ok, sizeof(body_ok) - 1);
	assert_int_equal(verdict_of(BODY, &c).reason, REASON_BODY_MISMATCH);
	memcpy(body + EXPECT_BODY_BYTES - 4, body_ok, sizeof(body_ok) - 1);
	assert_int_equal(verdict_of(BODY, &c).reason, REASON_OK);
	free(body);
}

static void
costly_patterns_say_nothing(void **state)
{
	char costly[] = "(a+)+$";
	struct target_expect t = {.body = costly};
	struct expect *e = compiled(&t);
	unsigned char body[4001];
	struct fetch_result r = {.code = 200,
	    .body = body,
	    .body_size = sizeof(body)};
	struct judge_case c = {.result = &r, .now = NOW};
	struct verdict v;

	(void)state;
	memset(body, 'a', sizeof(body));
	body[4000] = 'b';
	judge(e, &c, &v);
	assert_int_equal(v.reason, REASON_MATCHER_LIMIT);
	assert_int_equal(class_effect(v.class), EFFECT_NONE);
	expect_free(e);
}

static void
senseless_rules(void **state)
{
	char bad_pattern[] = "(", bad_path[] = "$.", bad_json[] = "{";
	struct target_json path = {bad_path, NULL, 0},
			   value = {path_status, bad_json, 0};
	struct target_expect pattern = {.body = bad_pattern},
			     paths = {.json = &path, .json_count = 1},
			     values = {.json = &value, .json_count = 1};
	struct fail f = {.why = ""};

	(void)state;
	assert_null(expect_new(&pattern, &f));
	assert_null(expect_new(&paths, &f));
	assert_null(expect_new(&values, &f));
	assert_true(json_path_valid("$"));
	assert_true(json_path_valid("$.a.b[0][12].c"));
	assert_false(json_path_valid("a"));
	assert_false(json_path_valid(""));
	assert_false(json_path_valid("$a"));
	assert_false(json_path_valid("$[]"));
	assert_false(json_path_valid("$[1"));
	assert_false(json_path_valid("$[99999999]"));
	assert_false(json_path_valid("$..a"));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(answers),
	    cmocka_unit_test(latency_and_redirects),
	    cmocka_unit_test(no_answer),
	    cmocka_unit_test(large_bodies),
	    cmocka_unit_test(costly_patterns_say_nothing),
	    cmocka_unit_test(senseless_rules),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
