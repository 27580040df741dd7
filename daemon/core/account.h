/* SPDX-License-Identifier: MIT */
/*
 * account - how long an endpoint was in each bucket, exactly.
 *
 * Fed with the SPAN and RELABEL outputs of one endpoint.  The sum over the
 * six buckets is the observed time, to the millisecond.  Pure; the spans of
 * the present incident are kept until they can no longer change.
 */
#ifndef CORE_ACCOUNT_H
#define CORE_ACCOUNT_H

#include <stddef.h>
#include <stdint.h>

#include "core/core.h"

struct account_span {
	wall_ms since;
	enum bucket bucket;
};

struct account { /* private: use the functions; zeroed is empty */
	int64_t settled[BUCKET_COUNT];
	struct account_span *spans; /* ends are the next one's since */
	size_t count, size;
	wall_ms latest; /* since of the last SPAN: no later one is older */
};

void account_done(struct account *a);
/* Other kinds of output are ignored. */
void account_feed(struct account *a, const struct output *o);
/*
 * Milliseconds per bucket from the first span until `until`, which is not
 * before the last span fed.
 */
void account_sum(const struct account *a, wall_ms until,
    int64_t out[BUCKET_COUNT]);

#endif
