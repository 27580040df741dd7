/* SPDX-License-Identifier: MIT */
/* Incidents that are asked for: by what they are, in pages, as a table. */
#include <stdlib.h>

#include "parts_web.h"
#include "store/acts.h"

enum { MANY = 120 };

#define MD ".md"
static span_ms
lasted_s(uint32_t n)
{
	return 1 + n * 7 % 30;
}

static void
put_incident(struct scene *c, int64_t endpoint, struct incident_id id,
    enum kind kind)
{
	wall_ms at = STORES_T0 - DAY_MS + (wall_ms)id.n * MINUTE_MS;
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = at,
	    .incident = id,
	    .phase = PHASE_OPEN,
	    .kind_now = kind,
	    .kind_worst = kind,
	    .onset = at,
	    .class = CLASS_ORIGIN,
	    .reason = REASON_SERVER_ERROR,
	    .code = 503};

	stores_put(c->store, endpoint, &o);
	o.event = EVENT_RESOLVED;
	o.phase = PHASE_CLOSED;
	o.bucket_ms[kind == KIND_OUTAGE ? BUCKET_DOWN : BUCKET_MAINTENANCE] =
	    lasted_s(id.n) * SECOND_MS;
	o.at = o.ended = at + lasted_s(id.n) * SECOND_MS;
	stores_put(c->store, endpoint, &o);
}

/* The day before: many of one, and one of what is watched no more. */
static void
open_many(struct scene *c)
{
	int64_t gone, other;

	open_scene(c);
	fill(c);
	stores_begin(c->store, STORES_T0);
	gone = store_endpoint(c->store, "=gone/<b>", "=gone", "<b>", STORES_T0);
	other = store_endpoint(c->store, "b/na", "b", "na", STORES_T0);
	for (uint32_t n = 1; n <= MANY; n++)
		put_incident(c, n == MANY ? gone : other,
		    (struct incident_id){20230213, n},
		    n % 2 == 0 ? KIND_OUTAGE : KIND_MAINTENANCE);
	store_retire(c->store, gone, STORES_T0);
	stores_commit(c->store);
	greet(c);
}

static void
narrowed_by_what_they_are(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_many(&c);
	expect(&c, "/incidents?state=open", 200, "<a href=\"/i/20230214-1\">");
	page = get(&c, "/incidents?state=closed&kind=maintenance", &code, NULL);
	assert_int_equal(times(page, "<a href=\"/i/"), 50);
	assert_null(strstr(page, "/i/20230213-120\""));
	assert_non_null(strstr(page, "/i/20230213-119\""));
	free(page);
	expect(&c, "/incidents?service=a&region=na", 200, "None of that kind.");
	expect(&c, "/incidents?q=%25", 200, "None of that kind.");
	expect(&c, "/incidents?q=a%2Feu", 200, "20230214-1");
	expect(&c, "/incidents?scope=endpoint:a/eu", 200, "None of that kind.");
	expect(&c, "/incidents?from=2023-02-15", 200, "20230214-1");
	expect(&c, "/incidents?to=2023-02-13T09:02:30Z", 200, "20230213-2");
	expect(&c, "/incidents?origin=observed&state=open", 200,
	    "/i/20230214-1\"");
	expect(&c, "/incidents?state=closed&longer=31s", 200,
	    "None of that kind.");
	expect(&c, "/incidents?state=closed&longer=30s", 200,
	    "/i/20230213-107\"");
	expect(&c, "/incidents?origin=planned", 200, "None of that kind.");
	expect(&c, "/incidents?origin=heard", 400, "origin is one of");
	expect(&c, "/incidents?longer=10", 400, "longer is a length like 10m");
	page = get(&c,
	    "/incidents?state=&kind=&service=&region=&from=&to=&q=", &code,
	    NULL);
	assert_int_equal(times(page, "<a href=\"/i/"), 50);
	free(page);
	expect(&c, "/incidents?state=late", 400, "state is one of");
	expect(&c, "/incidents?kind=none", 400, "kind is one of");
	expect(&c, "/incidents?from=2023-02-15&to=2023-02-14", 400,
	    "from is before to.");
	expect(&c, "/api/v1/incidents?from=2023-02-15&to=2023-02-15", 400,
	    "from is before to.");
	expect(&c, "/incidents?from=noon", 400, "from is a day like");
	expect(&c, "/incidents?after=1%27--", 400, "after is the id of an");
	expect(&c, "/incidents.csv?q=" LONG, 400, "q is a text of at");
	close_scene(&c);
}

