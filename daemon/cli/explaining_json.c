/* SPDX-License-Identifier: MIT */
#include <jansson.h>

#include "base/utc.h"
#include "cli/explaining.h"
#include "core/ledger.h"
#include "view/paused.h"
#include "view/prospect.h"
#include "view/put.h"
#include "wire/degraded.h"
#include "wire/event_json.h"

static void
put_flag(json_t *j, const char *key, bool is)
{
	(void)json_object_set_new(j, key, json_boolean(is));
}

static void
put_address(json_t *j, const struct sample *s)
{
	char buf[ADDRESS_TEXT_BYTES];

	if (explaining_address(s, buf) == NULL)
		return;
	put_text(j, "address", buf);
	put_count(j, "port", s->port);
}

static void
put_proof(json_t *in, const char *key, const struct dossier_proof *p)
{
	const struct sample *s = &p->sample;
	json_t *j;

	if (!p->known)
		return;
	j = json_object();
	put_time(j, "t", p->at);
	put_text(j, "class", class_name((enum sample_class)s->class));
	put_text(j, "reason", reason_name((enum reason)s->reason));
	put_text(j, "words", reason_text((enum reason)s->reason));
	if (s->code != 0)
		put_count(j, "code", s->code);
	if (p->sampled) {
		put_address(j, s);
		put_count(j, "ms", s->total_us / 1000);
		if (s->retry_after_s != RETRY_AFTER_ABSENT)
			put_count(j, "retry_after_s", s->retry_after_s);
	}
	if (p->ledger != 0)
		(void)json_object_set_new(j, "ledger",
		    json_real(p->ledger / 10.0));
	put_safe(j, "detail", p->detail);
	put_safe(j, "headers", p->headers);
	put_safe(j, "excerpt", p->body);
	(void)json_object_set_new(in, key, j);
}

static json_t *
evidence_json(const struct dossier *d)
{
	json_t *j = json_object();

	put_proof(j, "first", &d->first);
	put_proof(j, "deciding", &d->deciding);
	put_proof(j, "relapse", &d->again);
	put_proof(j, "last", &d->last);
	return j;
}

static json_t *
incident_json(const struct dossier *d, const struct output *o)
{
	const struct query_incident *i = &d->incident;
	const struct event_names names = dossier_names(d);
	json_t *j = json_object();
	char id[INCIDENT_TEXT_BYTES];

	put_text(j, "id", incident_format(o->incident, id));
	put_text(j, "kind", kind_name(o->kind_worst));
	put_text(j, "origin", origin_name(o->origin));
	put_text(j, "phase", phase_name(o->phase));
	put_time(j, "onset", o->onset);
	put_time(j, "opened", i->opened);
	put_time(j, "ended", i->now.ended);
	put_time(j, "closed", i->closed);
	put_flag(j, "withdrawn", i->withdrawn);
	put_text(j, "cause", cause_name(i->now.cause));
	scope_json(j, o, &names);
	put_count(j, "relapses", o->relapses);
	(void)json_object_set_new(j, "buckets_ms", buckets_json(o->bucket_ms));
	return j;
}

static json_t *
claim_json(const struct dossier *d)
{
	const struct explanation *x = &d->x;
	json_t *j = json_object();

	if (d->retry_after_s != RETRY_AFTER_ABSENT) {
		put_count(j, "retry_after_s", d->retry_after_s);
		put_time(j, "retry_said_at", d->retry_at);
	}
	put_time(j, "promise_until", x->now.promise_until);
	put_time(j, "escalates_at", x->escalates_at);
	put_flag(j, "escalated", x->escalated);
	put_time(j, "window_until", x->window_until);
	return j;
}

static json_t *
confirmation_json(const struct explanation *x)
{
	json_t *j = json_object();

	put_flag(j, "suspect", x->suspect);
	put_count(j, "failing", x->fails);
	put_count(j, "claims", x->claims);
	put_time(j, "failing_since", x->fail_since);
	(void)json_object_set_new(j, "ledger", json_real(x->now.ledger / 10.0));
	(void)json_object_set_new(j, "ledger_down",
	    json_real(LEDGER_DOWN / 10.0));
	put_time(j, "not_before", x->down_from);
	put_flag(j, "waits_for_network", x->waiting);
	return j;
}

