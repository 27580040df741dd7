/* SPDX-License-Identifier: MIT */
/*
 * reports - how many people said that a service fails them, and what of that
 * is usual (core/crowd.h).  Kept beside what was decided, and never read for
 * a decision.
 *
 * Counts are of quarters of an hour; their since is that of crowd_since().
 */
#ifndef STORE_REPORTS_H
#define STORE_REPORTS_H

#include "core/crowd.h"
#include "store/query.h"
#include "store/store.h"

enum {
	STORE_REPORTER_MS = HOUR_MS,   /* one report of somebody counts in it */
	STORE_REPORTS_MAX = 1000000000 /* of a quarter; more are not counted */
};

/*
 * Within a transaction: n more of that quarter.  What was learnt from it or
 * from later ones is forgotten, and learnt again.  region may be NULL.
 */
void store_put_reports(struct store *s, const char *service, const char *region,
    wall_ms since, int64_t n);

/* When that author last reported, as far as it is kept; 0: not known. */
wall_ms store_reporter(struct store *s, const char *service,
    const char *author);
/* Within a transaction. */
void store_put_reporter(struct store *s, const char *service,
    const char *author, wall_ms at);

struct store_import { /* of a file, by the digest of its rows */
	unsigned char digest[32];
	char author[64]; /* of its first part */
	wall_ms at;      /* of its last part */
	int64_t entries, taken;
};
/* True when one of that digest is there: then the rest is set. */
bool store_report_import(struct store *s, struct store_import *i);
/* Within a transaction; of one that is there, only at and taken change. */
void store_put_report_import(struct store *s, const struct store_import *i);

/*
 * Learn from the quarters that are over by now, if they are a day's or more,
 * in a transaction of its own.  A step of at most about 5 ms; *more: call
 * again soon.
 */
MUST_CHECK
enum status store_learn_reports(struct store *s, const char *service,
    wall_ms now, bool *more, struct fail *f);

struct report_view {               /* of one service */
	bool any;                  /* ever reported, as far as it is kept */
	wall_ms since;             /* the quarter that is going on */
	struct crowd_verdict last; /* of the one before */
	struct crowd_verdict now;  /* of it, so far */
	bool elevated;
};
/* As of now, or of the last report if that is later. */
MUST_CHECK
enum status query_reports(struct query *q, const char *service, wall_ms now,
    struct report_view *v, struct fail *f);
/* All that were counted in quarters of [from, to). */
MUST_CHECK
enum status query_reports_within(struct query *q, const char *service,
    wall_ms from, wall_ms to, int64_t *n, struct fail *f);
/* By region ("": not said) in that quarter, in order; false ends the walk. */
MUST_CHECK
enum status query_reports_of(struct query *q, const char *service,
    wall_ms since, bool (*fn)(void *arg, const char *region, int64_t n),
    void *arg, struct fail *f);

#endif
