/* SPDX-License-Identifier: MIT */
/* listing - incidents, the newest first, and which of them; see query.h. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "core/core.h"

struct query;

struct query_incident {
	const char *endpoint, *service, *region;
	wall_ms opened, closed; /* closed 0: open */
	bool withdrawn;
	wall_ms acked; /* 0: not acknowledged, and the words are NULL */
	const char *acked_by, *acked_why;
	const char *scope;         /* "region:eu" */
	const char *lead_endpoint; /* id, where it has a lead; or NULL */
	/* EVENT-shaped: ids, scope, phase, kinds, origin, cause, times,
	   chance, others, relapses, buckets, class, reason, code. */
	struct output now;
};
typedef bool query_incident_fn(void *arg, const struct query_incident *i);
struct query_incidents { /* 0, NULL: whatever it is */
	bool open_only, closed_only;
	wall_ms since;         /* closed after it, or open */
	wall_ms from, to;      /* lasted within [from, to) */
	const enum kind *kind; /* the worst that it was */
	const char *endpoint;  /* id */
	const char *service, *region;
	const char *text;         /* in the endpoint's id, or in the scope */
	struct incident_id after; /* older than it */
	size_t limit;
};
/* Parts of others too. */
MUST_CHECK
enum status query_incidents(struct query *q, const struct query_incidents *w,
    query_incident_fn *fn, void *arg, struct fail *f);

#endif
