/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/mem.h"
#include "base/text.h"
#include "base/utc.h"
#include "wire/event_json.h"

static const struct event_names eu = {.endpoint = "tesla-fleet/eu",
    .service = "tesla-fleet",
    .region = "eu"};

static wall_ms
at(const char *clock)
{
	char buf[UTC_TEXT_BYTES] = "2023-02-14T";
	wall_ms t = 0;

	strncat(buf, clock, 12);
	strncat(buf, "Z", 2);
	assert_true(utc_parse(buf, &t));
	return t;
}

static struct output
opened(void)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = at("09:00:53"),
	    .loud = true,
	    .incident = {20230214, 1},
	    .kind_now = KIND_MAINTENANCE,
	    .kind_worst = KIND_MAINTENANCE,
	    .origin = ORIGIN_DECLARED,
	    .onset = at("09:00:20"),
	    .last_good_at = at("08:59:20"),
	    .class = CLASS_MAINT,
	    .reason = REASON_MAINT_PHRASE,
	    .code = 503,
	    .ledger = 225};
}

static void
expect_json(const struct output *o, const struct event_names *n,
    const char *want)
{
	json_t *j = event_json(o, n);
	char *got = event_json_text(j);

	assert_string_equal(got, want);
	mem_free(got);
	json_decref(j);
}

static void
expect_line(const struct output *o, const struct event_names *n,
    const char *want)
{
	struct text t;

	text_init(&t, 4096);
	event_line(o, n, &t);
	assert_string_equal(text_str(&t), want);
	text_done(&t);
}

static void
opening(void **state)
{
	struct output o = opened();

	(void)state;
	expect_json(&o, &eu,
	    "{\"t\":\"2023-02-14T09:00:53.000Z\",\"event\":\"incident.opened\","
	    "\"incident\":\"20230214-1\",\"endpoint\":\"tesla-fleet/eu\","
	    "\"service\":\"tesla-fleet\",\"region\":\"eu\","
	    "\"kind\":\"maintenance\",\"origin\":\"declared\","
	    "\"scope\":\"endpoint:tesla-fleet/eu\","
	    "\"onset\":\"2023-02-14T09:00:20.000Z\",\"loud\":true,"
	    "\"cause\":\"evidence\",\"class\":\"MAINT\","
	    "\"reason\":\"maint_phrase\",\"code\":503,"
	    "\"last_good_at\":\"2023-02-14T08:59:20.000Z\",\"ledger\":22.5}");
	expect_line(&o, &eu,
	    "tesla-fleet/eu: down? the server says maintenance (503, nobody "
	    "announced it); since 09:00:20Z, last good 08:59:20Z");
	o.kind_now = KIND_OUTAGE;
	o.class = CLASS_TIMEOUT;
	o.reason = REASON_TIMEOUT;
	o.code = 0;
	o.last_good_at = 0;
	o.onset -= DAY_MS;
	o.flapping = true;
	expect_line(&o, &eu,
	    "tesla-fleet/eu: down: no complete answer in time; since "
	    "2023-02-13 09:00:20Z; flapping");
}

static void
degraded(void **state)
{
	struct output o = opened();
	json_t *j;

	(void)state;
	o.kind_now = o.kind_worst = KIND_DEGRADATION;
	o.origin = ORIGIN_OBSERVED;
	o.class = CLASS_ORIGIN;
	o.reason = REASON_SERVER_ERROR;
	o.degraded =
	    (struct degraded){.partly = true, .failed = 6, .checks = 21};
	expect_line(&o, &eu,
	    "tesla-fleet/eu: degraded: 6 of the last 21 checks failed, last "
	    "of server error (503); since 09:00:20Z");
	j = event_json(&o, &eu);
	assert_int_equal(json_integer_value(json_object_get(j, "failed")), 6);
	assert_int_equal(json_integer_value(json_object_get(j, "checks")), 21);
	json_decref(j);
	o.event = EVENT_RELAPSED;
	o.relapses = 1;
	expect_line(&o, &eu,
	    "tesla-fleet/eu: degraded again, same incident: 6 of the last 21 "
	    "checks failed, last of server error (503); since 09:00:20Z");
	o.event = EVENT_CHANGED;
	o.kind_now = o.kind_worst = KIND_OUTAGE;
	o.degraded = (struct degraded){0};
	expect_line(&o, &eu,
	    "tesla-fleet/eu: now an outage: server error (503); since "
	    "09:00:20Z, last good 08:59:20Z");
	j = event_json(&o, &eu);
	assert_null(json_object_get(j, "failed"));
	json_decref(j);
}

