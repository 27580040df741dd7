/* SPDX-License-Identifier: MIT */
/* What the page of one incident says, and to whom. */
#include "parts_web.h"

#define PAGE "/i/20230214-1"
#define MD   ".md"

static const wall_ms began = STORES_T0 + HOUR_MS;

/* The incident of fill(), some minutes after it began. */
static struct output
incident_then(enum event_kind kind, wall_ms minutes, enum phase phase)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = kind,
	    .at = began + minutes * MINUTE_MS,
	    .incident = {20230214, 1},
	    .phase = phase,
	    .kind_now = KIND_OUTAGE,
	    .kind_worst = KIND_OUTAGE,
	    .onset = began,
	    .class = CLASS_ORIGIN,
	    .reason = REASON_SERVER_ERROR,
	    .code = 503};
}

static void
put_told(struct scene *c, const struct output *o, const char *json)
{
	struct fail f = {OK, ""};

	stores_begin(c->store, STORES_T0);
	assert_int_equal(store_put_output(c->store, c->endpoint, o, json, &f),
	    OK);
	stores_commit(c->store);
}

static void
put_event(struct scene *c, const struct output *o)
{
	put_told(c, o, "{}");
}

static void
expect_not(struct scene *c, const char *target, const char *words)
{
	int code;
	char *body = get(c, target, &code, NULL);

	assert_int_equal(code, 200);
	if (strstr(body, words) != NULL)
		fail_msg("%s: '%s' in: %s", target, words, body);
	free(body);
}

/* Somebody pauses its endpoint while it is down. */
static void
put_pause(struct scene *c)
{
	static const char told[] = "{\"cause\":\"paused\"}";
	struct output o = incident_then(EVENT_WITHDRAWN, 30, PHASE_CLOSED);
	const struct input pause = {.kind = INPUT_UNWATCH,
	    .at = o.at,
	    .ref = store_next_ref(c->store)};
	struct fail f = {OK, ""};

	o.ended = o.at;
	o.promised = o.at;
	o.cause = CAUSE_PAUSED;
	stores_begin(c->store, STORES_T0);
	store_put_input(c->store, c->endpoint, &pause, "ann", "moving <it>");
	assert_int_equal(store_put_output(c->store, c->endpoint, &o, told, &f),
	    OK);
	stores_commit(c->store);
}

/* Nobody looks any more, and it failed when they did. */
static void
what_is_withdrawn_is_not_back(void **state)
{
	struct scene c;

	(void)state;
	for (int tokens = 0; tokens >= -1; tokens--) {
		open_scene(&c);
		c.tokens = tokens; /* -1: for the public */
		fill(&c);
		put_pause(&c);
		greet(&c);
		tell_service(&c, "{\"id\":\"a\",\"name\":\"A\"}");
		expect(&c, PAGE, 200, "<dt>Withdrawn</dt><dd>");
		expect(&c, PAGE, 200, "whether it is back is not known</dd>");
		expect_not(&c, PAGE, "<dt>Ended</dt>");
		expect_not(&c, PAGE, "<dt>All-clear</dt>");
		expect_not(&c, PAGE, ": kept");
		expect(&c, PAGE MD, 200,
		    "- Withdrawn: 2023-02-14 10:30:00Z: not watched any more");
		expect_not(&c, PAGE MD, "- Ended: ");
		expect_not(&c, PAGE MD, "- All-clear: ");
		expect_not(&c, "/api/v1/incidents/20230214-1", "promise_kept");
		expect(&c, PAGE, 200, "<strong>withdrawn</strong>");
		expect(&c, PAGE MD, 200,
		    "**withdrawn** watching it was paused");
		if (tokens == 0) {
			expect(&c, PAGE, 200, "moving &lt;it&gt;");
			expect(&c, PAGE MD, 200, "paused by ann");
		} else {
			expect_not(&c, PAGE, "moving");
			expect_not(&c, PAGE, "by ann");
			expect_not(&c, PAGE MD, "moving");
		}
		close_scene(&c);
	}
}

