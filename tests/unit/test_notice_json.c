/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "wire/notice_json.h"

static const char *const tags[] = {"paying", NULL};
static const char *const functions[] = {"remote commands", "sentry mode", NULL};
static const char *const unaffected[] = {"Bluetooth key", NULL};
static const struct event_names names = {.endpoint = "tesla-fleet/eu",
    .service = "tesla-fleet",
    .region = "eu"};

static struct output
opened(void)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = INT64_C(1676368853000),
	    .onset = INT64_C(1676368820000),
	    .incident = {20230214, 1},
	    .kind_now = KIND_MAINTENANCE,
	    .kind_worst = KIND_MAINTENANCE,
	    .origin = ORIGIN_DECLARED,
	    .class = CLASS_MAINT,
	    .reason = REASON_MAINT_PHRASE,
	    .code = 503,
	    .loud = true};
}

static json_t *
parsed(const struct notice_about *a)
{
	char *s = notice_json(a);
	json_error_t e;
	json_t *j = json_loads(s, JSON_REJECT_DUPLICATES, &e);

	assert_non_null(j);
	assert_true(strlen(s) <= NOTICE_JSON_BYTES);
	assert_null(strchr(s, '\n'));
	mem_free(s);
	return j;
}

static const char *
text_of(json_t *o, const char *key)
{
	const char *s = json_string_value(json_object_get(o, key));

	return s != NULL ? s : "";
}

static void
everything_has_its_place(void **state)
{
	struct output o = opened();
	struct notice_service s = {.id = "tesla-fleet",
	    .name = "Tesla Fleet API",
	    .owner = "cars",
	    .runbook = "https://wiki.example.org/tesla",
	    .advice = "use the card",
	    .tags = tags,
	    .functions = functions,
	    .unaffected = unaffected};
	struct notice_about a = {.event = &o,
	    .names = &names,
	    .service = &s,
	    .seq = 41,
	    .public_url = "https://status.example.org"};
	json_t *body = parsed(&a);
	json_t *data = json_object_get(body, "data");
	json_t *service = json_object_get(data, "service");

	(void)state;
	assert_int_equal(json_object_size(body), 3);
	assert_string_equal(text_of(body, "type"), "incident.opened");
	assert_string_equal(text_of(body, "timestamp"),
	    "2023-02-14T10:00:53.000Z");
	assert_string_equal(text_of(data, "event"), "incident.opened");
	assert_string_equal(text_of(data, "endpoint"), "tesla-fleet/eu");
	assert_string_equal(text_of(data, "url"),
	    "https://status.example.org/i/20230214-1");
	assert_int_equal(json_integer_value(json_object_get(data, "seq")), 41);
	assert_string_equal(text_of(service, "id"), "tesla-fleet");
	assert_string_equal(text_of(service, "advice"), "use the card");
	assert_string_equal(text_of(service, "runbook"),
	    "https://wiki.example.org/tesla");
	assert_string_equal(text_of(service, "owner"), "cars");
	assert_string_equal(json_string_value(
				json_array_get(json_object_get(service,
						   "functions"),
				    1)),
	    "sentry mode");
	assert_int_equal(json_array_size(
			     json_object_get(service, "unaffected")),
	    1);
	assert_int_equal(json_array_size(json_object_get(service, "tags")), 1);
	assert_null(json_object_get(data, "persisted"));
	json_decref(body);
}

static void
what_is_absent_is_left_out(void **state)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_TEST,
	    .endpoint = ENDPOINT_NONE,
	    .at = INT64_C(1676368853000)};
	struct event_names nobody = {.endpoint = NULL};
	struct notice_about a = {.event = &o,
	    .names = &nobody,
	    .public_url = "https://status.example.org",
	    .degraded = true};
	json_t *body = parsed(&a);
	json_t *data = json_object_get(body, "data");

	(void)state;
	assert_string_equal(text_of(body, "type"), "test");
	assert_null(json_object_get(data, "service"));
	assert_null(json_object_get(data, "url"));
	assert_true(json_is_false(json_object_get(data, "persisted")));
	json_decref(body);
}

/* What an operator wrote, however long, does not keep the news back. */
static void
it_always_fits(void **state)
{
	static char big[30001];
	const char *list[] = {big, NULL};
	struct output o = opened();
	struct notice_service s = {.id = "tesla-fleet", .name = "Tesla"};
	struct notice_about a = {.event = &o, .names = &names, .service = &s};
	struct impacted one = {.name = "charging", .is = IMPACT_WORKS};
	struct impacts impacts = {.all = &one, .count = 1};
	json_t *body, *service;

	(void)state;
	memset(big, 'x', sizeof big - 1);
	s.unaffected = list;
	s.functions = functions;
	body = parsed(&a);
	service = json_object_get(json_object_get(body, "data"), "service");
	assert_null(json_object_get(service, "unaffected"));
	assert_non_null(json_object_get(service, "functions"));
	json_decref(body);

	a.impacts = &impacts;
	body = parsed(&a);
	assert_int_equal(json_array_size(
			     json_object_get(json_object_get(body, "data"),
				 "impacts")),
	    1);
	json_decref(body);
	one.name = big;

	s.functions = s.tags = list;
	s.advice = s.runbook = s.owner = s.name = big;
	a.public_url = big;
	body = parsed(&a);
	service = json_object_get(json_object_get(body, "data"), "service");
	assert_int_equal(json_object_size(service), 1);
	assert_null(json_object_get(json_object_get(body, "data"), "url"));
	assert_null(json_object_get(json_object_get(body, "data"), "impacts"));
	json_decref(body);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_has_its_place),
	    cmocka_unit_test(what_is_absent_is_left_out),
	    cmocka_unit_test(it_always_fits),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