/* What one page ends with the next goes on from. */
static void
page_after_page(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_many(&c);
	expect(&c, "/incidents?service=b&kind=", 200,
	    "<a rel=\"next\" href=\"/incidents?service=b&amp;"
	    "after=20230213-70\">older</a>");
	page = get(&c, "/incidents?service=b&after=20230213-70", &code, NULL);
	assert_int_equal(times(page, "<td data-name=\"Incident\">"), 50);
	assert_non_null(strstr(page, "after=20230213-20\">older</a>"));
	free(page);
	page = get(&c, "/incidents?service=b&after=20230213-20", &code, NULL);
	assert_int_equal(times(page, "<td data-name=\"Incident\">"), 19);
	assert_null(strstr(page, "rel=\"next\""));
	assert_non_null(strstr(page, "\">newest</a>"));
	free(page);
	close_scene(&c);
}

/* The query is repeated, and is no way to say something else in a header. */
static void
a_link_leads_on(void **state)
{
	static const struct {
		const char *query, *link;
	} rows[] = {{"limit=2", "<?limit=2&after=20230213-120>; rel=\"next\""},
	    {"limit=1&q=b%2Fna&service=b",
		"<?limit=1&q=b%2Fna&service=b&after=20230213-119>; "
		"rel=\"next\""},
	    {"limit=1&x=>;rel=\"y\",<[z]",
		"<?limit=1&x=%3E;rel=%22y%22,%3C%5Bz%5D&after=20230214-1>; "
		"rel=\"next\""},
	    {"%61fter=20230213-9&limit=1&&afte%72=20230213-7&after",
		"<?limit=1&after=20230213-8>; rel=\"next\""}};
	struct scene c;

	(void)state;
	open_many(&c);
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct httpd_sim_answer a;
		struct visit *v;
		char target[128];

		(void)snprintf(target, sizeof(target), "/api/v1/incidents?%s",
		    rows[i].query);
		v = httpd_sim_get(c.httpd, target);
		pass(&c, 0);
		a = httpd_sim_answer(v);
		assert_int_equal(a.code, 200);
		assert_non_null(a.link);
		assert_string_equal(a.link, rows[i].link);
		httpd_sim_forget(v);
	}
	close_scene(&c);
}

/* Walks all of b's pages in an order; gives how many incidents are on them. */
static size_t
walk(struct scene *c, const char *order, const char *then, uint32_t *ids)
{
	static const char link[] = "<a href=\"/i/20230213-";
	char target[128], mark[64];
	const char *next = "";
	size_t n = 0;

	for (int pages = 0; next != NULL && pages < 10; pages++) {
		char *page, *at;
		int code;

		(void)snprintf(target, sizeof(target),
		    "/incidents?service=b&order=%s%s", order, next);
		page = get(c, target, &code, NULL);
		assert_int_equal(code, 200);
		for (at = page; (at = strstr(at, link)) != NULL && n < MANY;)
			ids[n++] =
			    (uint32_t)strtoul(at += strlen(link), NULL, 10);
		assert_true(n > 0);
		(void)snprintf(mark, sizeof(mark), "&after=20230213-%u",
		    (unsigned)ids[n - 1]);
		next = strstr(page, then) != NULL ? mark : NULL;
		free(page);
	}
	return n;
}

