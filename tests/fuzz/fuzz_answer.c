/* SPDX-License-Identifier: MIT */
/*
 * A hostile answer against rules of any kind: the first lines are patterns, a
 * JSON path and a value, the rest is what a server sent.  The verdict is of
 * the closed set, and what is kept of the answer is bounded and masked.
 */
#include "fuzz.h"
#include "input.h"

#include "io/response.h"
#include "probes/excerpt.h"
#include "probes/judge.h"

static const wall_ms now = 1676368853000;
enum { RULE_LINES = 5, ADVANCE_MAX = 4096 };

/* The next line of what is left; owned by caller (free()). */
static char *
take_line(const uint8_t **at, size_t *left)
{
	const uint8_t *end = *left > 0 ? memchr(*at, '\n', *left) : NULL;
	size_t n = end != NULL ? (size_t)(end - *at) : *left;
	char *line = input_text(*at, n);

	*at += end != NULL ? n + 1 : n;
	*left -= end != NULL ? n + 1 : n;
	return line;
}

/* As the library hands it over: line by line, then the body in pieces. */
static void
receive(struct response *r, const uint8_t *at, size_t left)
{
	response_reset(r, EXPECT_BODY_BYTES);
	while (left > 0) {
		const uint8_t *end = memchr(at, '\n', left);
		size_t n = end != NULL ? (size_t)(end - at) + 1 : left;

		if (!response_line(r, (const char *)at, n))
			return;
		at += n;
		left -= n;
		if (n <= 2)
			break;
	}
	while (left > 0) {
		size_t n = left < ADVANCE_MAX ? left : ADVANCE_MAX;

		if (!response_bytes(r, at, n))
			return;
		at += n;
		left -= n;
	}
}

static void
check(const struct verdict *v, const struct judge_case *c)
{
	struct excerpt x = {0};

	if (v->class >= CLASS_COUNT || v->reason >= REASON_COUNT ||
	    reason_class(v->reason) != v->class ||
	    memchr(v->detail, '\0', sizeof(v->detail)) == NULL)
		abort();
	excerpt_build(&x, c->result, v->detail, NULL);
	if (x.body_size > EXCERPT_BODY_MAX ||
	    (x.headers != NULL && strlen(x.headers) > EXCERPT_HEADER_BYTES))
		abort();
	excerpt_done(&x);
}

/* What the fetch of such a response would have given. */
static void
fetched(struct response *r, struct fetch_header *headers,
    struct fetch_result *got)
{
	got->headers = headers;
	got->header_count = response_headers(r, headers);
	got->body = r->body;
	got->body_size = r->body_bytes;
	if (r->fault == RESPONSE_BODY_TOO_LARGE)
		got->reason = REASON_BODY_TOO_LARGE;
	else if (r->fault != RESPONSE_FINE)
		got->reason = REASON_PROTOCOL_ERROR;
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	struct fetch_header headers[RESPONSE_LINES_MAX];
	struct response r = {0};
	struct fetch_result got = {.reason = REASON_OK, .code = 200};
	struct judge_case c = {.result = &got, .now = now};
	struct target_json json = {0};
	char name[] = "Server";
	struct target_pair pair = {.name = name};
	struct target_expect rules = {.json = &json, .headers = &pair};
	char *line[RULE_LINES];
	struct expect *e;
	struct verdict v;
	struct fail f;

	for (int i = 0; i < RULE_LINES; i++)
		line[i] = take_line(&bytes, &n);
	rules.body = line[0][0] != '\0' ? line[0] : NULL;
	rules.not_body = line[1][0] != '\0' ? line[1] : NULL;
	json.path = line[2];
	rules.json_count = line[2][0] != '\0';
	json.equals = line[3][0] != '\0' ? line[3] : NULL;
	json.max_age = json.equals == NULL ? MINUTE_MS : 0;
	pair.value = line[4];
	rules.header_count = line[4][0] != '\0';
	if (n > 0)
		got.code = (uint16_t)(100 + *bytes * 2);
	receive(&r, bytes, n);
	fetched(&r, headers, &got);
	e = expect_new(&rules, &f);
	if (e != NULL) {
		judge(e, &c, &v);
		check(&v, &c);
	}
	expect_free(e);
	response_done(&r);
	for (int i = 0; i < RULE_LINES; i++)
		free(line[i]);
	return 0;
}
