/* SPDX-License-Identifier: MIT */
/* The process that shows, in virtual time, over a real database. */
#include "parts_web.h"

static void
what_is_stored_is_shown(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	assert_int_equal(c.ready, 1);
	tell_service(&c,
	    "{\"id\":\"a\",\"name\":\"An <API>\",\"functions\":[\"<one>\"],"
	    "\"unaffected\":[\"two\",\"three\"],\"proof\":{\"functions\":[[]],"
	    "\"unaffected\":[[],[\"a/eu\",\"b/none\"]]}}");
	tell_changed(&c, 2);
	expect(&c, "/", 200, "<strong>a/eu</strong>: 503 server error, for ");
	expect(&c, "/", 200, "<h3><a href=\"/s/a\">An &lt;API&gt;</a></h3>");
	expect(&c, "/", 200, "stops: &lt;one&gt; (declared)<br>");
	expect(&c, "/", 200, "still works: two (declared)");
	expect(&c, "/", 200, "the last 90 days: ");
	expect(&c, "/", 200, "<a href=\"/e/a~eu\">a/eu</a>");
	expect(&c, "/matrix", 200,
	    "<th scope=\"col\"><a href=\"/r/eu\">eu</a> "
	    "<span class=\"small\">0 of 1 up</span></th>");
	expect(&c, "/matrix?at=2023-02-14T09:59:59Z", 200, "</svg>Up</span>");
	expect(&c, "/matrix?at=2023-02-14T10:00:00Z", 200, "</svg>Down</span>");
	expect(&c, "/matrix?at=2023-02-14T09:59:59Z", 200,
	    "Of what is watched today, as it was then.");
	expect(&c, "/matrix?at=2023-02-14T08:59:59Z", 200,
	    "</svg>No data</span>");
	expect(&c, "/matrix?at=2023-02-14T10:00Z", 400, "at is a day like");
	expect(&c, "/matrix?at=2023-02-14T09:59:59Z", 200,
	    "at=2023-02-13T09:59:59.000Z");
	page = get(&c, "/matrix?at=2023-02-14", &code, NULL);
	assert_null(strstr(page, "earlier"));
	free(page);
	expect(&c, "/matrix?at=noon", 400, "at is a day like");
	expect(&c, "/matrix", 200, "</svg>Down</span>");
	expect(&c, "/e/a~eu", 200, "503 server error");
	expect(&c, "/e/a~eu", 200, "<a href=\"/e/a~eu.json\">As JSON</a>");
	expect(&c, "/e/a~eu", 200, "<a href=\"/i/20230214-1\">");
	expect(&c, "/e/a~eu", 200,
	    "24 h</td><td data-name=\"Available\">100.000 %</td>");
	expect(&c, "/e/a~e", 404, "\"status\":404");
	expect(&c, "/e/a~*", 404, "\"status\":404");
	expect(&c, "/e/*", 404, "\"status\":404");
	expect(&c, "/incidents", 200, "<a href=\"/i/20230214-1\">");
	expect(&c, "/i/20230214-1", 200, "<strong>opened</strong>");
	expect(&c, "/api/v1/status", 200, "\"overall\":\"down\"");
	expect(&c, "/api/v1/incidents/20230214-1", 200,
	    "\"id\":\"20230214-1\"");
	expect(&c, "/i/20230214-2", 404, "\"status\":404");
	expect(&c, "/i/20230214-1/", 404, "\"status\":404");
	close_scene(&c);
}