static void
in_another_order(void **state)
{
	uint32_t ids[MANY] = {0};
	struct scene c;

	(void)state;
	open_many(&c);
	assert_int_equal(walk(&c, "oldest", ">newer</a>", ids), MANY - 1);
	for (uint32_t n = 0; n < MANY - 1; n++)
		assert_int_equal(ids[n], n + 1);
	assert_int_equal(walk(&c, "longest", ">shorter</a>", ids), MANY - 1);
	for (uint32_t n = 1; n < MANY - 1; n++)
		assert_true(lasted_s(ids[n - 1]) > lasted_s(ids[n]) ||
		    (lasted_s(ids[n - 1]) == lasted_s(ids[n]) &&
			ids[n - 1] > ids[n]));
	expect(&c, "/incidents?state=open&order=longest", 200,
	    "<a href=\"/i/20230214-1\">");
	expect(&c, "/incidents?state=open&order=oldest", 200,
	    "<a href=\"/i/20230214-1\">");
	expect(&c, "/incidents?order=longest&after=20230213-121", 200,
	    "None of that kind.");
	expect(&c, "/incidents?order=worst", 400, "order is one of");
	close_scene(&c);
}

/* What was watched then has its page, whatever it is called. */
static void
what_is_watched_no_more_is_found(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_many(&c);
	expect(&c, "/e/%3Dgone~%3Cb%3E", 404, "\"status\":404");
	expect(&c, "/i/20230213-120", 200, "=gone/&lt;b&gt;");
	page = get(&c, "/incidents?service=%3Dgone", &code, NULL);
	assert_int_equal(times(page, "<td data-name=\"Incident\">"), 1);
	assert_non_null(strstr(page, "value=\"=gone\""));
	assert_null(strstr(page, "<b>"));
	free(page);
	page = get(&c, "/incidents.csv?service=%3Dgone", &code, NULL);
	assert_non_null(
	    strstr(page, "\r\n20230213-120,'=gone/<b>,'=gone,<b>,,outage,"));
	free(page);
	page = get(&c, "/incidents.csv", &code, NULL);
	assert_int_equal(times(page, "\r\n"), MANY + 2);
	free(page);
	page = get(&c, "/incidents?q=%22%3E%3Cscript%3E", &code, NULL);
	assert_null(strstr(page, "\"><script>"));
	assert_non_null(strstr(page, "value=\"&quot;&gt;&lt;script&gt;\""));
	free(page);
	close_scene(&c);
}

/* By id, name, tag, day and note; nothing of it is markup. */
static void
found_by_words(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_many(&c);
	tell_service(&c,
	    "{\"id\":\"b\",\"name\":\"Birds & <b>\",\"tags\":[\"wings\"]}");
	tell_changed(&c, 2);
	expect(&c, "/", 200, "action=\"/search\"");
	expect(&c, "/search", 200, "name=\"q\" value=\"\"");
	expect(&c, "/search?q=20230213-7", 200,
	    "<a href=\"/i/20230213-7\">20230213-7</a>");
	expect(&c, "/search?q=20230213-7000", 200, "Nothing has these words.");
	expect(&c, "/search?q=2023-02-13", 200, "\"/i/20230213-120\"");
	expect(&c, "/search?q=20230214", 200, "\"/i/20230214-1\"");
	expect(&c, "/search?q=BIRDS", 200,
	    "<a href=\"/s/b\">Birds &amp; &lt;b&gt;</a>");
	expect(&c, "/search?q=wing", 200, "<a href=\"/e/b~na\">b/na</a>");
	expect(&c, "/search?q=gone", 200, "\"/i/20230213-120\"");
	expect(&c, "/search?q=b%2Fn", 200,
	    "<a href=\"/incidents?q=b%2Fn\">all of them</a>");
	expect(&c, "/search?q=ALERT(1)", 200, " by &lt;script&gt;alert(1)&lt;");
	page = get(&c, "/search?q=%22%3E%3Cscript%3Ealert", &code, NULL);
	assert_int_equal(code, 200);
	assert_null(strstr(page, "<script>alert"));
	assert_non_null(strstr(page, "Nothing has these words."));
	free(page);
	page = get(&c, "/search?q=%25", &code, NULL);
	assert_non_null(strstr(page, "Nothing has these words."));
	free(page);
	expect(&c, "/search?q=" LONG, 400, "q is a text of at most");
	close_scene(&c);
}

