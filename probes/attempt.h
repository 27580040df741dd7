/* SPDX-License-Identifier: MIT */
/*
 * attempt - the inside of a probe, shared by probe.c, http.c and tcp.c only.
 *
 * probe.c looks the host up and hands over one allowed address after the
 * other; the kinds connect to it and say how that went.
 */
#ifndef PROBES_ATTEMPT_H
#define PROBES_ATTEMPT_H

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
	struct timer *timer;
	enum reason early; /* why the timer ends it */

	/* The present hop. */
	char *url_text;
	struct url url;
	bool same_origin;  /* as the first hop: credentials may go there */
	bool without_body; /* a redirect made it a plain GET */
	struct address addresses[ADDRESSES_TRIED_MAX];
	size_t address_count, address_next;
	uint32_t dns_us; /* of this hop, until a step takes it */

	/* So far. */
	unsigned hops;
	bool proven, sent_elsewhere, redirect_blocked;
	bool certificate_asked;
	struct probe_step steps[PROBE_STEPS_MAX];
	size_t step_count;
	uint32_t rest_us; /* part of the total that is in no step */
};

/* Time left; 0 when it is over. */
span_ms probe_left(const struct probe *p);

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

/* Of all steps so far, and what passed between them. */
uint32_t probe_total_us(const struct probe *p);

/* End without an answer to judge. */
void probe_fail(struct probe *p, enum reason reason, const char *detail);
/* End with this; r may be NULL.  The probe is gone afterwards. */
void probe_finish(struct probe *p, const struct verdict *v,
    const struct fetch_result *r);

#endif