/* While it lasts, while it recovers, and when it is over. */
static void
maintenance_is_planned_or_claimed(void **state)
{
	static const struct {
		enum origin origin;
		const char *cause, *fact;
	} rows[] = {{ORIGIN_DECLARED,
			"503 the server says maintenance (nobody announced it)",
			"<dt>Maintenance</dt><dd>claimed by the server, nobody "
			"announced it</dd>"},
	    {ORIGIN_PLANNED, "503 the server says maintenance (planned)",
		"<dt>Maintenance</dt><dd>planned</dd>"}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct output o = incident_then(EVENT_CHANGED, 1, PHASE_OPEN);
		struct scene c;

		open_scene(&c);
		fill(&c);
		greet(&c);
		o.class = CLASS_MAINT;
		o.reason = REASON_MAINT_RETRY_AFTER;
		o.kind_now = o.kind_worst = KIND_MAINTENANCE;
		o.origin = rows[i].origin;
		for (int step = 0; step < 3; step++) {
			put_event(&c, &o);
			tell_changed(&c, 2);
			expect(&c, PAGE, 200, rows[i].cause);
			expect(&c, PAGE, 200, rows[i].fact);
			expect(&c, PAGE MD, 200, rows[i].cause);
			expect(&c, PAGE MD, 200, "- Maintenance: ");
			expect_not(&c, PAGE, "503 with Retry-After");
			o.event = step == 0 ? EVENT_RECOVERING : EVENT_RESOLVED;
			o.phase = step == 0 ? PHASE_RECOVERING : PHASE_CLOSED;
			o.ended = step == 0 ? 0 : o.at;
			o.at += MINUTE_MS;
		}
		close_scene(&c);
	}
}

/* What became an outage is listed as well, with what became of its word. */
static void
claims_are_kept_or_not(void **state)
{
	struct output o = incident_then(EVENT_CHANGED, 1, PHASE_OPEN);
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	expect(&c, "/maintenance", 200, "<p>None so far.</p>");
	o.class = CLASS_MAINT;
	o.reason = REASON_MAINT_RETRY_AFTER;
	o.kind_now = o.kind_worst = KIND_MAINTENANCE;
	o.origin = ORIGIN_DECLARED;
	o.promised = began + 10 * (wall_ms)MINUTE_MS;
	put_event(&c, &o);
	tell_changed(&c, 2);
	expect(&c, "/maintenance", 200, ">maintenance, open</td>");
	o.kind_now = o.kind_worst = KIND_OUTAGE;
	o.at = began + 16 * (wall_ms)MINUTE_MS;
	put_event(&c, &o);
	tell_changed(&c, 2);
	expect(&c, "/maintenance", 200, ">outage, open, promise not kept</td>");
	expect(&c, PAGE, 200, "</time>: not kept</dd>");
	expect(&c, PAGE, 200, "nobody announced it; then an outage</dd>");
	o.event = EVENT_RESOLVED;
	o.phase = PHASE_CLOSED;
	o.ended = o.promised;
	put_event(&c, &o);
	tell_changed(&c, 2);
	expect(&c, "/maintenance", 200, ">outage, promise kept</td>");
	close_scene(&c);
}

/* For whom: on the card, on a wall, and over its page. */
static void
for_whom_is_said_in_words(void **state)
{
	static const struct {
		const char *json, *words;
	} rows[] = {{"{\"scope\":\"place:a/eu\"}", "a/eu, led by a/eu"},
	    {"{\"scope\":\"service:a\"}", "service a, led by a/eu"},
	    {"{\"scope\":\"region:eu\"}", "region eu, led by a/eu"},
	    {"{\"scope\":\"tag:<b>\"}", "tag &lt;b&gt;, led by a/eu"},
	    {"{\"scope\":\"global\"}", "everywhere, led by a/eu"},
	    {"{\"scope\":\"endpoint:a/eu\"}", ">a/eu</"}};
	char words[128];
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct output o = incident_then(EVENT_CHANGED, 1, PHASE_OPEN);

		o.cause = CAUSE_SCOPE;
		put_told(&c, &o, rows[i].json);
		tell_changed(&c, 2);
		expect(&c, "/", 200, rows[i].words);
		expect(&c, "/?kiosk=1", 200, rows[i].words);
		if (rows[i].words[0] == '>')
			continue;
		(void)snprintf(words, sizeof(words), "<h1>20230214-1: %s</h1>",
		    rows[i].words);
		expect(&c, PAGE, 200, words);
		(void)snprintf(words, sizeof(words),
		    "<td data-name=\"For whom\">%.*s</td>",
		    (int)strcspn(rows[i].words, ","), rows[i].words);
		expect(&c, "/e/a~eu", 200, words);
	}
	close_scene(&c);
}

