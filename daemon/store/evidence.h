/* SPDX-License-Identifier: MIT */
/* evidence - one sample with what was kept of its answer. */
#ifndef STORE_EVIDENCE_H
#define STORE_EVIDENCE_H

#include "store/query.h"

/* No callback, and OK, when it is not kept any more; it is called once. */
MUST_CHECK
enum status evidence_read(struct query *q, uint64_t ref, int64_t endpoint,
    query_evidence_fn *fn, void *arg, struct fail *f);

/*
 * The same of the sample that told which addresses fail, as they still do in
 * sample ref; no callback, and OK, when ref is good throughout or none is kept.
 */
MUST_CHECK
enum status evidence_partial(struct query *q, uint64_t ref, int64_t endpoint,
    query_evidence_fn *fn, void *arg, struct fail *f);

/* Of its last 20 incidents with a promised end, how many were over by then. */
MUST_CHECK
enum status evidence_promises(struct query *q, int64_t endpoint, int64_t *all,
    int64_t *kept, struct fail *f);

#endif
