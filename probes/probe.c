/* SPDX-License-Identifier: MIT */
#include "probes/probe.h"

#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "io/certificate.h"
#include "io/policy.h"
#include "probes/attempt.h"
#include "probes/dns.h"
#include "probes/excerpt.h"
#include "probes/grant.h"
#include "probes/http.h"
#include "probes/icmp.h"
#include "probes/tcp.h"
#include "probes/tls.h"

/* Asking for the certificate costs 6 % of a TLS probe. */
static const span_ms certificate_every = HOUR_MS;

static void begin(struct probe *p);
static void on_early(void *arg);
static void on_resolved(void *arg, const struct resolved *r);

/* Not from inside the call that asked; REASON_OK: begin without a lookup. */
static void
end_early(struct probe *p, enum reason reason)
{
	p->early = reason;
	if (p->timer == NULL)
		p->timer = timer_new(p->env->loop, on_early, p);
	timer_arm(p->timer, 0);
}

/*
 * OK, or why ours is not worth showing: a server may hang up on it without a
 * word, which would look like a failure of its own.
 */
static enum reason
own_certificate(const struct probe *p)
{
	wall_ms wall = loop_wall(p->env->loop);

	if (p->plan->own_until == 0 || p->url.scheme == URL_HTTP)
		return REASON_OK;
	if (wall >= p->plan->own_until)
		return REASON_CLIENT_CERT_UNUSABLE;
	if (wall >= p->plan->own_from)
		return REASON_OK;
	return certificate_clock_unset(wall) ? REASON_LOCAL_CLOCK
					     : REASON_CLIENT_CERT_UNUSABLE;
}

static void
fail_early(struct probe *p)
{
	bool over = loop_wall(p->env->loop) >= p->plan->own_until;
	char when[UTC_TEXT_BYTES], detail[EXPECT_DETAIL_BYTES] = "";

	if (p->early == REASON_CLIENT_CERT_UNUSABLE)
		(void)snprintf(detail, sizeof(detail), "it %s %.10s",
		    over ? "expired on" : "is not valid before",
		    utc_format(over ? p->plan->own_until : p->plan->own_from,
			when));
	probe_fail(p, p->early, detail);
}

struct probe *
probe_start(const struct probe_env *env, struct plan *plan, probe_fn *fn,
    void *arg)
{
	return probe_start_at(env, plan, NULL, plan->target.timeout, fn, arg);
}

struct probe *
probe_start_at(const struct probe_env *env, struct plan *plan,
    const struct address *only, span_ms timeout, probe_fn *fn, void *arg)
{
	struct probe *p = mem_zalloc(sizeof(*p));
	struct fail f;

	p->env = env;
	p->plan = plan;
	p->fn = fn;
	p->arg = arg;
	p->start = loop_now(env->loop);
	p->deadline = p->start + timeout;
	p->same_origin = true;
	p->url_text = mem_dup(plan->target.url);
	if (only != NULL)
		p->only = *only;
	if (url_parse(p->url_text, &p->url, &f) != OK)
		end_early(p, REASON_BLOCKED_BY_POLICY);
	else if (own_certificate(p) != REASON_OK)
		end_early(p, own_certificate(p));
	else if (plan->target.oauth.token_url != NULL && url_is_web(&p->url))
		grant_begin(p);
	else
		probe_begin(p);
	return p;
}

void
probe_begin(struct probe *p)
{
	if (p->plan->target.proxy != NULL && url_is_web(&p->url)) {
		end_early(p, REASON_OK);
	} else if (p->url.scheme == URL_DNS) {
		enum reason reason = dns_begin(p);

		if (reason != REASON_OK)
			end_early(p, reason);
	} else {
		probe_lookup(p);
	}
}

static void
on_early(void *arg)
{
	struct probe *p = arg;

	if (p->early == REASON_OK)
		begin(p);
	else
		fail_early(p);
}

/* Steps of one hop stand together and share its URL. */
static void
free_probe(struct probe *p)
{
	for (size_t i = 0; i < p->step_count; i++) {
		char *url = p->steps[i].url;
		const char *later =
		    i + 1 < p->step_count ? p->steps[i + 1].url : p->url_text;

		if (url != later)
			mem_free(url);
	}
	each_free(p->each);
	timer_free(p->timer);
	timer_free(p->patience);
	mem_free(p->url_text);
	url_done(&p->url);
	mem_free(p);
}