/* b/na is down because of what a/eu is down for; for the public. */
static struct output
open_followed(struct scene *c)
{
	struct output o = incident_then(EVENT_OPENED, 1, PHASE_OPEN);

	o.incident.n = 2;
	o.lead = (struct incident_id){20230214, 1};
	o.effect = true;
	open_scene(c);
	c->tokens = -1;
	fill(c);
	stores_begin(c->store, STORES_T0);
	c->endpoint = store_endpoint(c->store, "b/na", "b", "na", STORES_T0);
	stores_put(c->store, c->endpoint, &o);
	stores_put(c->store, c->endpoint,
	    &(struct output){.kind = OUTPUT_SPAN,
		.since = o.onset,
		.bucket = BUCKET_DOWN,
		.at = o.at});
	stores_commit(c->store);
	greet(c);
	tell_service(c, "{\"id\":\"a\",\"name\":\"A\",\"tags\":[\"x\"]}");
	tell_service(c, "{\"id\":\"b\",\"name\":\"B\"}");
	return o;
}

static void
hide_lead(struct scene *c)
{
	tell_service(c, "{\"id\":\"a\",\"private\":true}");
	tell_changed(c, 2);
}

/* What an endpoint fails because of, for who is told of that. */
static void
an_endpoint_names_what_it_follows(void **state)
{
	static const char link[] =
	    "<a href=\"" PAGE "\">20230214-1</a> a/eu</p>";
	struct output o;
	struct scene c;

	(void)state;
	o = open_followed(&c);
	expect(&c, "/e/b~na", 200, "<p>Caused by ");
	expect(&c, "/e/b~na", 200, link);
	o.event = EVENT_CHANGED;
	o.effect = false;
	put_event(&c, &o);
	tell_changed(&c, 2);
	expect(&c, "/e/b~na", 200, "<p>Part of ");
	expect_not(&c, "/e/a~eu", link);
	hide_lead(&c);
	expect_not(&c, "/e/b~na", "<p>Part of ");
	expect_not(&c, "/e/b~na", "a/eu");
	close_scene(&c);
}

/* It has a card where what it follows has none, and leads to that. */
static void
no_outage_is_without_a_card(void **state)
{
	static const char card[] = "<article id=\"i-20230214-2\"";
	static const char *const alone[] = {"/s/b", "/r/na"};
	struct scene c;

	(void)state;
	(void)open_followed(&c);
	tell_changed(&c, 2);
	expect_not(&c, "/", card);
	expect(&c, "/", 200, " &middot; hits 1 other ");
	for (size_t i = 0; i < sizeof(alone) / sizeof(alone[0]); i++) {
		expect(&c, alone[i], 200, card);
		expect(&c, alone[i], 200,
		    "<p>Caused by <a href=\"" PAGE
		    "\">20230214-1</a> a/eu</p>");
	}
	expect(&c, "/t/x", 200, "<article id=\"i-20230214-1\"");
	expect_not(&c, "/t/x", card);
	hide_lead(&c);
	expect(&c, "/", 200, card);
	expect_not(&c, "/", "Caused by");
	expect_not(&c, "/", "20230214-1");
	close_scene(&c);
}

