/* SPDX-License-Identifier: MIT */
#include "probes/token_answer.h"

#include <jansson.h>
#include <malloc.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "core/sample.h"
#include "probes/retry_after.h"

static const int64_t assumed_s = 3600, shortest_s = 10, longest_s = 86400;

/* Anything larger is longer than the longest. */
enum { DIGITS_MAX = 12 };

static void
say(struct token_answer *a, enum reason reason, const char *detail)
{
	a->reason = reason;
	(void)snprintf(a->detail, sizeof(a->detail), "%s", detail);
}

/* The library leaves copies of the token in what it frees. */
static void
wipe_and_free(void *p)
{
	if (p != NULL)
		explicit_bzero(p, malloc_usable_size(p));
	mem_free(p);
}

/* As RFC 6750 sends it: nothing that could change the shape of a request. */
static bool
is_showable(const char *token)
{
	size_t n = strlen(token);

	for (size_t i = 0; i < n; i++) {
		if (token[i] <= ' ' || token[i] > '~')
			return false;
	}
	return n > 0 && n <= TOKEN_BYTES_MAX;
}

static int64_t
seconds_of_text(const char *text)
{
	size_t n = strspn(text, "0123456789");

	if (n == 0 || text[n] != '\0')
		return 0;
	return n > DIGITS_MAX ? longest_s : strtoll(text, NULL, 10);
}

/* Some servers write it as text.  0: no time that is to come. */
static int64_t
seconds_of(const json_t *v)
{
	if (v == NULL || json_is_null(v))
		return assumed_s;
	if (json_is_integer(v))
		return json_integer_value(v);
	if (json_is_real(v))
		return json_real_value(v) < (double)longest_s
		    ? (int64_t)json_real_value(v)
		    : longest_s;
	return json_is_string(v) ? seconds_of_text(json_string_value(v)) : 0;
}

static void
read_lifetime(struct token_answer *a, const json_t *v)
{
	int64_t s = seconds_of(v);

	if (s <= 0) {
		say(a, REASON_TOKEN_INVALID,
		    "its expires_in is no time that is to come");
		return;
	}
	if (s < shortest_s)
		s = shortest_s;
	if (s > longest_s)
		s = longest_s;
	a->lifetime = s * SECOND_MS;
}

static void
read_token(struct token_answer *a, const json_t *root)
{
	const json_t *type = json_object_get(root, "token_type");
	const json_t *token = json_object_get(root, "access_token");

	if (!json_is_object(root)) {
		say(a, REASON_TOKEN_INVALID, "the answer is no JSON object");
	} else if (!json_is_string(token)) {
		say(a, REASON_TOKEN_INVALID,
		    "the answer holds no access_token");
	} else if (!is_showable(json_string_value(token))) {
		say(a, REASON_TOKEN_INVALID,
		    "its access_token is empty, too long, or holds bytes that "
		    "no token may hold");
	} else if (type != NULL &&
	    (!json_is_string(type) ||
		strcasecmp(json_string_value(type), "bearer") != 0)) {
		say(a, REASON_TOKEN_INVALID, "its token_type is not Bearer");
	} else {
		read_lifetime(a, json_object_get(root, "expires_in"));
		if (a->reason == REASON_OK)
			a->token = mem_dup(json_string_value(token));
	}
}

/* One that the RFC names; anything else is theirs to say, not ours. */
static const char *
known_error(const json_t *root)
{
	static const char *const known[] = {"invalid_request", "invalid_client",
	    "invalid_grant", "unauthorized_client", "unsupported_grant_type",
	    "invalid_scope", "invalid_target", "access_denied",
	    "temporarily_unavailable"};
	const char *error = json_string_value(json_object_get(root, "error"));

	for (size_t i = 0;
	     error != NULL && i < sizeof(known) / sizeof(known[0]); i++) {
		if (strcmp(error, known[i]) == 0)
			return known[i];
	}
	return NULL;
}

static enum reason
reason_of_status(uint16_t code)
{
	if (code == 400 || code == 401 || code == 403)
		return REASON_TOKEN_REFUSED;
	if (code == 408 || code == 429 || (code >= 500 && code <= 599))
		return REASON_TOKEN_UNREACHABLE;
	return REASON_TOKEN_INVALID;
}

static void
read_refusal(struct token_answer *a, const struct fetch_result *r,
    const json_t *root)
{
	const char *error = known_error(root);

	a->reason = reason_of_status(r->code);
	(void)snprintf(a->detail, sizeof(a->detail), "status %u%s%s%s", r->code,
	    error != NULL ? ", " : "", error != NULL ? error : "",
	    r->code >= 300 && r->code <= 399 ? ": it is not followed" : "");
}

void
token_answer_read(struct token_answer *a, const struct fetch_result *r,
    wall_ms now)
{
	json_malloc_t before_malloc;
	json_free_t before_free;
	json_t *root = NULL;

	*a = (struct token_answer){.retry_after_s = RETRY_AFTER_ABSENT};
	if (r->reason == REASON_BODY_TOO_LARGE) {
		say(a, REASON_TOKEN_INVALID, "the answer is too large");
		return;
	}
	if (r->reason != REASON_OK) {
		say(a, REASON_TOKEN_UNREACHABLE, r->detail);
		return;
	}
	a->retry_after_s =
	    retry_after_parse(fetch_header_find(r, "retry-after"),
		fetch_header_find(r, "date"), now);
	json_get_alloc_funcs(&before_malloc, &before_free);
	json_set_alloc_funcs(mem_zalloc, wipe_and_free);
	if (r->body_size > 0)
		root = json_loadb((const char *)r->body, r->body_size,
		    JSON_REJECT_DUPLICATES, NULL);
	if (r->code == 200)
		read_token(a, root);
	else
		read_refusal(a, r, root);
	json_decref(root);
	json_set_alloc_funcs(before_malloc, before_free);
}

void
token_answer_done(struct token_answer *a)
{
	if (a->token != NULL)
		explicit_bzero(a->token, strlen(a->token));
	mem_free(a->token);
	a->token = NULL;
}