void
probe_cancel(struct probe *p)
{
	if (p == NULL)
		return;
	if (p->resolution != NULL)
		resolve_cancel(p->resolution);
	if (p->fetch != NULL)
		fetch_cancel(p->fetch);
	if (p->dial != NULL)
		dial_cancel(p->dial);
	if (p->record != NULL)
		record_cancel(p->record);
	if (p->ping != NULL)
		ping_cancel(p->ping);
	grant_cancel(p);
	free_probe(p);
}

span_ms
probe_left(const struct probe *p)
{
	span_ms left = p->deadline - loop_now(p->env->loop);

	return left > 0 ? left : 0;
}

void
probe_lookup(struct probe *p)
{
	if (p->only.family != FAMILY_ANY &&
	    strcmp(p->url.host, p->plan->url.host) == 0) {
		p->addresses[0] = p->only;
		p->address_count = 1;
		p->address_next = 0;
		end_early(p, REASON_OK);
		return;
	}
	p->resolution = resolve_start(p->env->resolver, p->url.host,
	    (enum family)p->plan->target.family, probe_left(p), on_resolved, p);
	if (p->resolution == NULL)
		end_early(p, REASON_LOCAL_RESOURCE);
}

static void
add_address(struct probe *p, const struct address *a)
{
	for (size_t i = 0; i < p->address_count; i++) {
		if (memcmp(&p->addresses[i], a, sizeof(*a)) == 0)
			return;
	}
	if (p->address_count < ADDRESSES_TRIED_MAX)
		p->addresses[p->address_count++] = *a;
}

static const struct address *
first_allowed(const struct resolved *r, enum family wanted)
{
	for (size_t i = 0; i < r->count; i++) {
		if ((wanted == FAMILY_ANY ||
			r->addresses[i].family == wanted) &&
		    policy_probe_allows(&r->addresses[i]))
			return &r->addresses[i];
	}
	return NULL;
}

/*
 * One of each family before a second of any: where one family is broken the
 * other is the better bet.  The family that worked last time goes first.
 */
static void
choose_addresses(struct probe *p, const struct resolved *r)
{
	const struct plan *plan = p->plan;
	const struct address *first = NULL, *other;

	if (plan->has_usual)
		first = first_allowed(r, plan->usual.family);
	if (first == NULL)
		first = first_allowed(r, FAMILY_ANY);
	if (first == NULL)
		return;
	add_address(p, first);
	other = first_allowed(r,
	    first->family == FAMILY_IPV4 ? FAMILY_IPV6 : FAMILY_IPV4);
	if (other != NULL)
		add_address(p, other);
	for (size_t i = 0; i < r->count; i++) {
		if (policy_probe_allows(&r->addresses[i]))
			add_address(p, &r->addresses[i]);
	}
}

static void
begin(struct probe *p)
{
	switch (p->url.scheme) {
	case URL_HTTP:
	case URL_HTTPS:
		http_begin(p);
		break;
	case URL_TCP:
		tcp_begin(p);
		break;
	case URL_TLS:
		tls_begin(p);
		break;
	case URL_ICMP:
		icmp_begin(p);
		break;
	case URL_DNS: /* begins without a lookup */
		break;
	}
}

static void
on_resolved(void *arg, const struct resolved *r)
{
	struct probe *p = arg;
	char text[ADDRESS_TEXT_BYTES], detail[160];

	p->resolution = NULL;
	p->dns_us = r->took_us;
	p->address_count = 0;
	p->address_next = 0;
	if (r->reason != REASON_OK || r->count == 0) {
		(void)probe_add_step(p, NULL);
		(void)snprintf(detail, sizeof(detail), "%.120s", p->url.host);
		probe_fail(p,
		    r->reason != REASON_OK ? r->reason : REASON_DNS_EMPTY,
		    detail);
		return;
	}
	choose_addresses(p, r);
	if (p->address_count == 0) {
		p->redirect_blocked = p->hops > 0;
		(void)probe_add_step(p, &r->addresses[0]);
		(void)snprintf(detail, sizeof(detail), "%.80s at %s",
		    p->url.host, address_format(&r->addresses[0], text));
		probe_fail(p, REASON_BLOCKED_BY_POLICY, detail);
	} else if (p->plan->target.addresses == TARGET_ADDRESSES_ALL &&
	    p->only.family == FAMILY_ANY) {
		p->took_us = p->dns_us;
		each_begin(p, r);
	} else {
		begin(p);
	}
}