static void
no_outage_is_missing_on_a_wall(void **state)
{
	static const char line[] = "<span class=\"id\">b/na</span>";
	static const char part[] = "<p>and 1 as part of these</p>";
	struct scene c;

	(void)state;
	(void)open_followed(&c);
	tell_changed(&c, 2);
	expect_not(&c, "/?kiosk=1", line);
	expect(&c, "/?kiosk=1", 200, part);
	expect(&c, "/?kiosk=1&filter=b*", 200, line);
	expect_not(&c, "/?kiosk=1&filter=b*", part);
	hide_lead(&c);
	expect(&c, "/?kiosk=1", 200, line);
	expect_not(&c, "/?kiosk=1", part);
	close_scene(&c);
}

/* In lists of everything it stands for itself to who is told of no lead. */
static void
no_outage_is_missing_in_lists(void **state)
{
	static const char title[] = "<title>b/na: outage, open</title>";
	struct output o;
	struct scene c;

	(void)state;
	o = open_followed(&c);
	expect_not(&c, "/history.atom", title);
	expect(&c, "/history.atom?service=b", 200, title);
	expect(&c, "/history.atom?region=na", 200, title);
	expect(&c, "/history.atom?service=&region=", 200,
	    "<title>a/eu: outage, open</title>");
	expect_not(&c, "/history.atom?service=&region=", title);
	expect(&c, "/history.atom?service=" LONG, 400, "service is a text of");
	o.event = EVENT_RESOLVED;
	o.phase = PHASE_CLOSED;
	o.ended = o.at += MINUTE_MS;
	put_event(&c, &o);
	tell_changed(&c, 2);
	expect_not(&c, "/", "/i/20230214-2\"");
	hide_lead(&c);
	expect(&c, "/history.atom", 200, "<title>b/na: outage, over after ");
	expect(&c, "/incidents", 200, "/i/20230214-2\"");
	expect(&c, "/", 200, "/i/20230214-2\""); /* lately over */
	close_scene(&c);
}

/* Of what goes up and down for days an entry has the beginning, whole. */
static void
an_entry_is_whole_however_long(void **state)
{
	struct output o;
	struct scene c;
	char *page;
	int code;

	(void)state;
	o = open_followed(&c);
	for (int i = 0; i < 400; i++) {
		o.event = i % 2 == 0 ? EVENT_RECOVERING : EVENT_RELAPSED;
		o.phase = i % 2 == 0 ? PHASE_RECOVERING : PHASE_OPEN;
		o.at += MINUTE_MS;
		put_event(&c, &o);
	}
	tell_changed(&c, 2);
	page = get(&c, "/history.atom?service=b", &code, NULL);
	assert_int_equal(code, 200);
	assert_int_equal(times(page, "and more, on its page"), 1);
	assert_true(times(page, "&lt;li&gt;") > 50);
	assert_int_equal(times(page, "&lt;li&gt;"), times(page, "&lt;/li&gt;"));
	free(page);
	close_scene(&c);
}

/* A function that another service proves, for who is not told of that. */
static void
what_is_measured_in_private_is_as_declared(void **state)
{
	struct scene c;

	(void)state;
	for (int tokens = 0; tokens >= -1; tokens--) {
		open_scene(&c);
		c.tokens = tokens;
		fill(&c);
		greet(&c);
		tell_service(&c,
		    "{\"id\":\"a\",\"functions\":[\"one\"],\"unaffected\":"
		    "[\"two\"],\"proof\":{\"functions\":[[\"b/na\"]],"
		    "\"unaffected\":[[\"b/na\",\"a/eu\"]]}}");
		tell_service(&c, "{\"id\":\"b\",\"private\":true}");
		tell_changed(&c, 2);
		expect(&c, PAGE, 200,
		    tokens == 0 ? "unknown: one (never measured)"
				: "stops: one (declared)");
		expect_not(&c, PAGE, "two (declared)");
		close_scene(&c);
	}
}

