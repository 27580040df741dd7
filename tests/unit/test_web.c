/* SPDX-License-Identifier: MIT */
/* The process that shows, in virtual time, over a real database. */
#include <fcntl.h>
#include <jansson.h>
#include <unistd.h>

#include "channel_sim.h"
#include "httpd_sim.h"
#include "loop_sim.h"
#include "store/acts.h"
#include "stores.h"
#include "web/routes.h"
#include "web/web.h"
#include "wire/message.h"
#include "wire/showing.h"

#define HOSTILE "<script>alert(1)</script>\x1b[31m\"'&"

enum { FRAME_BYTES = 4096 };

static const struct incident_id first = {20230214, 1};

struct scene {
	struct scratch folder;
	struct loop *loop;
	struct web *web;
	struct channel *ends[2]; /* the keeper's, and its own */
	struct store *store;
	struct httpd *httpd;
	int64_t endpoint;
	unsigned ready;
	bool ended;
	int tokens; /* a file of them; 0: none */
	struct changed now;
};

static void
on_frame(void *arg, const struct frame *f)
{
	struct scene *c = arg;

	c->ready += f->type == MSG_READY;
}

static void
on_end(void *arg, const char *why)
{
	struct scene *c = arg;

	(void)why;
	c->ended = true;
}

static void
pass(struct scene *c, span_ms time)
{
	loop_sim_run_until(c->loop, loop_now(c->loop) + time);
}

static void
send(struct scene *c, enum message_type type, const struct bytes_out *o,
    const unsigned char *body)
{
	assert_true(o->ok);
	assert_int_equal(channel_send(c->ends[0], (uint16_t)type, body, o->len),
	    OK);
	pass(c, 0);
}

static void
tell_changed(struct scene *c, uint64_t news)
{
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;

	c->now.change++;
	c->now.news = news;
	bytes_out_init(&o, buf, sizeof(buf));
	changed_put(&o, &c->now);
	send(c, MSG_CHANGED, &o, buf);
}

static void
tell_service(struct scene *c, const char *json)
{
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;

	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_text(&o, json);
	send(c, MSG_SERVICE, &o, buf);
}

static void
greet(struct scene *c)
{
	char none[] = "";
	struct showing show = {.database = c->folder.path,
	    .base_path = none,
	    .proxies = none};
	unsigned char buf[FRAME_BYTES];
	struct bytes_out o;
	int fds[] = {open("/dev/null", O_RDONLY | O_CLOEXEC), c->tokens};

	(void)scratch_path(&c->folder, "v.db");
	bytes_out_init(&o, buf, sizeof(buf));
	showing_put(&o, &show);
	assert_int_equal(channel_send_fds(c->ends[0], MSG_SHOW, buf, o.len, fds,
			     c->tokens > 0 ? 2 : 1),
	    OK);
	(void)close(fds[0]);
	pass(c, 0);
	c->httpd = httpd_sim_of(c->loop);
	tell_changed(c, 1);
}

static struct output
event(enum event_kind kind, wall_ms at, enum phase phase)
{
	return (struct output){.kind = OUTPUT_EVENT,
	    .event = kind,
	    .at = at,
	    .incident = first,
	    .phase = phase,
	    .kind_now = KIND_OUTAGE,
	    .kind_worst = KIND_OUTAGE,
	    .onset = at,
	    .class = CLASS_ORIGIN,
	    .reason = REASON_SERVER_ERROR,
	    .code = 503};
}

/* One endpoint, down since an hour after T0. */
static void
fill(struct scene *c)
{
	wall_ms at = STORES_T0 + HOUR_MS;
	const struct output begun = {.kind = OUTPUT_SPAN,
	    .since = STORES_T0,
	    .bucket = BUCKET_UP,
	    .at = STORES_T0};
	const struct output down = {.kind = OUTPUT_SPAN,
	    .since = at,
	    .bucket = BUCKET_DOWN,
	    .at = at};
	struct output opened = event(EVENT_OPENED, at, PHASE_OPEN);
	struct output noted = event(EVENT_AMENDED, at, PHASE_OPEN);
	const struct event_said said = {ACT_NOTE, HOSTILE, HOSTILE};

	c->store = stores_open(scratch_path(&c->folder, "v.db"), STORES_T0);
	stores_begin(c->store, STORES_T0);
	c->endpoint = store_endpoint(c->store, "a/eu", "a", "eu", STORES_T0);
	stores_put(c->store, c->endpoint, &begun);
	stores_put(c->store, c->endpoint, &down);
	stores_put(c->store, c->endpoint, &opened);
	store_put_said(c->store, c->endpoint, &noted, &said, "{}");
	stores_commit(c->store);
}