static void
on_a_wall(void **state)
{
	struct scene c;
	char etag[64];
	int code;
	char *page;

	(void)state;
	open_many(&c);
	page = get(&c, "/?kiosk=1&rotate=30", &code, etag);
	assert_int_equal(code, 200);
	assert_string_equal(etag, ""); /* its clock goes on */
	assert_non_null(strstr(page, "class=\"wall\" data-rotate=\"30\""));
	assert_non_null(strstr(page, "<span class=\"id\">a/eu</span>"));
	assert_non_null(strstr(page, ">09:00:00</time> UTC"));
	assert_null(strstr(page, "id=\"healthy\"")); /* nothing is up */
	assert_null(strstr(page, "<nav"));
	assert_null(strstr(page, "<form"));
	free(page);
	page = get(&c, "/matrix?kiosk=1&filter=b*", &code, NULL);
	assert_non_null(strstr(page, "class=\"wall\""));
	assert_null(strstr(page, "a/eu"));
	free(page);
	page = get(&c, "/timeline?kiosk=1&filter=b*", &code, NULL);
	assert_non_null(strstr(page, "class=\"wall\""));
	assert_null(strstr(page, "a/eu"));
	free(page);
	page = get(&c, "/?kiosk=0", &code, NULL);
	assert_null(strstr(page, "class=\"wall\""));
	free(page);
	expect(&c, "/?kiosk=yes", 400, "kiosk is one of 0, 1");
	expect(&c, "/?kiosk=1&rotate=1", 400, "rotate is a number from 5");
	expect(&c, "/?kiosk=1&filter=none", 200, "Nothing matches the filter");
	close_scene(&c);
}

/* Told at once, in the same transaction. */
static void
tell_receiver(struct scene *c, const char *receiver, wall_ms at, wall_ms done)
{
	struct store_notice notice = {.service = "a",
	    .at = at,
	    .event = EVENT_OPENED,
	    .incident = {20230214, 1},
	    .line = "a line",
	    .body = "{}"};
	struct store_delivery d = {.receiver = receiver,
	    .webhook_id = receiver,
	    .not_before = at,
	    .expires = at + HOUR_MS};
	struct attempt a = {.result = ATTEMPT_DELIVERED, .code = 204};

	store_number_notice(c->store, "a", &notice.id, &notice.seq);
	store_put_notice(c->store, &notice);
	d.notice = notice.id;
	a.outbox = store_put_outbox(c->store, &d);
	store_put_attempt(c->store, &a, done, 0);
}

