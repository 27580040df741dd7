/* SPDX-License-Identifier: MIT */
#include "probes/judge.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "core/sample.h"
#include "probes/maintenance.h"
#include "probes/retry_after.h"

/* 2023-01-01: a clock before it was never set. */
static const wall_ms earliest_now = INT64_C(1672531200000);

enum { MARK_BODY_BYTES = 8192 };

static bool
body_says(const struct fetch_result *r, const char *mark)
{
	size_t n =
	    r->body_size < MARK_BODY_BYTES ? r->body_size : MARK_BODY_BYTES;

	return n > 0 && memmem(r->body, n, mark, strlen(mark)) != NULL;
}

/* Signs that it was not the service but a filter before it that refused. */
static bool
bot_filter(const struct fetch_result *r)
{
	static const char *const marks[] = {"error code: 1006",
	    "error code: 1007", "error code: 1008", "error code: 1009",
	    "error code: 1010", "error code: 1012", "error code: 1015",
	    "error code: 1020", "_Incapsula_Resource", "/cdn-cgi/challenge",
	    "Attention Required! | Cloudflare", "Pardon Our Interruption",
	    "geo.captcha-delivery.com"};

	if (fetch_header_find(r, "cf-mitigated") != NULL ||
	    fetch_header_find(r, "x-amzn-waf-action") != NULL ||
	    fetch_header_find(r, "x-sucuri-block") != NULL)
		return true;
	if (r->code != 403)
		return false;
	for (size_t i = 0; i < sizeof(marks) / sizeof(marks[0]); i++) {
		if (body_says(r, marks[i]))
			return true;
	}
	return false;
}

static void
say_status(const struct fetch_result *r, struct verdict *v)
{
	const char *where = fetch_header_find(r, "location");

	if (judge_redirects(r->code) && where != NULL)
		(void)snprintf(v->detail, sizeof(v->detail),
		    "status %u, to %.100s", r->code, where);
	else
		(void)snprintf(v->detail, sizeof(v->detail), "status %u",
		    r->code);
}

static void
say_claim(const struct fetch_result *r, enum reason claim, struct verdict *v)
{
	v->detail[0] = '\0';
	if (claim == REASON_MAINT_PHRASE)
		(void)snprintf(v->detail, sizeof(v->detail),
		    "status %u, the body says \"%s\"", r->code,
		    maintenance_phrase(r->body, r->body_size));
	else if (claim == REASON_MAINT_RETRY_AFTER)
		(void)snprintf(v->detail, sizeof(v->detail),
		    "status %u, retry after %d s", r->code,
		    (int)v->retry_after_s);
}

/* The status is not one that is expected: why is it what it is? */
static enum reason
judge_status(const struct expect *e, const struct fetch_result *r)
{
	if (r->code == 401 || r->code == 403 || r->code == 407)
		return expect_wants_success(e) ? REASON_AUTH : REASON_STATUS;
	return r->code >= 500 && r->code <= 599 ? REASON_SERVER_ERROR
						: REASON_STATUS;
}

static enum reason
judge_answer(const struct expect *e, const struct judge_case *c,
    struct verdict *v)
{
	const struct fetch_result *r = c->result;
	bool status_fine = expect_status(e, r->code);
	enum reason reason = REASON_OK, claim;

	if (status_fine) {
		reason = expect_content(e, r, c->now, v->detail);
		if (reason == REASON_OK && r->other_version) {
			(void)snprintf(v->detail, sizeof(v->detail),
			    "status %u over HTTP/1.1, not HTTP/2", r->code);
			return REASON_HTTP_VERSION;
		}
		if (reason == REASON_OK && c->latency_max > 0 &&
		    c->total_us / 1000 > c->latency_max)
			return REASON_TOO_SLOW;
		if (reason == REASON_OK || reason == REASON_MATCHER_LIMIT)
			return reason;
	}
	if (!status_fine && r->code == 429)
		return REASON_RATE_LIMITED;
	if (bot_filter(r))
		return REASON_BOT_FILTER;
	if (c->redirect == REASON_MAINT_REDIRECT)
		claim = REASON_MAINT_REDIRECT;
	else
		claim = maintenance_claim(r, v->retry_after_s);
	if (claim != REASON_OK) {
		say_claim(r, claim, v);
		return claim;
	}
	if (status_fine)
		return reason;
	if (c->redirect != REASON_OK)
		return c->redirect;
	return judge_status(e, r);
}

/* No answer: most reasons stand as they are. */
static enum reason
judge_failure(const struct judge_case *c)
{
	enum reason reason = c->result->reason;

	if (c->now < earliest_now &&
	    (reason == REASON_TLS_NOT_YET_VALID ||
		reason == REASON_TLS_EXPIRED))
		return REASON_LOCAL_CLOCK;
	return reason;
}

void
judge(const struct expect *e, const struct judge_case *c, struct verdict *v)
{
	const struct fetch_result *r = c->result;
	bool answered =
	    r->reason == REASON_OK || r->reason == REASON_BODY_TOO_LARGE;

	*v = (struct verdict){.retry_after_s = RETRY_AFTER_ABSENT};
	if (answered) {
		v->retry_after_s =
		    retry_after_parse(fetch_header_find(r, "retry-after"),
			fetch_header_find(r, "date"), c->now);
		v->reason = judge_answer(e, c, v);
	} else {
		v->reason = judge_failure(c);
	}
	v->class = reason_class(v->reason);
	/* A redirect refused by our own policy was still an answer. */
	v->path_proven =
	    !c->sent_elsewhere && (answered || class_proves_path(v->class));
	if (v->detail[0] != '\0' || v->class == CLASS_OK)
		return;
	if (c->redirect == v->reason && c->redirect_detail != NULL)
		(void)snprintf(v->detail, sizeof(v->detail), "%s",
		    c->redirect_detail);
	else if (answered)
		say_status(r, v);
	else
		(void)snprintf(v->detail, sizeof(v->detail), "%s", r->detail);
}

bool
judge_redirects(uint16_t code)
{
	return code == 301 || code == 302 || code == 303 || code == 307 ||
	    code == 308;
}