static void
slow(void **state)
{
	struct output o = opened();
	json_t *j;

	(void)state;
	o.kind_now = o.kind_worst = KIND_DEGRADATION;
	o.origin = ORIGIN_OBSERVED;
	o.class = CLASS_SLOW;
	o.reason = REASON_SLOWER;
	o.degraded = (struct degraded){.slow = true,
	    .recent_us = 820999,
	    .usual_us = 210000};
	expect_line(&o, &eu,
	    "tesla-fleet/eu: degraded: p50 820 ms, usually 210 ms; since "
	    "09:00:20Z");
	j = event_json(&o, &eu);
	assert_int_equal(json_integer_value(json_object_get(j, "p50_ms")), 820);
	assert_int_equal(json_integer_value(json_object_get(j, "usual_ms")),
	    210);
	assert_null(json_object_get(j, "over_limit"));
	json_decref(j);
	o.degraded.over = true;
	o.degraded.usual_us = 0;
	expect_line(&o, &eu,
	    "tesla-fleet/eu: degraded: p50 820 ms, over its limit; since "
	    "09:00:20Z");
	o.event = EVENT_SLOW;
	o.degraded.over = false;
	o.degraded.usual_us = 210000;
	expect_line(&o, &eu,
	    "tesla-fleet/eu: slow for a day, which is taken as usual now: p50 "
	    "820 ms, usually 210 ms");
}

static void
recovering(void **state)
{
	struct output o = opened();

	(void)state;
	o.event = EVENT_RECOVERING;
	o.at = at("14:30:25");
	o.chance = 62;
	o.others = 2;
	o.all_clear_at = at("17:30:20");
	expect_line(&o, &eu,
	    "tesla-fleet/eu: answering again, not confirmed; 62 % to hold for "
	    "the next hour, all-clear at 17:30Z at the earliest");
}

static void
resolved(void **state)
{
	struct output o = opened();
	json_t *j;

	(void)state;
	o.event = EVENT_RESOLVED;
	o.cause = CAUSE_QUIET_TIME;
	o.kind_worst = KIND_OUTAGE;
	o.relapses = 2;
	o.bucket_ms[BUCKET_DOWN] = (span_ms)5 * HOUR_MS;
	o.bucket_ms[BUCKET_MAINTENANCE] = (span_ms)6 * MINUTE_MS;
	j = event_json(&o, &eu);
	assert_true(json_is_null(json_object_get(j, "ended")));
	json_decref(j);
	o.ended = at("14:30:20");
	j = event_json(&o, &eu);
	assert_string_equal(json_string_value(json_object_get(j, "ended")),
	    "2023-02-14T14:30:20.000Z");
	assert_int_equal(json_object_size(json_object_get(j, "buckets_ms")),
	    BUCKET_COUNT);
	assert_null(json_object_get(j, "ledger"));
	json_decref(j);
	o.at = at("17:30:20");
	expect_line(&o, &eu,
	    "tesla-fleet/eu: back, stable: down 5 h 06 min in 3 spells, "
	    "2 false recoveries; good since 14:30:20Z");
}

static void
of_the_monitor(void **state)
{
	const struct event_names nobody = {0};
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_BLIND,
	    .at = at("10:00:00"),
	    .endpoint = ENDPOINT_NONE};

	(void)state;
	expect_json(&o, &nobody,
	    "{\"t\":\"2023-02-14T10:00:00.000Z\",\"event\":\"monitor.blind\","
	    "\"loud\":false}");
}

/* Every kind of event has a sentence; names cannot forge one. */
static void
every_event_has_a_line(void **state)
{
	const struct event_names evil = {.endpoint = "a\nb\033[2J",
	    .service = "a"};

	(void)state;
	for (unsigned e = 0; e < EVENT_COUNT; e++) {
		struct output o = opened();
		struct text t;

		o.event = (enum event_kind)e;
		text_init(&t, 4096);
		event_line(&o, &evil, &t);
		assert_non_null(strstr(text_str(&t), "a\\x0ab\\x1b[2J: "));
		assert_null(strchr(text_str(&t), '\n'));
		assert_true(text_len(&t) > 20);
		text_done(&t);
	}
}

