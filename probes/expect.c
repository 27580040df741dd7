/* SPDX-License-Identifier: MIT */
#include "probes/expect.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include <jansson.h>

#include "base/mem.h"
#include "base/utc.h"
#include "io/pattern.h"
#include "probes/json_path.h"

struct expect {
	const struct target_expect *rules; /* borrowed */
	struct pattern *body, *not_body;
	struct pattern **headers; /* one for each header rule */
	json_t **equals;          /* one for each JSON rule; may be NULL */
};

static bool
compile_json(struct expect *e, struct fail *f)
{
	const struct target_expect *t = e->rules;

	e->equals = mem_array(t->json_count, sizeof(json_t *));
	for (size_t i = 0; i < t->json_count; i++) {
		const struct target_json *j = &t->json[i];

		if (!json_path_valid(j->path)) {
			(void)fail_set(f, ERR_SYNTAX,
			    "json: '%s' is not a path like $.a.b[0]", j->path);
			return false;
		}
		if (j->equals == NULL)
			continue;
		e->equals[i] = json_loads(j->equals,
		    JSON_DECODE_ANY | JSON_ALLOW_NUL, NULL);
		if (e->equals[i] == NULL) {
			(void)fail_set(f, ERR_SYNTAX,
			    "json: '%s' is not a JSON value", j->equals);
			return false;
		}
	}
	return true;
}

static bool
compile(const char *text, struct pattern **out, struct fail *f)
{
	if (text == NULL)
		return true;
	*out = pattern_new(text, NULL, f);
	return *out != NULL;
}

struct expect *
expect_new(const struct target_expect *rules, struct fail *f)
{
	struct expect *e = mem_zalloc(sizeof(*e));

	e->rules = rules;
	e->headers = mem_array(rules->header_count, sizeof(struct pattern *));
	if (!compile(rules->body, &e->body, f) ||
	    !compile(rules->not_body, &e->not_body, f) || !compile_json(e, f))
		goto fail;
	for (size_t i = 0; i < rules->header_count; i++) {
		if (!compile(rules->headers[i].value, &e->headers[i], f))
			goto fail;
	}
	return e;
fail:
	expect_free(e);
	return NULL;
}

void
expect_free(struct expect *e)
{
	if (e == NULL)
		return;
	pattern_free(e->body);
	pattern_free(e->not_body);
	for (size_t i = 0; i < e->rules->header_count; i++)
		pattern_free(e->headers[i]);
	for (size_t i = 0; e->equals != NULL && i < e->rules->json_count; i++)
		json_decref(e->equals[i]);
	mem_free(e->headers);
	mem_free(e->equals);
	mem_free(e);
}

bool
expect_status(const struct expect *e, uint16_t code)
{
	const struct target_expect *t = e->rules;

	if (t->status_count == 0)
		return code >= 200 && code <= 299;
	for (size_t i = 0; i < t->status_count; i++) {
		if (code >= t->status[i].from && code <= t->status[i].to)
			return true;
	}
	return false;
}

bool
expect_wants_success(const struct expect *e)
{
	const struct target_expect *t = e->rules;

	for (size_t i = 0; i < t->status_count; i++) {
		if (t->status[i].from <= 299 && t->status[i].to >= 200)
			return true;
	}
	return t->status_count == 0;
}

bool
expect_reads_body(const struct expect *e)
{
	return e->body != NULL || e->not_body != NULL ||
	    e->rules->json_count > 0;
}

static enum reason
from_pattern(enum pattern_result m, bool wanted, enum reason otherwise)
{
	if (m == PATTERN_LIMIT)
		return REASON_MATCHER_LIMIT;
	return (m == PATTERN_MATCH) == wanted ? REASON_OK : otherwise;
}

/* One of the headers of that name must match. */
static enum reason
check_header(const struct target_pair *rule, const struct pattern *p,
    const struct fetch_result *r, char *detail)
{
	enum reason reason = REASON_HEADER_MISMATCH;

	for (size_t i = 0; i < r->header_count; i++) {
		const struct fetch_header *h = &r->headers[i];

		if (strcasecmp(h->name, rule->name) != 0)
			continue;
		reason =
		    from_pattern(pattern_match(p, h->value, strlen(h->value)),
			true, REASON_HEADER_MISMATCH);
		if (reason != REASON_HEADER_MISMATCH)
			break;
	}
	if (reason != REASON_OK)
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "header %.40s does not match %.80s", rule->name,
		    rule->value);
	return reason;
}

