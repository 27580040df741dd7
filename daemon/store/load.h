/* SPDX-License-Identifier: MIT */
/*
 * load - what a starting keeper reads back, before its first transaction.
 *
 * 1. store_load_endpoints and store_load_shared: the memory of the core, each
 *    as of its ref.  2. store_load_inputs: samples and inputs after the least
 *    of these refs, in order of ref; the caller leaves out what its endpoint
 *    has seen already.  3. a gap input from the last one until now.
 * Refs are in the order in which the keeper took them.
 */
#ifndef STORE_LOAD_H
#define STORE_LOAD_H

#include "core/core.h"
#include "store/store.h"

struct store_endpoint_row { /* borrowed for the call */
	int64_t endpoint;
	const char *id, *service, *region; /* service NULL: a canary */
	wall_ms added, retired;            /* retired 0: not */
	uint64_t last_ref;                 /* newest sample, 0 for none */
	uint32_t last_seq;                 /* newest transition, 0 for none */
	uint64_t state_ref;                /* state is as of this ref */
	const void *state;                 /* NULL: none kept */
	size_t state_size;
};
typedef void store_endpoint_fn(void *arg, const struct store_endpoint_row *r);
MUST_CHECK
enum status store_load_endpoints(struct store *s, store_endpoint_fn *fn,
    void *arg, struct fail *f);

/* *n is 0 when none is kept; ERR_LIMIT when it does not fit. */
MUST_CHECK
enum status store_load_shared(struct store *s, uint64_t *ref, void *buf,
    size_t size, size_t *n, struct fail *f);

/*
 * in->endpoint is ENDPOINT_NONE: the row is given instead.  Of a sample,
 * latency is latency_code(total_us) and phases are as kept.
 */
typedef void store_input_fn(void *arg, int64_t endpoint,
    const struct input *in);
MUST_CHECK
enum status store_load_inputs(struct store *s, uint64_t after,
    store_input_fn *fn, void *arg, struct fail *f);

/* The greatest n of a day (YYYYMMDD), 0 for none. */
MUST_CHECK
enum status store_last_incident(struct store *s, uint32_t day, uint32_t *n,
    struct fail *f);

/*
 * Incidents not closed, as an EVENT-shaped output: incident, phase, kinds,
 * origin, cause, onset, ended, last_good_at, promise_until, relapses.
 */
typedef void store_incident_fn(void *arg, int64_t endpoint,
    const struct output *o);
MUST_CHECK
enum status store_load_incidents(struct store *s, store_incident_fn *fn,
    void *arg, struct fail *f);

/*
 * Such events told after `after`, newest first; endpoint 0: of none; json: as
 * told.
 */
typedef void store_told_fn(void *arg, int64_t endpoint, wall_ms at,
    const char *json);
MUST_CHECK
enum status store_load_told(struct store *s, enum event_kind event,
    wall_ms after, store_told_fn *fn, void *arg, struct fail *f);

/* The last instant of which anything is stored, 0 for a new file. */
MUST_CHECK
enum status store_known_until(struct store *s, wall_ms *known, struct fail *f);

#endif
