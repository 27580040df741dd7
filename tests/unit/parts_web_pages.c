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
	close_scene(&c);
}

void
a_time_that_is_asked_for(void **state)
{
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
	expect(&c, "/timeline?range=8d", 400, "range is one of 24h, 7d, ");
	expect(&c, "/timeline?from=2023-02-15&to=2023-02-14", 400,
	    "from is before to");
	expect(&c, "/timeline?from=1971-01-01&to=2023-02-14", 400,
	    "at most ten years");
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
	expect(&c, "/e/a~eu", 200,
	    "24 h</td><td data-name=\"Available\">20.000 %</td>"
	    "<td data-name=\"By contract\">33.333 %</td>");
	expect(&c, "/accounting", 200, "(U + G) / (K &minus; Mp)");
	close_scene(&c);
}