static void
open_scene(struct scene *c)
{
	struct channel_events own;
	const struct channel_events keeper = {.on_frame = on_frame,
	    .on_end = on_end,
	    .arg = c};

	*c = (struct scene){.loop = loop_sim_new(STORES_T0)};
	scratch_make(&c->folder);
	c->web = web_new(c->loop, NULL);
	own = web_events(c->web);
	channel_sim_pair(c->loop, &keeper, &own, c->ends);
	web_attach(c->web, c->ends[1]);
}

static void
close_scene(struct scene *c)
{
	web_free(c->web);
	channel_free(c->ends[0]);
	channel_free(c->ends[1]);
	store_close(c->store);
	loop_free(c->loop);
	scratch_remove(&c->folder);
}

/* Owned by the caller; *code and *etag (which may be NULL) of the answer. */
static char *
get(struct scene *c, const char *target, int *code, char *etag)
{
	struct visit *v = httpd_sim_get(c->httpd, target);
	struct httpd_sim_answer a;
	char *body;

	pass(c, 0);
	a = httpd_sim_answer(v);
	*code = a.code;
	if (etag != NULL)
		(void)snprintf(etag, 64, "%s", a.etag != NULL ? a.etag : "");
	body = strdup(a.body != NULL ? a.body : "");
	httpd_sim_forget(v);
	return body;
}

static void
expect(struct scene *c, const char *target, int code, const char *words)
{
	int got;
	char *body = get(c, target, &got, NULL);

	assert_int_equal(got, code);
	if (strstr(body, words) == NULL)
		fail_msg("%s: no '%s' in: %s", target, words, body);
	free(body);
}

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

static void
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

static void
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

/* SHA-256 of "reader" and of "operator". */
#define TOKENS                                                               \
	"# two of them\n"                                                    \
	"wall reader "                                                       \
	"3d0941964aa3ebdcb00ccef58b1bb399f9f898465e9886d5aec7f31090a0fb30\n" \
	"\n"                                                                 \
	"ann operator "                                                      \
	"06e55b633481f7bb072957eabcf110c972e86691c3cfedabe088024bffe42f23\n"

static int
code_for(struct scene *c, const struct route *r, const char *authorization)
{
	const char *headers[] = {"Content-Type: application/json",
	    authorization, NULL};
	const struct httpd_sim_request q = {.method = r->method == HTTP_POST
		? "POST"
		: "GET",
	    .headers = headers,
	    .body = r->method == HTTP_POST ? "[]" : NULL,
	    .body_size = r->method == HTTP_POST ? 2 : 0};
	struct httpd_sim_request asked = q;
	char target[128];
	size_t n = 0;
	struct visit *v;
	int code;

	for (const char *p = r->pattern; *p != '\0'; p++)
		target[n++] = *p == '*' ? 'x' : *p;
	target[n] = '\0';
	asked.target = target;
	v = httpd_sim_visit(c->httpd, &asked);
	pass(c, 2 * SECOND_MS);
	code = httpd_sim_answer(v).code;
	httpd_sim_forget(v);
	return code;
}

/* Nothing is served to who may not have it, and acts are for operators. */
static void
each_address_is_for_whom_its_row_says(void **state)
{
	static const char *const shown[] = {NULL,
	    "Authorization: Bearer reader", "Authorization: Bearer operator"};
	struct scene c;
	char path[] = "/tmp/vigie-tokens-XXXXXX";

	(void)state;
	open_scene(&c);
	fill(&c);
	c.tokens = mkstemp(path);
	assert_true(write(c.tokens, TOKENS, sizeof(TOKENS) - 1) > 0);
	greet(&c);
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &route_table[i];

		if (r->method == HTTP_POST)
			assert_int_equal(r->least, LEVEL_OPERATOR);
		for (unsigned level = 0; level <= LEVEL_OPERATOR; level++) {
			int code = code_for(&c, r, shown[level]);

			if (strcmp(r->pattern, "/login") == 0)
				assert_int_equal(code, level > 0 ? 303 : 401);
			else if (level >= r->least)
				assert_true(code != 401 && code != 403);
			else
				assert_int_equal(code, level > 0 ? 403 : 401);
		}
		if (i < 9) /* more are not waited for within a minute */
			assert_int_equal(code_for(&c, r,
					     "Authorization: Bearer nobody"),
			    401);
	}
	assert_int_equal(code_for(&c, &route_table[0],
			     "Authorization: Basic d2FsbDpyZWFkZXI="),
	    200);
	(void)close(c.tokens);
	(void)unlink(path);
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
	    cmocka_unit_test(what_people_write_stays_text),
	    cmocka_unit_test(rendered_once_for_each_change),
	    cmocka_unit_test(news_is_told_at_once_and_silence_is_none),
	    cmocka_unit_test(a_page_has_the_version_of_the_stream),
	    cmocka_unit_test(a_database_that_is_not_there_yet),
	    cmocka_unit_test(each_address_is_for_whom_its_row_says),
	    cmocka_unit_test(a_message_that_does_not_fit_ends_it),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
