/* SPDX-License-Identifier: MIT */
/* history - how endpoints were: which bucket they were in, and each sample. */
#ifndef STORE_HISTORY_H
#define STORE_HISTORY_H

#include "store/query.h"

struct history_span {
	int64_t endpoint;
	wall_ms since, until; /* the present one ends where knowledge does */
	enum bucket bucket;
};
typedef bool history_fn(void *arg, const struct history_span *s);

/*
 * All that overlap [from, to), whole, and maybe one before; by endpoint, then by
 * time.
 */
MUST_CHECK
enum status history_spans(struct query *q, wall_ms from, wall_ms to,
    history_fn *fn, void *arg, struct fail *f);

struct history_part {
	int64_t endpoint;
	wall_ms from, to;
};
/* The same of one endpoint. */
MUST_CHECK
enum status history_of(struct query *q, const struct history_part *p,
    history_fn *fn, void *arg, struct fail *f);

/* From `at` on, a planned window was to last until then; at most at: none. */
typedef bool history_window_fn(void *arg, wall_ms at, wall_ms until);
/* In order: what held when the time began, and all that was said within. */
MUST_CHECK
enum status history_windows(struct query *q, const struct history_part *p,
    history_window_fn *fn, void *arg, struct fail *f);

/*
 * From which sample of an endpoint a walk back meets all that began before
 * `at`, and few that began later; *ref 0: it has none.
 */
MUST_CHECK
enum status history_before(struct query *q, int64_t endpoint, wall_ms at,
    uint64_t *ref, struct fail *f);

struct history_page {
	int64_t endpoint;
	uint64_t ref;
	size_t max;
};
/* Samples of an endpoint from that one on, itself first, newest first. */
MUST_CHECK
enum status history_samples(struct query *q, const struct history_page *p,
    query_sample_fn *fn, void *arg, struct fail *f);

struct history_walk {
	int64_t endpoint;
	wall_ms from, to; /* those that began within; 0: whenever */
	uint64_t after;   /* those before that one; 0: from the newest on */
	size_t max;

	/* Afterwards: the ref of the oldest told, and whether there are more. */
	uint64_t last;
	bool more;
};
/* Samples of an endpoint, newest first. */
MUST_CHECK
enum status history_walk(struct query *q, struct history_walk *w,
    query_sample_fn *fn, void *arg, struct fail *f);

#endif
