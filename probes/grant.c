/* SPDX-License-Identifier: MIT */
#include "probes/grant.h"

#include <stdio.h>

#include "probes/http.h"

static void on_token(void *arg);
static void on_patience(void *arg);

/* A verdict of ours on no answer of theirs: it proves no path. */
static void
end(struct probe *p, enum reason reason, const char *detail)
{
	struct verdict v = {.class = reason_class(reason),
	    .reason = reason,
	    .retry_after_s = RETRY_AFTER_ABSENT};

	if (p->renewing) {
		v.class = CLASS_AUTH;
		v.reason = REASON_AUTH;
		v.path_proven = true; /* it answered 401 */
		(void)snprintf(v.detail, sizeof(v.detail),
		    "status 401; no fresh token: %.120s", detail);
	} else {
		(void)snprintf(v.detail, sizeof(v.detail), "%s", detail);
	}
	probe_finish(p, &v, NULL);
}

static void
give_up(struct probe *p)
{
	const char *detail = "the client secret cannot be read";
	enum reason reason = REASON_NOT_PERMITTED;

	if (p->plan->token != NULL)
		reason = token_failure(p->plan->token, &detail);
	end(p, reason, detail);
}

/* Not from inside the call that asked. */
static void
wait_for(struct probe *p, span_ms ms)
{
	if (p->patience == NULL)
		p->patience = timer_new(p->env->loop, on_patience, p);
	timer_arm(p->patience, ms);
}

static void
await(struct probe *p)
{
	p->awaited = true;
	p->token = token_await(p->plan->token, on_token, p);
	wait_for(p, probe_left(p));
}

static void
on_patience(void *arg)
{
	struct probe *p = arg;

	if (p->token == NULL) {
		give_up(p);
		return;
	}
	token_wait_cancel(p->token);
	p->token = NULL;
	end(p, REASON_TOKEN_UNREACHABLE,
	    "the token server has not answered in time");
}

static void
on_token(void *arg)
{
	struct probe *p = arg;

	p->token = NULL;
	timer_disarm(p->patience);
	if (token_want(p->plan->token, p->shown) != TOKEN_HERE) {
		give_up(p);
	} else if (p->renewing) {
		p->address_next = 0;
		http_begin(p);
	} else {
		probe_begin(p);
	}
}

void
grant_begin(struct probe *p)
{
	struct plan *plan = p->plan;
	const char *secret = plan->secrets.text[TARGET_SECRET_CLIENT];

	if (plan->token == NULL && secret != NULL)
		plan->token = token_hold(p->env->tokens, &plan->target, secret);
	if (plan->token == NULL) {
		wait_for(p, 0);
		return;
	}
	switch (token_want(plan->token, 0)) {
	case TOKEN_HERE:
		probe_begin(p);
		break;
	case TOKEN_COMING:
		await(p);
		break;
	case TOKEN_DENIED:
		wait_for(p, 0);
		break;
	}
}

bool
grant_renews(struct probe *p, const struct fetch_result *r)
{
	enum token_state state;

	if (r->code != 401 || p->shown == 0 || !p->same_origin || p->renewing)
		return false;
	state = token_want(p->plan->token, p->shown);
	if (state == TOKEN_DENIED)
		return false;
	p->renewing = true;
	if (state == TOKEN_COMING) {
		await(p);
		return true;
	}
	p->address_next = 0;
	http_begin(p);
	return true;
}

void
grant_cancel(struct probe *p)
{
	if (p->token != NULL)
		token_wait_cancel(p->token);
	p->token = NULL;
}

const char *
grant_text(struct probe *p)
{
	return p->plan->token != NULL ? token_text(p->plan->token, &p->shown)
				      : NULL;
}

void
grant_excuses(const struct probe *p, struct verdict *v)
{
	if (!p->awaited ||
	    (v->class != CLASS_TIMEOUT && v->reason != REASON_TIMEOUT_DNS))
		return;
	*v = (struct verdict){.class = reason_class(REASON_TOKEN_UNREACHABLE),
	    .reason = REASON_TOKEN_UNREACHABLE,
	    .retry_after_s = RETRY_AFTER_ABSENT};
	(void)snprintf(v->detail, sizeof(v->detail),
	    "waiting for the token left too little time");
}
