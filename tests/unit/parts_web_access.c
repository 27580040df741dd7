/* SPDX-License-Identifier: MIT */
#include "parts_web.h"

#define MD ".md"

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
		target[n++] = (char)(*p == '*' ? 'x' : *p);
	target[n] = '\0';
	asked.target = target;
	v = httpd_sim_visit(c->httpd, &asked);
	pass(c, (wall_ms)2 * SECOND_MS);
	code = httpd_sim_answer(v).code;
	httpd_sim_forget(v);
	return code;
}

/* Nothing is served to who may not have it, and acts are for operators. */
void
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
		/* By then another may be wrong. */
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

static bool
is_said(struct scene *c, const char *authorization, const char *words)
{
	const char *headers[] = {authorization, NULL};
	struct visit *v = httpd_sim_visit(c->httpd,
	    &(struct httpd_sim_request){.method = "GET",
		.target = "/i/20230214-1",
		.headers = headers});
	bool said;

	pass(c, 0);
	assert_int_equal(httpd_sim_answer(v).code, 200);
	said = strstr(httpd_sim_answer(v).body, words) != NULL;
	httpd_sim_forget(v);
	return said;
}

/* Neither to sign in again, nor to acknowledge what somebody has. */
void
nobody_is_asked_for_what_is_done(void **state)
{
	static const char operator[] = "Authorization: Bearer operator";
	static const char reader[] = "Authorization: Bearer reader";
	const struct output amended = {.kind = OUTPUT_EVENT,
	    .event = EVENT_AMENDED,
	    .at = STORES_T0 + 2 * (wall_ms)HOUR_MS,
	    .incident = {20230214, 1}};
	const struct event_said acked = {ACT_ACK, "ann", NULL};
	struct scene c;
	char path[] = "/tmp/vigie-tokens-XXXXXX";

	(void)state;
	open_scene(&c);
	fill(&c);
	c.tokens = mkstemp(path);
	assert_true(write(c.tokens, TOKENS, sizeof(TOKENS) - 1) > 0);
	greet(&c);
	tell_service(&c, "{\"id\":\"a\",\"name\":\"A\"}");
	assert_true(is_said(&c, NULL, ">sign in</a>"));
	assert_false(is_said(&c, reader, ">sign in</a>"));
	assert_false(is_said(&c, operator, ">sign in</a>"));
	assert_true(is_said(&c, NULL, ">sign in</a>"));
	assert_true(is_said(&c, operator, ">Acknowledge</button>"));
	assert_false(is_said(&c, reader, ">Acknowledge</button>"));
	stores_begin(c.store, STORES_T0);
	store_put_said(c.store, c.endpoint, &amended, &acked, "{}");
	stores_commit(c.store);
	tell_changed(&c, 2);
	assert_false(is_said(&c, operator, ">Acknowledge</button>"));
	assert_true(is_said(&c, operator, ">Add a note</button>"));
	(void)close(c.tokens);
	(void)unlink(path);
	close_scene(&c);
}

/* A keeper that can open no more files sends none with its greeting. */
void
tokens_that_do_not_come_let_nobody_in(void **state)
{
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	c.tokens = -1;
	greet(&c);
	for (size_t i = 0; i < route_count; i++)
		if (route_table[i].least > LEVEL_PUBLIC)
			assert_int_equal(code_for(&c, &route_table[i], NULL),
			    401);
	assert_int_equal(code_for(&c, &route_table[0], NULL), 200);
	close_scene(&c);
}

