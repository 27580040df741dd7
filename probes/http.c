/* SPDX-License-Identifier: MIT */
#include "probes/http.h"

#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/mem.h"
#include "probes/attempt.h"
#include "probes/grant.h"
#include "probes/maintenance.h"

static const size_t body_read_max = (size_t)1024 * 1024;

static void on_fetched(void *arg, const struct fetch_result *r);

/* All that goes to, or holds of, the origin it was configured for only. */
static void
add_own(struct probe *p, struct fetch_request *q)
{
	const struct plan *plan = p->plan;
	const struct target *t = &plan->target;

	q->headers = (const char *const *)plan->headers;
	q->http2 = t->http == TARGET_HTTP_2;
	q->userinfo = plan->secrets.text[TARGET_SECRET_BASIC];
	q->bearer = plan->secrets.text[TARGET_SECRET_BEARER];
	if (t->oauth.token_url != NULL)
		q->bearer = grant_text(p);
	q->cert = plan->secrets.text[TARGET_SECRET_CERT];
	q->key = plan->secrets.text[TARGET_SECRET_KEY];
	if (p->without_body || t->body == NULL)
		return;
	q->body = t->body;
	q->body_size = strlen(t->body);
}

static struct fetcher *
fetcher_of(const struct probe *p)
{
	/* A kept one may lead to another address than the one asked. */
	bool keep = p->plan->target.reuse && p->same_origin &&
	    p->only.family == FAMILY_ANY;

	return keep && p->env->keeping != NULL ? p->env->keeping
					       : p->env->fetcher;
}

void
http_begin(struct probe *p)
{
	const struct plan *plan = p->plan;
	const struct target *t = &plan->target;
	span_ms limit = 0;
	struct fetch_request q = {.url = p->url_text,
	    .method = p->without_body && t->method != NULL &&
		    strcasecmp(t->method, "HEAD") != 0
		? NULL
		: t->method,
	    .host = p->url.host,
	    .port = p->url.port,
	    .ca_file = t->ca_file,
	    .insecure = t->insecure,
	    .want_certificate =
		p->url.scheme == URL_HTTPS && probe_wants_certificate(p),
	    .proxy = t->proxy,
	    .timeout = probe_left(p),
	    .body_max = expect_reads_body(plan->expect) ? body_read_max
							: EXPECT_BODY_BYTES};

	if (q.timeout == 0) {
		probe_fail(p, REASON_TIMEOUT, "");
		return;
	}
	if (t->proxy != NULL) {
		(void)probe_add_step(p, NULL);
	} else {
		q.address = probe_next_address(p, &limit);
		if (q.address == NULL) {
			probe_fail(p, REASON_TIMEOUT, "");
			return;
		}
		q.connect_timeout = limit;
	}
	if (p->same_origin)
		add_own(p, &q);
	p->certificate_asked = q.want_certificate;
	/* Only a handshake shows it. */
	q.fresh = q.want_certificate || p->fresh;
	p->fetch = fetch_start(fetcher_of(p), &q, on_fetched, p);
	if (p->fetch == NULL)
		probe_fail(p, REASON_LOCAL_RESOURCE, "too many probes");
}

static void
end(struct probe *p, const struct fetch_result *r, enum reason redirect,
    const char *detail)
{
	struct judge_case c = {.result = r,
	    .total_us = probe_total_us(p),
	    .latency_max = p->plan->target.expect.latency,
	    .now = loop_now(p->env->loop),
	    .redirect = redirect,
	    .redirect_detail = detail,
	    .sent_elsewhere = p->sent_elsewhere};
	struct verdict v;

	judge(p->plan->expect, &c, &v);
	probe_finish(p, &v, r);
}

/* A 303, and the others for a POST, turn the request into a plain GET. */
static bool
loses_body(const struct probe *p, uint16_t code)
{
	const char *method = p->plan->target.method;

	if (code == 303)
		return true;
	return (code == 301 || code == 302) && method != NULL &&
	    strcasecmp(method, "POST") == 0;
}

