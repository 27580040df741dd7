/* SPDX-License-Identifier: MIT */
#include "parts_web.h"

void
a_page_of_some_of_it(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, STORES_T0);
	(void)store_endpoint(c.store, "b/na", "b", "na", STORES_T0);
	stores_commit(c.store);
	greet(&c);
	tell_service(&c,
	    "{\"id\":\"a\",\"name\":\"An <API>\",\"owner\":\"<ann>\","
	    "\"runbook\":\"https://wiki.example/?a&b\","
	    "\"tags\":[\"eu cars\",\"<i>\"]}");
	tell_service(&c,
	    "{\"id\":\"b\",\"name\":\"B\",\"runbook\":\"javascript:x\"}");
	tell_changed(&c, 2);
	expect(&c, "/s/a", 200, "<h1>An &lt;API&gt;</h1>");
	expect(&c, "/s/a", 200, "<dt>Owner</dt><dd>&lt;ann&gt;</dd>");
	expect(&c, "/s/a", 200,
	    "<a rel=\"noreferrer\" href=\"https://wiki.example/?a&amp;b\">");
	expect(&c, "/s/a", 200, "<a href=\"/t/eu%20cars\">eu cars</a>");
	expect(&c, "/s/a", 200, "<a href=\"/t/%3Ci%3E\">&lt;i&gt;</a>");
	expect(&c, "/s/b", 200, "<dd>javascript:x</dd>");
	tell_service(&c,
	    "{\"id\":\"a\",\"tags\":[\"eu cars\"],\"checks\":{\"a/eu\":{\"url\":"
	    "\"https://a.example/<b>\",\"interval_ms\":60000,"
	    "\"timeout_ms\":10000,\"method\":\"POST\"}}}");
	tell_changed(&c, 3);
	expect(&c, "/e/a~eu", 200,
	    "<dt>By</dt><dd>POST https://a.example/&lt;b&gt;</dd>");
	expect(&c, "/e/a~eu", 200, "<dd>every 60 s, for at most 10 s</dd>");
	expect(&c, "/r/eu", 200, "0 of 1 up");
	expect(&c, "/t/eu%20cars", 200, "0 of 1 up");
	page = get(&c, "/r/na", &code, NULL);
	assert_int_equal(code, 200);
	assert_null(strstr(page, "a/eu"));
	assert_non_null(strstr(page, "b/na"));
	free(page);
	expect(&c, "/s/c", 404, "\"status\":404");
	expect(&c, "/r/e", 404, "\"status\":404");
	expect(&c, "/t/eu", 404, "\"status\":404");
	expect(&c, "/accounting", 200, "K = T &minus; N");
	expect(&c, "/about", 200, "<dt>Database</dt><dd>writable</dd>");
	expect(&c, "/about", 200, "<dt>Written up to</dt><dd>");
	expect(&c, "/accounting", 200, "+20&nbsp;dB, 100 to 1, confirm");
	close_scene(&c);
}

static void
refused_with(struct scene *c, const char *asked, const char *time)
{
	char target[128];

	(void)snprintf(target, sizeof(target), "%s=%s", asked, time);
	expect(c, target, 400, "is of the years 1971 to 9999.");
}