struct probe_step *
probe_add_step(struct probe *p, const struct address *a)
{
	struct probe_step *s;

	if (p->step_count == PROBE_STEPS_MAX) {
		/* Six hops of four addresses fit; no more are allowed. */
		s = &p->steps[PROBE_STEPS_MAX - 1];
		p->rest_us += s->dns_us + s->connect_us + s->tls_us +
		    s->wait_us + s->receive_us;
	} else {
		s = &p->steps[p->step_count++];
	}
	*s = (struct probe_step){.url = p->url_text,
	    .port = p->url.port,
	    .dns_us = p->dns_us};
	if (a != NULL)
		s->address = *a;
	p->dns_us = 0;
	return s;
}

const struct address *
probe_next_address(struct probe *p, span_ms *limit)
{
	const struct address *a;
	span_ms left = probe_left(p);

	if (p->address_next == p->address_count || left == 0)
		return NULL;
	a = &p->addresses[p->address_next++];
	*limit = p->address_next < p->address_count ? (left + 1) / 2 : left;
	(void)probe_add_step(p, a);
	return a;
}

bool
probe_may_retry(const struct probe *p, enum reason reason)
{
	if (p->address_next == p->address_count || probe_left(p) == 0)
		return false;
	return reason_class(reason) == CLASS_CONNECT ||
	    reason == REASON_TIMEOUT_CONNECT || reason == REASON_TIMEOUT_TLS ||
	    reason == REASON_LOCAL_NETWORK;
}

enum reason
probe_blame(const struct probe *p, enum reason last)
{
	if (reason_class(last) != CLASS_LOCAL)
		return last;
	for (size_t i = p->step_count; i > 0; i--) {
		const struct probe_step *s = &p->steps[i - 1];
		enum sample_class class = reason_class(s->reason);

		if (s->url != p->url_text)
			break;
		if (class == CLASS_CONNECT || class == CLASS_TIMEOUT)
			return s->reason;
	}
	return last;
}

bool
probe_wants_certificate(const struct probe *p)
{
	const struct plan *plan = p->plan;

	return p->hops == 0 &&
	    (plan->cert_asked == 0 ||
		p->start - plan->cert_asked >= certificate_every);
}

void
probe_note_fetch(struct probe *p, const struct fetch_result *r)
{
	struct probe_step *s = &p->steps[p->step_count - 1];
	uint64_t phases =
	    (uint64_t)r->connect_us + r->tls_us + r->wait_us + r->receive_us;

	s->code = r->code;
	s->reason = r->reason;
	s->connect_us = r->connect_us;
	s->tls_us = r->tls_us;
	s->wait_us = r->wait_us;
	s->receive_us = r->receive_us;
	if (r->total_us > phases)
		p->rest_us += (uint32_t)(r->total_us - phases);
	if (!p->certificate_asked || r->cert_not_after == 0)
		return;
	p->plan->cert_asked = p->start;
	p->plan->cert_not_after = r->cert_not_after;
}

uint32_t
probe_total_us(const struct probe *p)
{
	uint64_t us = p->rest_us;

	for (size_t i = 0; i < p->step_count; i++) {
		const struct probe_step *s = &p->steps[i];

		us += (uint64_t)s->dns_us + s->connect_us + s->tls_us +
		    s->wait_us + s->receive_us;
	}
	return us < UINT32_MAX ? (uint32_t)us : UINT32_MAX;
}