static enum reason
check_type(const char *want, const struct fetch_result *r, char *detail)
{
	const char *have = fetch_header_find(r, "content-type");
	size_t n = have != NULL ? strcspn(have, "; \t") : 0;

	if (have != NULL && strlen(want) == n &&
	    strncasecmp(want, have, n) == 0)
		return REASON_OK;
	(void)snprintf(detail, EXPECT_DETAIL_BYTES, "%.60s instead of %.60s",
	    have != NULL ? have : "no content type", want);
	return REASON_TYPE_MISMATCH;
}

static enum reason
check_body(const struct expect *e, const void *body, size_t n, char *detail)
{
	enum reason reason = REASON_OK;

	if (e->body != NULL) {
		reason = from_pattern(pattern_match(e->body, body, n), true,
		    REASON_BODY_MISMATCH);
		if (reason != REASON_OK)
			(void)snprintf(detail, EXPECT_DETAIL_BYTES,
			    "nothing matches %.120s", e->rules->body);
	}
	if (reason == REASON_OK && e->not_body != NULL) {
		reason = from_pattern(pattern_match(e->not_body, body, n),
		    false, REASON_BODY_FORBIDDEN);
		if (reason != REASON_OK)
			(void)snprintf(detail, EXPECT_DETAIL_BYTES,
			    "something matches %.120s", e->rules->not_body);
	}
	return reason;
}

/* Seconds, or milliseconds when that is the only way it makes sense. */
static wall_ms
unix_time(double v)
{
	static const double as_ms_from = 1e11; /* seconds: in the year 5138 */

	if (!(v > 0 && v < 1e15))
		return 0;
	return (wall_ms)(v >= as_ms_from ? v : v * 1000);
}

static bool
young_enough(const json_t *v, span_ms max_age, wall_ms now)
{
	wall_ms t = 0;

	if (json_is_number(v))
		t = unix_time(json_number_value(v));
	else if (!json_is_string(v) || !utc_parse(json_string_value(v), &t))
		return false;
	return now - t <= max_age;
}

/* 1 and 1.0 are the same to everybody but a parser. */
static bool
same_value(const json_t *a, const json_t *b)
{
	if (json_is_number(a) && json_is_number(b) &&
	    !(json_is_integer(a) && json_is_integer(b))) {
		double x = json_number_value(a), y = json_number_value(b);

		return !(x < y) && !(x > y);
	}
	return json_equal(a, b) != 0;
}

static enum reason
check_json(const struct expect *e, const void *body, size_t n, wall_ms now,
    char *detail)
{
	const struct target_expect *t = e->rules;
	enum reason reason = REASON_OK;
	json_error_t why;
	json_t *root =
	    json_loadb(body, n, JSON_DECODE_ANY | JSON_ALLOW_NUL, &why);

	if (root == NULL) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES, "line %d: %.120s",
		    why.line, why.text);
		return REASON_JSON_INVALID;
	}
	for (size_t i = 0; i < t->json_count && reason == REASON_OK; i++) {
		const struct target_json *j = &t->json[i];
		const json_t *v = json_path_find(root, j->path);
		const char *fault = NULL;

		if (v == NULL)
			fault = "is missing";
		else if (e->equals[i] != NULL && !same_value(v, e->equals[i]))
			fault = "is not as expected";
		else if (j->max_age > 0 && !young_enough(v, j->max_age, now))
			fault = "is too old, or not a time";
		if (fault != NULL) {
			(void)snprintf(detail, EXPECT_DETAIL_BYTES, "%.100s %s",
			    j->path, fault);
			reason = REASON_JSON_MISMATCH;
		}
	}
	json_decref(root);
	return reason;
}

enum reason
expect_content(const struct expect *e, const struct fetch_result *r,
    wall_ms now, char detail[EXPECT_DETAIL_BYTES])
{
	const struct target_expect *t = e->rules;
	const void *body = r->body_size > 0 ? (const void *)r->body : "";
	size_t n =
	    r->body_size < EXPECT_BODY_BYTES ? r->body_size : EXPECT_BODY_BYTES;
	bool whole = r->reason == REASON_OK && n == r->body_size;
	enum reason reason = REASON_OK;

	for (size_t i = 0; i < t->header_count && reason == REASON_OK; i++)
		reason = check_header(&t->headers[i], e->headers[i], r, detail);
	if (reason == REASON_OK && t->type != NULL)
		reason = check_type(t->type, r, detail);
	if (reason != REASON_OK || !expect_reads_body(e))
		return reason;
	if (r->reason == REASON_BODY_TOO_LARGE ||
	    (t->json_count > 0 && !whole)) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "a rule looks into a body of %zu bytes or more",
		    r->body_size);
		return REASON_BODY_TOO_LARGE;
	}
	reason = check_body(e, body, n, detail);
	if (reason == REASON_OK && t->json_count > 0)
		reason = check_json(e, body, n, now, detail);
	return reason;
}