void
a_time_that_is_asked_for(void **state)
{
	static const char *const never[] = {"1970-01-01",
	    "1970-01-01T00:00:00Z", "1969-12-31", "0000-01-01",
	    "1971-01-01T00:30:00%2B00:31", "9999-12-31T23:59:59-00:01"};
	static const char *const asked[] = {"/timeline?from", "/matrix?at",
	    "/incidents?to", "/api/v1/incidents?from", "/api/v1/matrix?at",
	    "/api/v1/endpoints/a~eu/samples?from",
	    "/api/v1/endpoints/a~eu/availability?to",
	    "/api/v1/endpoints/a~eu/timeline?from"};
	static const char *const empty[] = {"/timeline?range=&from=&to=",
	    "/s/a?grain=&n=", "/?kiosk=&rotate=",
	    "/api/v1/endpoints/a~eu/latency?step=&range=",
	    "/api/v1/endpoints/a~eu/samples?limit=&after=",
	    "/api/v1/incidents?limit=&order="};
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, STORES_T0);
	(void)store_endpoint(c.store, "b/na", "b", "na", STORES_T0);
	stores_commit(c.store);
	greet(&c);
	expect(&c, "/timeline", 200,
	    "<title>a/eu, 2023-02-13 10:00:00Z to 2023-02-14 10:00:00Z: "
	    "nothing but up</title>");
	expect(&c, "/timeline?from=2023-02-14&to=2023-02-15", 200,
	    "nothing but up</title>");
	expect(&c, "/timeline?region=na", 200, ": not watched</title>");
	expect(&c, "/timeline?region=na&range=7d", 200,
	    "<a rel=\"nofollow\" href=\"/timeline?region=na&amp;range=7d\" "
	    "aria-current=\"true\">");
	expect(&c, "/timeline?service=%3Cx%26%3E", 200,
	    "<a rel=\"nofollow\" href=\"/timeline?service=%3Cx%26%3E&amp;range=24h\"");
	expect(&c, "/timeline?service=none", 200, "Nothing is watched here.");
	for (size_t i = 0; i < sizeof(empty) / sizeof(empty[0]); i++)
		expect(&c, empty[i], 200, "");
	expect(&c, "/incidents?kind=x", 400, "kind is one of degradation, ");
	expect(&c, "/incidents?state=x", 400, "state is one of all, open, ");
	expect(&c, "/timeline?range=8d", 400, "range is one of 24h, 7d, ");
	expect(&c, "/timeline?from=2023-02-15&to=2023-02-14", 400,
	    "from is before to");
	expect(&c, "/timeline?from=1971-01-01&to=2023-02-14", 400,
	    "at most ten years");
	/* No time at all is another thing than the first one. */
	for (size_t i = 0; i < sizeof(never) / sizeof(never[0]); i++)
		for (size_t k = 0; k < sizeof(asked) / sizeof(asked[0]); k++)
			refused_with(&c, asked[k], never[i]);
	expect(&c, "/api/v1/matrix?at=1971-01-01", 200, "1971-01-01T");
	expect(&c, "/api/v1/matrix?at=9999-12-31", 200, "2023-02-14T");
	close_scene(&c);
}

static void
put_window(struct scene *c, wall_ms at, wall_ms until)
{
	struct input in = {.kind = INPUT_WINDOW,
	    .at = at,
	    .ref = store_next_ref(c->store),
	    .u.window.until = until};

	store_put_input(c->store, c->endpoint, &in, NULL, NULL);
}

/*
 * Up for an hour, down for one; then in maintenance for three, of which two
 * were planned: a window that was to last longer, was drawn out, and ended by
 * somebody; and one of another day, and another endpoint.
 */
void
what_was_planned_is_told_apart(void **state)
{
	const wall_ms hour = HOUR_MS, t = STORES_T0;
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, t);
	stores_put(c.store, c.endpoint,
	    &(struct output){.kind = OUTPUT_SPAN,
		.since = t + 2 * hour,
		.bucket = BUCKET_MAINTENANCE,
		.at = t + 2 * hour});
	put_window(&c, t - 9 * hour, t - 8 * hour);
	put_window(&c, t + hour, t + 3 * hour);
	put_window(&c, t + 2 * hour, t + 9 * hour);
	put_window(&c, t + 4 * hour, t + 4 * hour);
	c.endpoint = store_endpoint(c.store, "b/na", "b", "na", t);
	put_window(&c, t, t + 9 * hour);
	put_window(&c, t + 5 * hour, t + 9 * hour);
	stores_commit(c.store);
	greet(&c);
	/* Of five hours one was good, and two need not be counted. */
	expect(&c, "/api/v1/endpoints/a~eu/availability", 200,
	    "\"planned_ms\":7200000,\"provisional\":true,"
	    "\"available\":\"20.000\",\"contractual\":\"33.333\",");
	expect(&c,
	    "/api/v1/endpoints/a~eu/availability?from=2023-02-14T12:00:00Z"
	    "&to=2023-02-14T12:30:00Z",
	    200,
	    "\"planned_ms\":1800000,\"provisional\":true,"
	    "\"available\":\"0.000\",\"at_least\"");
	/* Of a day as well nobody looked but for those five. */
	expect(&c, "/api/v1/endpoints/a~eu/availability", 200,
	    "\"unknown\":68400000},");
	expect(&c, "/api/v1/endpoints/a~eu/availability", 200,
	    "\"at_least\":\"4.166\",\"at_most\":\"83.333\","
	    "\"coverage\":\"20.833\"}");
	expect(&c, "/e/a~eu", 200,
	    "Known of it\">20.833 %</td></tr>\n<tr><td "
	    "data-name=\"The last\">7 days");
	expect(&c,
	    "/api/v1/endpoints/a~eu/availability?from=2023-02-14T10:00:00Z"
	    "&to=2024-01-01T00:00:00Z",
	    200, "\"to\":\"2023-02-14T14:00:00.000Z\"");
	expect(&c,
	    "/api/v1/endpoints/a~eu/availability?from=2023-02-15&to=2023-02-16",
	    400, "from is before to and in the past");
	/* As without an end: there is nothing after what is known. */
	expect(&c, "/api/v1/endpoints/a~eu/availability?to=2099-01-01", 200,
	    "\"from\":\"2023-02-13T14:00:00.000Z\","
	    "\"to\":\"2023-02-14T14:00:00.000Z\"");
	expect(&c, "/api/v1/endpoints/a~eu/timeline?to=2099-01-01", 200,
	    "\"until\":\"2023-02-14T14:00:00.000Z\",\"bucket\":\"maint");
	expect(&c, "/e/a~eu", 200,
	    "24 h</td><td data-name=\"Available\">20.000 %</td>"
	    "<td data-name=\"By contract\">33.333 %</td>");
	expect(&c, "/accounting", 200, "(U + G) / (K &minus; Mp)");
	close_scene(&c);
}