static json_t *
network_json(const struct explanation *x)
{
	json_t *j = json_object();

	put_flag(j, "fine", !x->blind);
	put_time(j, "known_to_work", x->path_at);
	put_time(j, "path_proven", x->proven_at);
	return j;
}

static json_t *
recovery_json(const struct explanation *x)
{
	json_t *j = json_object(), *list = json_array();

	for (size_t i = x->recovery_count; i-- > 0;) {
		char buf[UTC_TEXT_BYTES];

		(void)json_array_append_new(list,
		    json_string(utc_format(x->recoveries[i], buf)));
	}
	(void)json_object_set_new(j, "recoveries", list);
	if (x->now.phase == PHASE_OPEN)
		put_count(j, "quiet_ms", x->next_quiet);
	if (!output_recovers(&x->now))
		return j;
	put_count(j, "quiet_ms", x->quiet);
	put_time(j, "good_since", x->quiet_from);
	put_count(j, "good_ms", x->now.at - x->quiet_from);
	put_count(j, "others", x->now.others);
	put_count(j, "chance", x->now.chance);
	put_count(j, "frailty_percent",
	    recovery_frailty(&x->own) * 100 / RECOVERY_UNIT);
	put_time(j, "all_clear_at", x->now.all_clear_at);
	return j;
}

static json_t *
next_json(const struct dossier *d)
{
	struct prospect p[PROSPECTS_MAX];
	size_t n = d->watched ? prospects(&d->x, p)
			      : paused_prospects(&d->e, d->known, p);
	json_t *list = json_array();

	for (size_t i = 0; i < n; i++) {
		json_t *j = json_object();

		put_time(j, "at", p[i].at);
		put_text(j, "then", bucket_name(p[i].then));
		put_text(j, "text", p[i].text);
		(void)json_array_append_new(list, j);
	}
	return list;
}

static void
put_endpoint(json_t *j, const struct dossier *d)
{
	const struct explanation *x = &d->x;

	put_text(j, "state", state_name(x->now.to));
	put_text(j, "bucket", bucket_name(x->now.bucket));
	if (x->now.to == STATE_UNKNOWN)
		put_text(j, "why", why_name(x->now.why));
	put_time(j, "since", x->now.since);
	put_safe(j, "partial", d->partial);
	if (x->now.to == STATE_DEGRADED)
		degraded_json(j, &x->now.degraded);
	put_flag(j, "flapping", x->now.flapping);
	(void)json_object_set_new(j, "claim", claim_json(d));
	(void)json_object_set_new(j, "confirmation", confirmation_json(x));
	(void)json_object_set_new(j, "network", network_json(x));
	(void)json_object_set_new(j, "recovery", recovery_json(x));
	(void)json_object_set_new(j, "next", next_json(d));
}

static void
put_paused(json_t *j, const struct dossier *d)
{
	put_text(j, "state", state_name(d->e.state));
	put_text(j, "bucket", bucket_name(d->e.bucket));
	put_text(j, "why", why_name(d->e.why));
	put_time(j, "since", d->e.since);
	paused_put(j, &d->e);
	(void)json_object_set_new(j, "next", next_json(d));
}

json_t *
explaining_json(const struct dossier *d)
{
	bool over = d->has_incident && d->incident.closed != 0;
	json_t *j = json_object();

	put_text(j, "id", d->id);
	put_text(j, "service", d->service);
	put_text(j, "region", d->region);
	put_time(j, "as_of", d->known);
	if (d->has_incident)
		(void)json_object_set_new(j, "incident",
		    incident_json(d,
			over || !d->watched ? &d->incident.now : &d->x.now));
	(void)json_object_set_new(j, "evidence", evidence_json(d));
	if (d->watched && !over)
		put_endpoint(j, d);
	else if (d->e.paused != 0)
		put_paused(j, d);
	return j;
}