/* What stands for the stars of a pattern, in turn; NULL: it has no answer here. */
static const struct {
	const char *pattern, *target;
} stars[] = {{"/i/*.json", "/i/20230214-1.json"},
    {"/i/*.md", "/i/20230214-1" MD}, {"/i/*", "/i/20230214-1"},
    {"/e/*.json", "/e/a~eu.json"}, {"/e/*/day/*", "/e/a~eu/day/2023-02-14"},
    {"/e/*", "/e/a~eu"}, {"/s/*", "/s/a"}, {"/r/*", "/r/eu"}, {"/t/*", "/t/x"},
    {"/badge/*", "/badge/a~eu.svg"},
    {"/api/v1/maintenance/*", "/api/v1/maintenance/c1"},
    {"/api/v1/endpoints/*/timeline", "/api/v1/endpoints/a~eu/timeline"},
    {"/api/v1/endpoints/*/latency", "/api/v1/endpoints/a~eu/latency"},
    {"/api/v1/endpoints/*/samples", "/api/v1/endpoints/a~eu/samples"},
    {"/api/v1/endpoints/*/availability", "/api/v1/endpoints/a~eu/availability"},
    {"/api/v1/endpoints/*", "/api/v1/endpoints/a~eu"},
    {"/api/v1/incidents/*/events", "/api/v1/incidents/20230214-1/events"},
    {"/api/v1/incidents/*/evidence", "/api/v1/incidents/20230214-1/evidence"},
    {"/api/v1/incidents/*", "/api/v1/incidents/20230214-1"},
    {"/assets/*", NULL},                    /* named by what is in them */
    {"/api/v1/endpoints/*/recovery", NULL}, /* nothing is remembered */
    {"/api/v1/stream", NULL}, {"/login", NULL}};

/* They are of no particular change, or for who asks alone. */
static const char *const untagged[] = {"/accounting", "/metrics", "/healthz",
    "/readyz", "/api/v1/incidents/*/evidence"};

static const char *
target_of(const char *pattern)
{
	for (size_t i = 0; i < sizeof(stars) / sizeof(stars[0]); i++)
		if (strcmp(stars[i].pattern, pattern) == 0)
			return stars[i].target;
	assert_null(strchr(pattern, '*'));
	return pattern;
}

static bool
is_tagged(const char *pattern)
{
	for (size_t i = 0; i < sizeof(untagged) / sizeof(untagged[0]); i++)
		if (strcmp(untagged[i], pattern) == 0)
			return false;
	return true;
}

static struct visit *
visit(struct scene *c, const char *method, const char *target, const char *etag)
{
	char match[96];
	const char *headers[] = {match, NULL};
	struct visit *v;

	(void)snprintf(match, sizeof(match), "If-None-Match: \"%s\"", etag);
	v = httpd_sim_visit(c->httpd,
	    &(struct httpd_sim_request){.method = method,
		.target = target,
		.headers = headers});
	pass(c, 0);
	return v;
}

/* The same address with HEAD, and again by who has it. */
static void
look_again(struct scene *c, const struct route *r, const char *target)
{
	struct visit *whole = visit(c, "GET", target, "none");
	struct visit *head = visit(c, "HEAD", target, "none"), *again;
	struct httpd_sim_answer a = httpd_sim_answer(whole);
	struct httpd_sim_answer b = httpd_sim_answer(head);

	if (a.code != 200 || b.code != 200)
		fail_msg("%s: %d, %d", target, a.code, b.code);
	assert_string_equal(a.type, b.type);
	assert_true(a.size > 0);
	assert_int_equal(b.size, 0);
	if ((a.etag != NULL) != is_tagged(r->pattern))
		fail_msg("%s: %s", target, a.etag != NULL ? a.etag : "no ETag");
	if (a.etag != NULL) {
		assert_string_equal(a.etag, b.etag);
		again = visit(c, "GET", target, a.etag);
		assert_int_equal(httpd_sim_answer(again).code, 304);
		assert_int_equal(httpd_sim_answer(again).size, 0);
		httpd_sim_forget(again);
	}
	httpd_sim_forget(whole);
	httpd_sim_forget(head);
}

void
who_has_it_is_not_sent_it_again(void **state)
{
	static const char planned[] =
	    "[{\"id\":\"c1\",\"service\":\"*\",\"title\":\"x\"}]";
	unsigned char buf[128];
	struct bytes_out o;
	struct scene c;

	(void)state;
	open_scene(&c);
	fill(&c);
	greet(&c);
	tell_service(&c, "{\"id\":\"a\",\"name\":\"A\",\"tags\":[\"x\"]}");
	bytes_out_init(&o, buf, sizeof(buf));
	bytes_put_text(&o, planned);
	tell(&c, MSG_PLANNED, &o, buf);
	tell_changed(&c, 2);
	for (size_t i = 0; i < route_count; i++) {
		const struct route *r = &route_table[i];
		const char *target =
		    r->method == HTTP_GET ? target_of(r->pattern) : NULL;

		if (target != NULL)
			look_again(&c, r, target);
	}
	expect(&c, "/api/v1/maintenance/c2", 404, "\"status\":404");
	close_scene(&c);
}