/* What people write can neither forge a line nor flood one. */
static void
the_words_of_people(void **state)
{
	static const struct row {
		enum event_kind event;
		struct event_said said;
		const char *line, *json;
	} rows[] = {
	    {EVENT_AMENDED, {ACT_ACK, "ann", NULL}, ": acknowledged by ann",
		"\"acknowledged_by\":\"ann\""},
	    {EVENT_AMENDED, {ACT_ACK, "ann", "on it"},
		": acknowledged by ann: on it", "\"why\":\"on it\""},
	    {EVENT_AMENDED, {ACT_NOTE, "uid 7", "a\nb\033[2J"},
		": note by uid 7: a\\x0ab\\x1b[2J",
		"\"author\":\"uid 7\",\"note\":\"a\\nb\\u001B[2J\""},
	    {EVENT_RESOLVED, {ACT_RESOLVE, "ann", "seen"},
		"; ended by ann: seen", "\"author\":\"ann\",\"why\":\"seen\""},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct event_names n = eu;
		struct output o = opened();
		struct text t;
		json_t *j;
		char *json;

		o.event = rows[i].event;
		n.said = rows[i].said;
		j = event_json(&o, &n);
		json = event_json_text(j);
		text_init(&t, 4096);
		event_line(&o, &n, &t);
		if (strstr(text_str(&t), rows[i].line) == NULL ||
		    strstr(json, rows[i].json) == NULL)
			fail_msg("%zu: %s\n%s", i, text_str(&t), json);
		text_done(&t);
		mem_free(json);
		json_decref(j);
	}
}

static void
incident_ids(void **state)
{
	static const char *const bad[] = {"", "20230214", "20230214-",
	    "20230214-0", "20230214-01", "2023021-1", "202302141-1",
	    "20230214-1x", "20230214-4294967296", " 20230214-1", "20230214--1",
	    "20230214-99999999999"};
	char buf[INCIDENT_TEXT_BYTES];
	struct incident_id id = {7, 7};

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++)
		assert_false(incident_parse(bad[i], &id));
	assert_int_equal(id.day, 7);
	assert_true(incident_parse("20230214-12", &id));
	assert_int_equal(id.day, 20230214);
	assert_int_equal(id.n, 12);
	assert_string_equal(incident_format(id, buf), "20230214-12");
}

static void
addresses_that_fail(void **state)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_PARTIAL,
	    .at = at("09:00:53")};
	struct event_names n = eu;

	(void)state;
	n.detail = "1 of 3 addresses failing: 192.0.2.3 timeout";
	expect_json(&o, &n,
	    "{\"t\":\"2023-02-14T09:00:53.000Z\",\"event\":\"endpoint.partial\","
	    "\"endpoint\":\"tesla-fleet/eu\",\"service\":\"tesla-fleet\","
	    "\"region\":\"eu\",\"loud\":false,\"class\":\"OK\",\"reason\":\"ok\","
	    "\"failing\":1,\"addresses\":3,\"detail\":"
	    "\"1 of 3 addresses failing: 192.0.2.3 timeout\"}");
	expect_line(&o, &n,
	    "tesla-fleet/eu: 1 of 3 addresses failing: 192.0.2.3 timeout");
	n.detail = "9 of 3\x1b[2J\n";
	expect_line(&o, &n, "tesla-fleet/eu: 9 of 3\\x1b[2J\\x0a");
	n.detail = NULL;
	expect_line(&o, &n, "tesla-fleet/eu: all its addresses answer again");
}