void
probe_fail(struct probe *p, enum reason reason, const char *detail)
{
	struct verdict v = {.class = reason_class(reason),
	    .reason = reason,
	    .retry_after_s = RETRY_AFTER_ABSENT};

	v.path_proven = class_proves_path(v.class);
	if (p->step_count > 0)
		p->steps[p->step_count - 1].reason = reason;
	(void)snprintf(v.detail, sizeof(v.detail), "%s", detail);
	probe_finish(p, &v, NULL);
}

static int16_t
cert_days(const struct plan *plan, wall_ms now)
{
	int64_t days;

	if (plan->cert_not_after == 0)
		return CERT_DAYS_UNKNOWN;
	days = (plan->cert_not_after - now) / DAY_MS;
	if (plan->cert_not_after < now)
		days--;
	if (days > INT16_MAX)
		return INT16_MAX;
	return (int16_t)(days > INT16_MIN ? days : INT16_MIN + 1);
}

static void
fill_sample(const struct probe *p, const struct verdict *v, struct sample *s)
{
	wall_ms now = loop_now(p->env->loop);
	const struct probe_step *last =
	    p->step_count > 0 ? &p->steps[p->step_count - 1] : NULL;

	*s = (struct sample){.total_us = probe_total_us(p),
	    .retry_after_s = v->retry_after_s,
	    .cert_days = cert_days(p->plan, now),
	    .class = (uint8_t)v->class,
	    .reason = (uint8_t)v->reason};
	for (size_t i = 0; i < p->step_count; i++) {
		s->dns_us += p->steps[i].dns_us;
		s->connect_us += p->steps[i].connect_us;
		s->tls_us += p->steps[i].tls_us;
		s->wait_us += p->steps[i].wait_us;
		s->receive_us += p->steps[i].receive_us;
	}
	s->latency = latency_code(s->total_us);
	/*
	 * Evidence must not be older than what has been said to be complete,
	 * though the loop may have been slow to start it or to end it.
	 */
	s->start = p->start;
	if (s->start < now - s->total_us / 1000)
		s->start = now - s->total_us / 1000;
	if (v->path_proven || (p->proven && !p->sent_elsewhere))
		s->flags |= SAMPLE_PATH_PROVEN;
	if (p->plan->target.insecure &&
	    (p->plan->url.scheme == URL_HTTPS ||
		p->plan->url.scheme == URL_TLS))
		s->flags |= SAMPLE_INSECURE;
	if (p->plan->target.proxy != NULL)
		s->flags |= SAMPLE_PROXIED;
	if (last == NULL)
		return;
	s->code = last->code;
	s->port = last->port;
	memcpy(s->address, last->address.bytes, sizeof(s->address));
	if (last->address.family == FAMILY_IPV6)
		s->flags |= SAMPLE_IPV6;
}

/* What the answer must not tell anybody. */
static const char *
shown_by(struct probe *p)
{
	if (p->plan->target.oauth.token_url != NULL)
		return grant_text(p);
	return p->plan->secrets.text[TARGET_SECRET_BEARER];
}

void
probe_finish(struct probe *p, const struct verdict *v,
    const struct fetch_result *r)
{
	struct excerpt excerpt = {0};
	struct probe_result result = {.steps = p->steps,
	    .step_count = p->step_count,
	    .redirect_blocked = p->redirect_blocked};
	struct verdict own = *v;
	const char *shown;
	bool good;

	grant_excuses(p, &own);
	v = &own;
	shown = shown_by(p);
	excerpt_hide(own.detail, strlen(own.detail), shown);
	result.detail = own.detail;
	good = class_effect(own.class) == EFFECT_GOOD;

	fill_sample(p, v, &result.sample);
	if (good && p->step_count > 0 &&
	    p->steps[p->step_count - 1].address.family != FAMILY_ANY) {
		p->plan->usual = p->steps[p->step_count - 1].address;
		p->plan->has_usual = true;
	}
	if (!good) {
		excerpt.start = result.sample.start;
		excerpt_build(&excerpt, r, v->detail, shown);
		result.excerpt = &excerpt;
	}
	p->fn(p->arg, &result);
	excerpt_done(&excerpt);
	free_probe(p);
}

void
probe_end(struct probe *p, const struct probe_result *result)
{
	p->fn(p->arg, result);
	free_probe(p);
}