/* Why it is not followed, or REASON_OK; detail for people. */
static enum reason
refuse(const struct probe *p, const struct url *to, uint16_t code,
    char detail[EXPECT_DETAIL_BYTES])
{
	const struct url *home = &p->plan->url;
	bool same = strcmp(to->origin, home->origin) == 0;

	if (maintenance_redirect(p->url.host, to->host, to->target) &&
	    !maintenance_redirect(p->url.host, home->host, home->target)) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "status %u, to %.100s%.40s", code, to->origin, to->target);
		return REASON_MAINT_REDIRECT;
	}
	if (p->url.scheme == URL_HTTPS && to->scheme != URL_HTTPS) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "from https: to %.100s", to->origin);
		return REASON_BAD_REDIRECT;
	}
	if (!same && !p->without_body && !loses_body(p, code) &&
	    p->plan->target.body != NULL) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "the request body may not go to %.100s", to->origin);
		return REASON_BAD_REDIRECT;
	}
	if (p->hops >= p->plan->target.redirects) {
		(void)snprintf(detail, EXPECT_DETAIL_BYTES,
		    "more than %u, next %.100s%.30s", p->plan->target.redirects,
		    to->origin, to->target);
		return p->plan->target.redirects > 0 ? REASON_TOO_MANY_REDIRECTS
						     : REASON_STATUS;
	}
	return REASON_OK;
}

/* Takes both. */
static void
follow(struct probe *p, char *url_text, struct url *to, uint16_t code)
{
	p->hops++;
	p->without_body = p->without_body || loses_body(p, code);
	/* Once away it stays away: the way back was not ours to choose. */
	p->same_origin =
	    p->same_origin && strcmp(to->origin, p->plan->url.origin) == 0;
	/* The steps before keep their URL; free_probe() finds it there. */
	p->url_text = url_text;
	url_done(&p->url);
	p->url = *to;
	if (p->plan->target.proxy != NULL)
		http_begin(p);
	else
		probe_lookup(p);
}

static void
redirected(struct probe *p, const struct fetch_result *r)
{
	const char *location = fetch_header_find(r, "location");
	char detail[EXPECT_DETAIL_BYTES] = "no Location";
	char *url_text = NULL;
	struct url to = {0};
	struct fail f;
	enum reason reason;

	if (location == NULL ||
	    url_join(p->url_text, location, &url_text, &f) != OK ||
	    url_parse(url_text, &to, &f) != OK) {
		if (location != NULL)
			(void)snprintf(detail, sizeof(detail), "to %.120s",
			    location);
		mem_free(url_text);
		end(p, r,
		    p->plan->target.redirects > 0 ? REASON_BAD_REDIRECT
						  : REASON_STATUS,
		    detail);
		return;
	}
	if (p->url.scheme == URL_HTTP && !url_same_site(p->url.host, to.host))
		p->sent_elsewhere = true;
	reason = refuse(p, &to, r->code, detail);
	if (reason == REASON_OK) {
		p->proven = !p->sent_elsewhere;
		follow(p, url_text, &to, r->code);
		return;
	}
	end(p, r, reason, detail);
	mem_free(url_text);
	url_done(&to);
}

/* A server may end what was kept at any time, also while it is asked. */
static bool
was_stale(const struct probe *p, const struct fetch_result *r)
{
	return r->was_kept && r->code == 0 && !p->fresh &&
	    (r->reason == REASON_TRUNCATED ||
		r->reason == REASON_PROTOCOL_ERROR ||
		r->reason == REASON_CONNECTION_RESET);
}

static void
on_fetched(void *arg, const struct fetch_result *r)
{
	struct probe *p = arg;

	struct fetch_result blamed;

	p->fetch = NULL;
	probe_note_fetch(p, r);
	if (was_stale(p, r)) {
		p->fresh = true;
		p->address_next = 0;
		http_begin(p);
		return;
	}
	if (probe_may_retry(p, r->reason)) {
		http_begin(p);
		return;
	}
	blamed = *r;
	blamed.reason = probe_blame(p, r->reason);
	p->other_version = p->other_version || r->other_version;
	blamed.other_version = p->other_version;
	r = &blamed;
	if ((r->reason == REASON_OK || r->reason == REASON_BODY_TOO_LARGE) &&
	    judge_redirects(r->code) &&
	    !expect_status(p->plan->expect, r->code))
		redirected(p, r);
	else if (expect_status(p->plan->expect, r->code) || !grant_renews(p, r))
		end(p, r, REASON_OK, NULL);
}
