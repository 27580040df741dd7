/* SPDX-License-Identifier: MIT */
/* listing - incidents, the newest first, and which of them; see query.h. */
#ifndef STORE_LISTING_H
#define STORE_LISTING_H

#include "core/core.h"
#include "wire/event_json.h"

struct query;

struct query_incident {
	int64_t owner; /* row of its endpoint */
	const char *endpoint, *service, *region;
	wall_ms opened, closed; /* closed 0: open */
	bool withdrawn;
	wall_ms acked; /* 0: not acknowledged, and the words are NULL */
	const char *acked_by, *acked_why;
	const char *scope;         /* "region:eu" */
	const char *lead_endpoint; /* id, where it has a lead; or NULL */
	const char *lead_service;  /* of that */
	/* EVENT-shaped: ids, scope, phase, kinds, origin, cause, times,
	   chance, others, relapses, buckets, class, reason, code. */
	struct output now;
};
typedef bool query_incident_fn(void *arg, const struct query_incident *i);
/* The longest after those that are open. */
enum query_order { ORDER_NEWEST, ORDER_OLDEST, ORDER_LONGEST, ORDER_COUNT };
struct query_incidents { /* 0, NULL: whatever it is */
	enum query_order order;
	bool open_only, closed_only;
	wall_ms since;         /* closed after it, or open; of the newest */
	wall_ms from, to;      /* lasted within [from, to) */
	const enum kind *kind; /* the worst that it was */
	const enum origin *origin;
	span_ms longer;       /* it failed, or is open, for at least so long */
	const char *endpoint; /* id */
	const char *service, *region;
	const char *text;         /* in the endpoint's id, or in the scope */
	const char *scope;        /* "region:eu" */
	struct incident_id after; /* what comes after it in that order */
	size_t limit;
};
/* Parts of others too. */
MUST_CHECK
enum status query_incidents(struct query *q, const struct query_incidents *w,
    query_incident_fn *fn, void *arg, struct fail *f);

struct query_said { /* what somebody said about an incident */
	struct incident_id incident;
	const char *service; /* of its endpoint */
	wall_ms at;
	struct event_said said;
};
typedef bool query_said_fn(void *arg, const struct query_said *s);
/* What has these words in it, or is by whom they name; newest first. */
MUST_CHECK
enum status query_said(struct query *q, const char *words, size_t max,
    query_said_fn *fn, void *arg, struct fail *f);

#endif