/* Whatever is degraded is there for its users. */
static void
what_was_degraded_did_not_fail(void **state)
{
	static const char over[] = "{\"kind\":\"degradation\",\"cause\":"
				   "\"quiet_time\",\"buckets_ms\":{"
				   "\"degraded\":960000}}";
	struct output o = incident_then(EVENT_RESOLVED, 16, PHASE_CLOSED);
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	o.kind_now = o.kind_worst = KIND_DEGRADATION;
	o.ended = o.at;
	o.bucket_ms[BUCKET_DEGRADED] = 16 * (span_ms)MINUTE_MS;
	put_told(&c, &o, over);
	tell_changed(&c, 2);
	expect(&c, PAGE, 200, "<dt>Slow or failing in part</dt><dd><time ");
	expect(&c, PAGE, 200, "; slow or failing in part for 16 min in all");
	expect(&c, PAGE MD, 200, "- Slow or failing in part: 16 min in all");
	expect_not(&c, PAGE, "<dt>Failing</dt>");
	close_scene(&c);
}

/* Each line of a timeline says what happened. */
static void
a_timeline_can_be_read(void **state)
{
	static const struct {
		enum event_kind event;
		const char *json, *words;
	} rows[] = {{EVENT_CHANGED,
			"{\"kind\":\"outage\",\"cause\":\"evidence\","
			"\"reason\":\"server_error\",\"code\":503}",
			"changed</strong> now an outage: server error (503)"},
	    {EVENT_CHANGED,
		"{\"kind\":\"outage\",\"cause\":\"promise_broken\"}",
		"changed</strong> now an outage: the claimed maintenance "
		"lasts too long"},
	    {EVENT_CHANGED,
		"{\"kind\":\"outage\",\"cause\":\"majority\","
		"\"reason\":\"maint_phrase\",\"code\":503}",
		"changed</strong> most of the last answers say so: the body "
		"speaks of maintenance (503)"},
	    {EVENT_CHANGED, "{\"kind\":\"outage\",\"cause\":\"scope\"}",
		"changed</strong> others fell ill with it"},
	    {EVENT_MAINT_STARTED, "{}", "started</strong> planned maintenance"},
	    {EVENT_MAINT_ENDED, "{}", "ended</strong> planned maintenance"},
	    {EVENT_MAINT_OVERRUN, "{}",
		"overrun</strong> planned maintenance is over, and still"}};
	const struct event_said acked = {ACT_ACK, "ann", "on it"};
	const struct output o = incident_then(EVENT_AMENDED, 9, PHASE_OPEN);
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct output one =
		    incident_then(rows[i].event, (wall_ms)i + 1, PHASE_OPEN);

		put_told(&c, &one, rows[i].json);
		tell_changed(&c, 2);
		expect(&c, PAGE, 200, rows[i].words);
	}
	stores_begin(c.store, STORES_T0);
	store_put_said(c.store, c.endpoint, &o, &acked, "{}");
	stores_commit(c.store);
	tell_changed(&c, 2);
	expect(&c, PAGE, 200, ">acknowledged by ann: on it</span>");
	expect(&c, PAGE MD, 200, "Z **acknowledged** by ann, on it\n");
	expect_not(&c, PAGE, "amended");
	expect_not(&c, PAGE MD, "amended");
	close_scene(&c);
}

int
incident_run(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_withdrawn_is_not_back),
	    cmocka_unit_test(maintenance_is_planned_or_claimed),
	    cmocka_unit_test(claims_are_kept_or_not),
	    cmocka_unit_test(for_whom_is_said_in_words),
	    cmocka_unit_test(an_endpoint_names_what_it_follows),
	    cmocka_unit_test(no_outage_is_without_a_card),
	    cmocka_unit_test(no_outage_is_missing_on_a_wall),
	    cmocka_unit_test(no_outage_is_missing_in_lists),
	    cmocka_unit_test(an_entry_is_whole_however_long),
	    cmocka_unit_test(what_is_measured_in_private_is_as_declared),
	    cmocka_unit_test(what_was_degraded_did_not_fail),
	    cmocka_unit_test(a_timeline_can_be_read),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