/* On its picture: numbered as in the list, and when somebody was told. */
static void
false_recoveries_and_tellings_are_drawn(void **state)
{
	static const struct {
		unsigned after; /* minutes; it began at the 60th */
		enum bucket bucket;
	} spans[] = {{120, BUCKET_RECOVERING}, {132, BUCKET_DOWN},
	    {180, BUCKET_RECOVERING}, {190, BUCKET_DOWN},
	    {240, BUCKET_RECOVERING}};
	const struct output noted = {.kind = OUTPUT_EVENT,
	    .event = EVENT_AMENDED,
	    .at = STORES_T0 + (wall_ms)5 * HOUR_MS,
	    .incident = {20230214, 1}};
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, STORES_T0);
	for (size_t i = 0; i < sizeof(spans) / sizeof(spans[0]); i++) {
		wall_ms since = STORES_T0 + (wall_ms)spans[i].after * MINUTE_MS;

		stores_put(c.store, c.endpoint,
		    &(struct output){.kind = OUTPUT_SPAN,
			.since = since,
			.bucket = spans[i].bucket,
			.at = since});
	}
	store_put_said(c.store, c.endpoint, &noted,
	    &(struct event_said){ACT_NOTE, HOSTILE, HOSTILE}, "{}");
	tell_receiver(&c, HOSTILE, STORES_T0 + HOUR_MS,
	    STORES_T0 + HOUR_MS + (wall_ms)47 * SECOND_MS);
	stores_commit(c.store);
	greet(&c);
	page = get(&c, "/i/20230214-1", &code, NULL);
	assert_int_equal(code, 200);
	assert_int_equal(times(page, " It seemed to be back "), 2);
	assert_non_null(strstr(page, ">1</text>"));
	assert_non_null(strstr(page, ">2</text>"));
	assert_null(strstr(page, ">3</text>"));
	assert_non_null(strstr(page, "Somebody was told, 1 time</title>"));
	assert_int_equal(times(page, "<line x1="), 1);
	assert_non_null(strstr(page, ">47 s</time> after it began</dd>"));
	assert_null(strstr(page, "<script>alert"));
	free(page);
	close_scene(&c);
}

/* For an issue or a post, and as the API has it. */
static void
in_other_forms(void **state)
{
	static const struct {
		const char *page, *api;
	} forms[] = {{"/i/20230214-1.json", "/api/v1/incidents/20230214-1"},
	    {"/e/a~eu.json", "/api/v1/endpoints/a~eu"},
	    {"/matrix.json?at=2023-02-14", "/api/v1/matrix?at=2023-02-14"},
	    {"/maintenance.json", "/api/v1/maintenance"},
	    {"/incidents.json?service=b&limit=3",
		"/api/v1/incidents?service=b&limit=3"}};
	struct scene c;
	int code;
	char *one, *other;

	(void)state;
	open_many(&c);
	one = get(&c, "/i/20230214-1" MD, &code, NULL);
	assert_int_equal(code, 200);
	assert_non_null(
	    strstr(one, "# 20230214-1: a/eu\n\n**outage, open**: "));
	assert_non_null(strstr(one, "- Lasts: "));
	assert_non_null(
	    strstr(one, "\n## Timeline\n\n- 2023-02-14 10:00:00Z "));
	assert_non_null(strstr(one, "\\<script\\>alert\\(1\\)\\</script\\>"));
	assert_null(strchr(one, '\x1b'));
	free(one);
	expect(&c, "/i/20230213-120" MD, 200, ": =gone/\\<b\\>\n");
	for (size_t i = 0; i < sizeof(forms) / sizeof(forms[0]); i++) {
		one = get(&c, forms[i].page, &code, NULL);
		assert_int_equal(code, 200);
		other = get(&c, forms[i].api, &code, NULL);
		assert_string_equal(one, other);
		free(one);
		free(other);
	}
	expect(&c, "/i/20230214-7" MD, 404, "Not found");
	expect(&c, "/i/20230214-1.txt", 404, "Not found");
	expect(&c, "/i/20230214-7.json", 404, "Not found");
	expect(&c, "/i/.json", 404, "Not found");
	expect(&c, "/e/a~e.json", 404, "Not found");
	expect(&c, "/incidents.json?limit=0", 400, "limit is a number");
	expect(&c, "/i/20230214-1" MD MD, 404, "Not found");
	expect(&c, "/i/" MD, 404, "Not found");
	close_scene(&c);
}

int
lists_run(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(narrowed_by_what_they_are),
	    cmocka_unit_test(page_after_page),
	    cmocka_unit_test(a_link_leads_on),
	    cmocka_unit_test(in_another_order),
	    cmocka_unit_test(what_is_watched_no_more_is_found),
	    cmocka_unit_test(found_by_words),
	    cmocka_unit_test(on_a_wall),
	    cmocka_unit_test(false_recoveries_and_tellings_are_drawn),
	    cmocka_unit_test(in_other_forms),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
