/* SPDX-License-Identifier: MIT */
/*
 * query - read the database while the daemon runs, or after.  Never writes,
 * never checkpoints; a read ends with ERR_LIMIT when it takes longer than the
 * limit given at opening.
 *
 * Strings handed to callbacks are borrowed for the call; false ends the walk.
 */
#ifndef STORE_QUERY_H
#define STORE_QUERY_H

#include "core/core.h"
#include "store/listing.h"
#include "store/outbox.h"
#include "store/store.h"
#include "wire/event_json.h"

struct query;
/*
 * STORE_OK, MISSING, PERMISSION, LOCKED, FOREIGN, NEWER, CORRUPT or IO; for
 * all but OK *f says what, where and what to do, and *q is NULL.
 * steps_max bounds one read, in thousands of steps of the database; 0: none.
 */
MUST_CHECK
enum store_outcome query_open(const char *path, unsigned steps_max,
    struct query **q, struct fail *f);
void query_close(struct query *q);                /* NULL is ignored */
uint64_t query_statements(const struct query *q); /* run so far; NULL: none */

/* The last instant of which anything is stored; open spans end there. */
wall_ms query_known_until(struct query *q);

struct query_endpoint {
	int64_t endpoint;
	const char *id, *service, *region;
	wall_ms retired;  /* 0: not */
	enum state state; /* UNKNOWN before the first transition */
	enum why why;
	enum bucket bucket;
	wall_ms since; /* of the state; 0 before the first transition */
	bool sampled, reported; /* last is set; its service ever was */
	struct sample last;     /* phases as kept */
	uint64_t last_ref;
	struct incident_id incident; /* open one; n 0: none */
	enum phase phase;
	wall_ms paused, paused_until;       /* 0: it is not; 0: until resumed */
	const char *paused_by, *paused_why; /* or NULL */
};
typedef bool query_endpoint_fn(void *arg, const struct query_endpoint *e);
/* All but canaries and retired ones, in order of id; id NULL: all. */
MUST_CHECK
enum status query_endpoints(struct query *q, const char *id,
    query_endpoint_fn *fn, void *arg, struct fail *f);

/* The last samples of an endpoint, newest first. */
typedef bool query_sample_fn(void *arg, uint64_t ref, const struct sample *s);
MUST_CHECK
enum status query_samples(struct query *q, int64_t endpoint, size_t max,
    query_sample_fn *fn, void *arg, struct fail *f);

struct query_event {    /* one line of a timeline */
	int64_t number; /* grows with time */
	wall_ms at;
	enum event_kind event;
	bool loud;
	const char *json; /* as told, or NULL */
	struct event_said said;
};
struct query_evidence {
	wall_ms event_at;
	enum event_kind event;
	bool first; /* first failing of the run; else the deciding one */
	uint64_t ref;
	int ledger;
	bool sampled;         /* sample is set (its row was stored) */
	struct sample sample; /* class, reason and code are always set */
	const char *headers, *detail; /* or NULL */
	const void *body;             /* or NULL */
	size_t body_size;
};
typedef bool query_evidence_fn(void *arg, const struct query_evidence *e);

struct query_delivery { /* a notice to one receiver */
	uint64_t outbox;
	const char *receiver, *webhook_id;
	enum outbox_state state;
	unsigned attempts;
	wall_ms next_try, expires, done; /* done 0: still owed */
	uint16_t code;                   /* of the last attempt */
	const char *detail;              /* of the last attempt, or NULL */
	struct store_notice notice;
};
struct query_incident_events { /* NULL members are left out */
	query_incident_fn *on_incident;
	query_incident_fn *on_follower; /* its parts, then its effects */
	bool (*on_event)(void *arg, const struct query_event *e);
	query_evidence_fn *on_evidence;
	bool (*on_delivery)(void *arg, const struct query_delivery *d);
	void *arg;
};
/* One incident and all that belongs to it; ERR_NOTFOUND without a callback. */
MUST_CHECK
enum status query_incident(struct query *q, struct incident_id id,
    const struct query_incident_events *on, struct fail *f);

struct query_notices {
	bool owed_only;
	const char *receiver; /* or NULL */
	size_t limit;         /* newest first; 0: all */
};
MUST_CHECK
enum status query_notices(struct query *q, const struct query_notices *w,
    bool (*fn)(void *arg, const struct query_delivery *d), void *arg,
    struct fail *f);
/* Of a receiver, or over all of them (NULL). */
MUST_CHECK
enum status query_tally(struct query *q, const char *receiver,
    struct store_tally *t, struct fail *f);

struct query_sum {
	int64_t ms[BUCKET_COUNT]; /* per bucket */
	bool provisional;         /* an open incident may still change it */
};
/* Within [from, to), from spans, exactly; up to query_known_until(). */
MUST_CHECK
enum status query_buckets(struct query *q, int64_t endpoint, wall_ms from,
    wall_ms to, struct query_sum *out, struct fail *f);

#endif
