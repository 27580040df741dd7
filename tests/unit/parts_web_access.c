/* SPDX-License-Identifier: MIT */
#include "parts_web.h"

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