/* Seven hours of a check a minute, of which some failed. */
static void
put_checks(struct scene *c)
{
	for (int m = 0; m < 7 * 60; m++) {
		bool down = m >= 60 && m != 90;
		struct sample p =
		    stores_sample(STORES_T0 + m * (wall_ms)MINUTE_MS, 1500,
			down || m == 30 ? REASON_SERVER_ERROR : REASON_OK);

		store_put_sample(c->store, store_next_ref(c->store),
		    c->endpoint, &p);
	}
}

static void
open_checked(struct scene *c)
{
	open_scene(c);
	fill(c);
	stores_begin(c->store, STORES_T0);
	put_checks(c);
	stores_commit(c->store);
	greet(c);
}

/* Up at nine, down from ten on: 420 checks, one of them a glitch. */
void
a_day_hour_by_hour(void **state)
{
	struct scene c;
	int code, shown = 50, glitches = 0;
	char *page, *next, path[128] = "/e/a~eu/day/2023-02-14";

	(void)state;
	open_checked(&c);
	page = get(&c, path, &code, NULL);
	assert_int_equal(code, 200);
	assert_non_null(strstr(page, "<h1>a/eu, 2023-02-14</h1>"));
	assert_int_equal(times(page, "<rect class=\"hit\""), 24);
	assert_non_null(strstr(page, "<title>a/eu, 2023-02-14: Down for 5 h"));
	assert_null(strstr(page, "the last 24 hours"));
	assert_non_null(strstr(page,
	    "<a tabindex=\"-1\" href=\"/e/a~eu?from=2023-02-14T09:00:00.000Z&amp;"
	    "to=2023-02-14T10:00:00.000Z\"><title>2023-02-14 09h: Up</title>"));
	assert_non_null(
	    strstr(page, "<title>2023-02-14 08h: not watched</title>"));
	assert_non_null(strstr(page, "<title>2023-02-14 10h: Down 1 h 00 min"));
	assert_non_null(strstr(page, "<a href=\"/i/20230214-1\">"));
	assert_null(strstr(page, "(glitch)"));
	for (;;) {
		next = strstr(page, "/day/2023-02-14?after=");
		if (next == NULL)
			break;
		(void)snprintf(path, sizeof(path), "/e/a~eu%.*s",
		    (int)strcspn(next, "#"), next);
		free(page);
		page = get(&c, path, &code, NULL);
		assert_int_equal(code, 200);
		shown += (int)times(page, "<td data-name=\"Began\">") -
		    (int)times(page, "<a href=\"/i/");
		glitches += (int)times(page, "(glitch)");
	}
	assert_int_equal(shown, 7 * 60);
	/* Half past nine; not half past ten, when it was good for once. */
	assert_int_equal(glitches, 1);
	free(page);
	expect(&c, "/e/a~eu/day/2023-02-14?after=1", 200, "There are no more.");
	expect(&c, "/e/a~eu/day/2023-02-13", 200, "None is kept of that day.");
	expect(&c, "/e/a~eu/day/2023-02-14?after=0", 400, "after is a number");
	close_scene(&c);
}