/* A day with some of everything: each has a mark, within its bar. */
static void
no_bar_is_higher_than_it_may_be(void **state)
{
	static const enum bucket all[] = {BUCKET_UNKNOWN, BUCKET_DEGRADED,
	    BUCKET_MAINTENANCE, BUCKET_RECOVERING, BUCKET_DOWN};
	struct scene c;
	char *page;
	int code;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, STORES_T0);
	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		const wall_ms at = STORES_T0 + HOUR_MS + (wall_ms)i * 1000;
		const struct output span = {.kind = OUTPUT_SPAN,
		    .since = at,
		    .bucket = all[i],
		    .at = at};

		stores_put(c.store, c.endpoint, &span);
	}
	stores_put(c.store, c.endpoint,
	    &(struct output){.kind = OUTPUT_EVENT,
		.event = EVENT_SIGHTED,
		.at = STORES_T0 + (wall_ms)12 * HOUR_MS});
	stores_commit(c.store);
	greet(&c);
	page = get(&c, "/", &code, NULL);
	assert_int_equal(code, 200);
	assert_null(strstr(page, " -"));
	assert_null(strstr(page, "--"));
	assert_non_null(strstr(page, "fill=\"url(#p-unknown)\""));
	free(page);
	close_scene(&c);
}

static void
what_people_write_stays_text(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	page = get(&c, "/i/20230214-1", &code, NULL);
	assert_int_equal(code, 200);
	assert_null(strstr(page, "<script>alert"));
	assert_null(strchr(page, '\x1b'));
	assert_non_null(strstr(page,
	    "&lt;script&gt;alert(1)&lt;/script&gt;"
	    "\\x1b[31m&quot;&#39;&amp;"));
	free(page);
	close_scene(&c);
}

static void
rendered_once_for_each_change(void **state)
{
	struct scene c;
	char before[64], after[64];
	int code;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	free(get(&c, "/", &code, before));
	free(get(&c, "/", &code, after));
	assert_string_equal(before, after);
	tell_changed(&c, 1);
	free(get(&c, "/", &code, after));
	assert_string_not_equal(before, after);
	close_scene(&c);
}

/* How often words are in what the visitor was sent. */
static unsigned
heard(const struct visit *v, const char *words)
{
	const char *at = httpd_sim_answer(v).body;
	unsigned n = 0;

	while ((at = strstr(at, words)) != NULL) {
		n++;
		at += strlen(words);
	}
	return n;
}

static void
news_is_told_at_once_and_silence_is_none(void **state)
{
	struct scene c;
	struct visit *v;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	v = httpd_sim_get(c.httpd, "/api/v1/stream");
	pass(&c, 0);
	assert_string_equal(httpd_sim_answer(v).type, "text/event-stream");
	assert_int_equal(heard(v, "retry: "), 1);
	assert_int_equal(heard(v, "event: change\n"), 1);
	tell_changed(&c, 1);
	assert_int_equal(heard(v, "event: change\n"), 1);
	tell_changed(&c, 2);
	assert_int_equal(heard(v, "event: change\n"), 2);
	c.now.degraded = true;
	tell_changed(&c, 2);
	assert_int_equal(heard(v, "event: change\n"), 3);
	assert_int_equal(heard(v, "event: beat\n"), 0);
	pass(&c, MINUTE_MS);
	assert_int_equal(heard(v, "event: beat\n"), 4);
	httpd_sim_leave(v);
	pass(&c, MINUTE_MS);
	assert_int_equal(heard(v, "event: beat\n"), 4);
	httpd_sim_forget(v);
	close_scene(&c);
}

static void
a_page_has_the_version_of_the_stream(void **state)
{
	struct scene c;
	struct visit *v;
	char want[128];
	const char *id;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	v = httpd_sim_get(c.httpd, "/api/v1/stream");
	pass(&c, 0);
	id = strstr(httpd_sim_answer(v).body, "id: ") + strlen("id: ");
	(void)snprintf(want, sizeof(want), "data-version=\"%.*s\"",
	    (int)strcspn(id, "\n"), id);
	expect(&c, "/", 200, want);
	expect(&c, "/incidents", 200, want);
	expect(&c, "/i/20230214-1", 200, want);
	httpd_sim_forget(v);
	close_scene(&c);
}

