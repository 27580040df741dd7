/* SPDX-License-Identifier: MIT */
#include "probes/dns.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "io/policy.h"
#include "probes/attempt.h"

static void on_recorded(void *arg, const struct record_answer *a);

enum reason
dns_begin(struct probe *p)
{
	const struct dns_question *q = &p->plan->question;
	struct probe_step *s = probe_add_step(p, q->forced ? &q->server : NULL);

	s->port = q->port;
	if (q->forced && !policy_probe_allows(&q->server))
		return REASON_BLOCKED_BY_POLICY;
	p->record = record_ask(p->env->recorder, p->url.host, q, probe_left(p),
	    on_recorded, p);
	return REASON_OK;
}

/* One of the lines is this record. */
static bool
holds(const char *lines, const char *record, size_t n)
{
	while (*lines != '\0') {
		size_t size = strcspn(lines, "\n");

		if (size == n && memcmp(lines, record, n) == 0)
			return true;
		lines += size;
		lines += *lines == '\n' ? 1 : 0;
	}
	return false;
}

/* The records must be those listed, whatever their order. */
static enum reason
check_records(const struct plan *plan, const char *text, struct verdict *v)
{
	const struct target_expect *e = &plan->target.expect;
	struct text all;
	const char *at = text;
	enum reason reason = REASON_OK;

	if (e->record_count == 0)
		return REASON_OK;
	text_init(&all, DNSRECORD_TEXT_BYTES);
	for (size_t i = 0; i < e->record_count; i++) {
		char *one =
		    dnsrecord_normal(plan->question.type, e->records[i]);

		if (reason == REASON_OK && !holds(text, one, strlen(one))) {
			reason = REASON_BODY_MISMATCH;
			(void)snprintf(v->detail, sizeof(v->detail),
			    "no record %.120s", one);
		}
		text_printf(&all, "%s\n", one);
		mem_free(one);
	}
	while (reason == REASON_OK && *at != '\0') {
		size_t n = strcspn(at, "\n");

		if (!holds(text_str(&all), at, n)) {
			reason = REASON_BODY_FORBIDDEN;
			(void)snprintf(v->detail, sizeof(v->detail),
			    "unexpected record %.*s", (int)(n < 120 ? n : 120),
			    at);
		}
		at += n;
		at += *at == '\n' ? 1 : 0;
	}
	text_done(&all);
	return reason;
}

static enum reason
judge_records(struct probe *p, const struct fetch_result *r, struct verdict *v)
{
	span_ms limit = p->plan->target.expect.latency;
	enum reason reason = check_records(p->plan, (const char *)r->body, v);

	if (reason == REASON_OK)
		reason = expect_content(p->plan->expect, r,
		    loop_now(p->env->loop), v->detail);
	if (reason == REASON_OK && limit > 0 &&
	    probe_total_us(p) / 1000 > limit)
		reason = REASON_TOO_SLOW;
	return reason;
}

static void
on_recorded(void *arg, const struct record_answer *a)
{
	struct probe *p = arg;
	struct probe_step *s = &p->steps[p->step_count - 1];
	const struct plan *plan = p->plan;
	struct fetch_result r = {.reason = a->reason,
	    .body = (const unsigned char *)a->text,
	    .body_size = strlen(a->text)};
	struct verdict v = {.reason = a->reason,
	    .retry_after_s = RETRY_AFTER_ABSENT};

	p->record = NULL;
	s->wait_us = a->took_us;
	if (a->reason == REASON_OK)
		v.reason = judge_records(p, &r, &v);
	else
		(void)snprintf(v.detail, sizeof(v.detail), "%s of %.120s",
		    dnsrecord_type_name(plan->question.type), p->url.host);
	s->reason = v.reason;
	v.class = reason_class(v.reason);
	v.path_proven = class_proves_path(v.class) ||
	    (a->answered && plan->question.forced);
	probe_finish(p, &v, &r);
}
