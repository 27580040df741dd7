/* SPDX-License-Identifier: MIT */
/*
 * attempt - the inside of a probe, shared by probe.c and the kinds only.
 *
 * probe.c looks the host up and hands over one allowed address after the
 * other; the kinds connect to it and say how that went.
 */
#ifndef PROBES_ATTEMPT_H
#define PROBES_ATTEMPT_H

#include "probes/each.h"
#include "probes/judge.h"
#include "probes/probe.h"

enum { ADDRESSES_TRIED_MAX = 4 };

struct probe {
	const struct probe_env *env;
	struct plan *plan;
	probe_fn *fn;
	void *arg;
	wall_ms start, deadline;

	/* What is under way; at most one. */
	struct resolution *resolution;
	struct fetch *fetch;
	struct dial *dial;
	struct record_asking *record;
	struct ping *ping;
	struct token_wait *token;
	struct timer *timer;
	enum reason early;   /* why the timer ends it */
	struct each *each;   /* every address is asked, or NULL */
	struct address only; /* asked for each; family ANY: not so */

	/* Of the token, where one is shown; grant.h. */
	struct timer *patience;
	uint64_t shown; /* its number; 0: none so far */
	bool awaited, renewing;

	/* The present hop. */
	char *url_text;
	struct url url;
	bool same_origin;  /* as the first hop: credentials may go there */
	bool without_body; /* a redirect made it a plain GET */
	bool fresh;        /* what was kept was stale: not over one again */
	struct address addresses[ADDRESSES_TRIED_MAX];
	size_t address_count, address_next;
	uint32_t dns_us;  /* of this hop, until a step takes it */
	uint32_t took_us; /* the same, for each.c */

	/* So far. */
	unsigned hops;
	bool proven, sent_elsewhere, redirect_blocked;
	bool certificate_asked;
	bool other_version; /* a hop did not speak what it must */
	struct probe_step steps[PROBE_STEPS_MAX];
	size_t step_count;
	uint32_t rest_us; /* part of the total that is in no step */
};

/*
 * One as part of another, at this address only and with its own timeout;
 * a redirect to another host looks that one up.
 */
struct probe *probe_start_at(const struct probe_env *env, struct plan *plan,
    const struct address *only, span_ms timeout, probe_fn *fn, void *arg);

/* Time left; 0 when it is over. */
span_ms probe_left(const struct probe *p);

/* The first hop, once all is there that it shows. */
void probe_begin(struct probe *p);
/* Look up the host of p->url and try its addresses. */
void probe_lookup(struct probe *p);

/*
 * The next address to try, in *limit the time that connecting may take; NULL
 * when there is none left.  A step for it is begun.
 */
const struct address *probe_next_address(struct probe *p, span_ms *limit);
struct probe_step *probe_add_step(struct probe *p, const struct address *a);
/* A failure of this kind makes another address worth trying. */
bool probe_may_retry(const struct probe *p, enum reason reason);

/*
 * What a hop failed of, all addresses considered: one family that our own
 * network lacks does not excuse the other.
 */
enum reason probe_blame(const struct probe *p, enum reason last);

/* Is it time to ask for the certificate of this endpoint again? */
bool probe_wants_certificate(const struct probe *p);
/* Into the last step what a fetch says of it. */
void probe_note_fetch(struct probe *p, const struct fetch_result *r);

/* Of all steps so far, and what passed between them. */
uint32_t probe_total_us(const struct probe *p);

/* End without an answer to judge. */
void probe_fail(struct probe *p, enum reason reason, const char *detail);
/* Say so, and be gone. */
void probe_end(struct probe *p, const struct probe_result *result);
/* End with this; r may be NULL.  The probe is gone afterwards. */
void probe_finish(struct probe *p, const struct verdict *v,
    const struct fetch_result *r);

#endif