static void
a_database_that_is_not_there_yet(void **state)
{
	struct scene c;

	(void)state;
	open_scene(&c);
	greet(&c);
	expect(&c, "/", 503, "cannot be read");
	expect(&c, "/api/v1/status", 503, "cannot be read");
	expect(&c, "/readyz", 503, "cannot be read");
	expect(&c, "/healthz", 200, "ok");
	fill(&c);
	expect(&c, "/", 200, "503 server error, for ");
	expect(&c, "/readyz", 200, "ok");
	c.now.degraded = true;
	tell_changed(&c, 1);
	expect(&c, "/", 200, "cannot be written");
	expect(&c, "/readyz", 503, "cannot be written");
	close_scene(&c);
}

static void
tell_counted(struct scene *c, wall_ms upto)
{
	const struct counted counted = {.upto = upto};
	unsigned char buf[COUNTED_BYTES];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof(buf));
	counted_put(&o, &counted);
	tell(c, MSG_COUNTED, &o, buf);
}

/* What is shown stays, and is said to be old; nobody has it kept otherwise. */
static void
when_nobody_looks_it_is_said(void **state)
{
	const wall_ms t = STORES_T0;
	struct scene c;
	char before[64], after[64], *page;
	int code;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	tell_counted(&c, t);
	page = get(&c, "/", &code, before);
	assert_null(strstr(page, "Nothing new is known"));
	free(page);
	/* It speaks on, and yet nothing comes. */
	pass(&c, (wall_ms)10 * SECOND_MS);
	tell_counted(&c, t);
	pass(&c, (wall_ms)6 * SECOND_MS);
	expect(&c, "/e/a~eu", 200, "Nothing new is known since ");
	expect(&c, "/", 200, ": what is shown may be old");
	expect(&c, "/", 200, "<strong>a/eu</strong>: 503 server error, for ");
	free(get(&c, "/", &code, after));
	assert_string_not_equal(before, after);
	tell_counted(&c, t + SECOND_MS);
	page = get(&c, "/", &code, after);
	assert_null(strstr(page, "Nothing new is known"));
	assert_string_equal(before, after);
	free(page);
	close_scene(&c);
}

static void
a_message_that_does_not_fit_ends_it(void **state)
{
	static const unsigned char rubbish[] = {1, 2, 3};
	struct scene c;

	(void)state;
	open_scene(&c);
	assert_int_equal(channel_send(c.ends[0], MSG_CHANGED, rubbish,
			     sizeof(rubbish)),
	    OK);
	/* It stops its loop, which returns early then. */
	pass(&c, SECOND_MS);
	assert_true(loop_now(c.loop) < STORES_T0 + SECOND_MS);
	close_scene(&c);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_stored_is_shown),
	    cmocka_unit_test(a_page_of_some_of_it),
	    cmocka_unit_test(a_time_that_is_asked_for),
	    cmocka_unit_test(what_was_planned_is_told_apart),
	    cmocka_unit_test(a_day_hour_by_hour),
	    cmocka_unit_test(bars_by_hour_day_and_week),
	    cmocka_unit_test(a_year_in_figures),
	    cmocka_unit_test(what_is_planned_soon),
	    cmocka_unit_test(no_bar_is_higher_than_it_may_be),
	    cmocka_unit_test(what_people_write_stays_text),
	    cmocka_unit_test(rendered_once_for_each_change),
	    cmocka_unit_test(news_is_told_at_once_and_silence_is_none),
	    cmocka_unit_test(a_page_has_the_version_of_the_stream),
	    cmocka_unit_test(a_database_that_is_not_there_yet),
	    cmocka_unit_test(each_address_is_for_whom_its_row_says),
	    cmocka_unit_test(nobody_is_asked_for_what_is_done),
	    cmocka_unit_test(who_has_it_is_not_sent_it_again),
	    cmocka_unit_test(tokens_that_do_not_come_let_nobody_in),
	    cmocka_unit_test(when_nobody_looks_it_is_said),
	    cmocka_unit_test(a_message_that_does_not_fit_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL) + lists_run() +
	    incident_run();
}