/* For whom, by those for whom it is not. */
static void
scopes(void **state)
{
	struct scope_names names = {.tag = "fleet",
	    .services = {"tesla-fleet", "maps\x1b"},
	    .regions = {"eu", "na"}};
	struct output o = opened();
	struct event_names n = eu;
	static const struct {
		enum scope scope;
		const char *who, *parts, *json;
	} rows[] = {{SCOPE_ENDPOINT,
			"tesla-fleet/eu: ", "; eu 2/3 down, na 0/4 (1 unknown)",
			"\"scope\":\"endpoint:tesla-fleet/eu\""},
	    {SCOPE_PLACE, "tesla-fleet/eu: ", "; eu 2/3 down, na",
		"\"scope\":\"place:tesla-fleet/eu\""},
	    {SCOPE_SERVICE, "tesla-fleet: ", "; eu 2/3",
		"\"scope\":\"service:tesla-fleet\""},
	    {SCOPE_REGION,
		"region eu: ", "; tesla-fleet 2/3 down, maps\\x1b 0/4",
		"\"scope\":\"region:eu\""},
	    {SCOPE_TAG, "tag fleet: ", "; tesla-fleet 2/3",
		"\"scope\":\"tag:fleet\""},
	    {SCOPE_GLOBAL, "everything: ", "; tesla-fleet 2/3",
		"\"scope\":\"global\""}};

	(void)state;
	n.scope = &names;
	o.row_count = 2;
	o.rows[0] = (struct scope_row){0, 2, 3, 0};
	o.rows[1] = (struct scope_row){1, 0, 4, 1};
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct text line;
		json_t *j;
		char *json;

		o.scope = rows[i].scope;
		text_init(&line, 4096);
		event_line(&o, &n, &line);
		j = event_json(&o, &n);
		json = event_json_text(j);
		if (strncmp(text_str(&line), rows[i].who,
			strlen(rows[i].who)) != 0 ||
		    strstr(text_str(&line), rows[i].parts) == NULL ||
		    strstr(json, rows[i].json) == NULL)
			fail_msg("%zu: %s\n%s", i, text_str(&line), json);
		text_done(&line);
		mem_free(json);
		json_decref(j);
	}
}

static void
promises(void **state)
{
	struct output o = opened();
	struct event_names n = eu;
	struct text line;
	struct json_t *j;

	(void)state;
	o.event = EVENT_RESOLVED;
	o.phase = PHASE_CLOSED;
	o.ended = o.onset + 90 * (wall_ms)MINUTE_MS;
	o.promised = o.ended - OUTPUT_GRACE_MS;
	text_init(&line, 4096);
	event_line(&o, &n, &line);
	assert_non_null(strstr(text_str(&line), ", kept"));
	text_done(&line);
	o.promised -= MINUTE_MS;
	text_init(&line, 4096);
	event_line(&o, &n, &line);
	assert_non_null(strstr(text_str(&line), ", 6 min late"));
	text_done(&line);
	j = event_json(&o, &n);
	assert_true(json_is_false(json_object_get(j, "promise_kept")));
	json_decref(j);
}

static void
parts_of_a_cause(void **state)
{
	struct output o = opened();
	struct event_names n = eu;
	struct text line;

	(void)state;
	o.lead = (struct incident_id){20230214, 7};
	text_init(&line, 4096);
	event_line(&o, &n, &line);
	assert_non_null(strstr(text_str(&line), "; part of 20230214-7"));
	text_done(&line);
}

static void
what_caused_it(void **state)
{
	const struct scope_names scope = {.lead = "auth/\033[7meu"};
	struct output o = opened();
	struct event_names n = eu;
	struct text line;
	struct json_t *j;

	(void)state;
	n.scope = &scope;
	o.lead = (struct incident_id){20230214, 7};
	o.effect = true;
	text_init(&line, 4096);
	event_line(&o, &n, &line);
	assert_non_null(strstr(text_str(&line),
	    "; caused by auth/\\x1b[7meu (20230214-7)"));
	text_done(&line);
	j = event_json(&o, &n);
	assert_string_equal(json_string_value(json_object_get(j, "caused_by")),
	    "20230214-7");
	assert_string_equal(json_string_value(json_object_get(j, "lead")),
	    scope.lead);
	assert_null(json_object_get(j, "part_of"));
	json_decref(j);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(opening),
	    cmocka_unit_test(degraded),
	    cmocka_unit_test(slow),
	    cmocka_unit_test(recovering),
	    cmocka_unit_test(resolved),
	    cmocka_unit_test(of_the_monitor),
	    cmocka_unit_test(addresses_that_fail),
	    cmocka_unit_test(scopes),
	    cmocka_unit_test(promises),
	    cmocka_unit_test(parts_of_a_cause),
	    cmocka_unit_test(what_caused_it),
	    cmocka_unit_test(every_event_has_a_line),
	    cmocka_unit_test(the_words_of_people),
	    cmocka_unit_test(incident_ids),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