void
bars_by_hour_day_and_week(void **state)
{
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_checked(&c);
	expect(&c, "/", 200, "<title>a, the last 90 days: Down for ");
	expect(&c, "/", 200,
	    "Down for 5 h 59 min; watched for 6 h 59 min</title>");
	expect(&c, "/?grain=hour&n=24", 200,
	    "<title>a, the last 24 hours: Down for 5 h");
	expect(&c, "/s/a?grain=week", 200,
	    "<title>a, the last 90 weeks: Down for ");
	expect(&c, "/r/eu?n=7", 200, "<title>a, the last 7 days: Down for ");
	page = get(&c, "/?grain=week&n=2", &code, NULL);
	assert_int_equal(code, 200);
	assert_non_null(strstr(page,
	    "<a rel=\"nofollow\" href=\"/timeline?service=a&amp;"
	    "from=2023-02-13T00:00:00.000Z&amp;to=2023-02-20T00:00:00.000Z\">"
	    "week of 2023-02-13</a>: Down "));
	free(page);
	expect(&c, "/?grain=month", 400, "grain is one of hour, day, week");
	expect(&c, "/?n=91", 400, "n is a number from 1 to 90");
	expect(&c, "/s/a?n=0", 400, "n is a number from 1 to 90");
	close_scene(&c);
}

/* Of an endpoint, how its recoveries went, and how much is known. */
void
a_year_in_figures(void **state)
{
	const wall_ms t = STORES_T0 + HOUR_MS;
	static const enum bucket then[] = {BUCKET_RECOVERING, BUCKET_DOWN,
	    BUCKET_UP, BUCKET_DOWN, BUCKET_UP};
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	stores_begin(c.store, STORES_T0);
	for (size_t i = 0; i < sizeof(then) / sizeof(then[0]); i++) {
		wall_ms at = t + (wall_ms)(i + 1) * 8 * MINUTE_MS;

		stores_put(c.store, c.endpoint,
		    &(struct output){.kind = OUTPUT_SPAN,
			.since = at,
			.bucket = then[i],
			.at = at});
	}
	put_checks(&c);
	stores_commit(c.store);
	greet(&c);
	expect(&c, "/e/a~eu", 200,
	    "<p>Of those after it was down, 3 are over within 365 days: 2 with "
	    "an all-clear, 1 failed again.");
	expect(&c, "/e/a~eu", 200,
	    "5 min</time></td><td data-name=\"So many came so far\">3</td>"
	    "<td data-name=\"Failed again later\">1</td>");
	expect(&c, "/e/a~eu", 200,
	    "10 min</time></td><td data-name=\"So many came so far\">2</td>"
	    "<td data-name=\"Failed again later\">0</td>");
	/* Seven hours less a minute, of 24. */
	expect(&c, "/e/a~eu", 200,
	    "<td data-name=\"Known of it\">29.097 %</td>");
	close_scene(&c);
}

void
what_is_planned_soon(void **state)
{
	static const char planned[] =
	    "[{\"id\":\"c1\",\"source\":\"config\",\"service\":\"a\","
	    "\"title\":\"new <disks>\",\"when\":\"once UTC\",\"timezone\":\"UTC\","
	    "\"now\":false,\"next\":[{\"from\":\"2023-02-20T02:00:00.000Z\","
	    "\"to\":\"2023-02-20T04:00:00.000Z\"}]},"
	    "{\"id\":\"c2\",\"source\":\"config\",\"service\":\"*\","
	    "\"title\":\"much later\",\"when\":\"once UTC\",\"timezone\":\"UTC\","
	    "\"now\":false,\"next\":[{\"from\":\"2023-03-20T02:00:00.000Z\","
	    "\"to\":\"2023-03-20T04:00:00.000Z\"}]}]";
	struct scene c;
	int code;
	char *page;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	tell_service(&c, "{\"id\":\"a\",\"name\":\"A\"}");
	expect(&c, "/", 200, "</html>");
	tell_text(&c, MSG_PLANNED, planned);
	tell_changed(&c, 2);
	page = get(&c, "/", &code, NULL);
	assert_non_null(strstr(page, "new &lt;disks&gt;"));
	assert_non_null(strstr(page, ">once UTC</td>"));
	assert_null(strstr(page, "much later"));
	free(page);
	expect(&c, "/maintenance", 200, "much later");
	expect(&c, "/s/a", 200, "new &lt;disks&gt;");
	page = get(&c, "/r/eu", &code, NULL);
	assert_null(strstr(page, "id=\"planned\""));
	free(page);
	close_scene(&c);
}
