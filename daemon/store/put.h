/* SPDX-License-Identifier: MIT */
/*
 * put - what is written, all of it between store_begin() and store_commit().
 * The functions that return nothing tell of trouble at the commit.
 */
#ifndef STORE_PUT_H
#define STORE_PUT_H

#include "core/core.h"
#include "store/store.h"
#include "wire/message.h"

/*
 * The row of an endpoint, made if needed, alive again if retired.  A NULL
 * service says that it is a canary: stored, never in reports.  0 when this
 * transaction has failed.
 */
int64_t store_endpoint(struct store *s, const char *id, const char *service,
    const char *region, wall_ms now);
void store_retire(struct store *s, int64_t endpoint, wall_ms now);

/* Kept exactly but for phases and lateness, which are kept within 0.3 and 9
 * percent.  Roll-ups are fed here. */
void store_put_sample(struct store *s, uint64_t ref, int64_t endpoint,
    const struct sample *sample);

/*
 * Any input but a sample or ADVANCE; in->ref names it, in->endpoint is not
 * looked at.  author and why (of an act) may be NULL, but a pause has an author:
 * it is kept, and the memory of its endpoint dropped, until a WATCH or an
 * UNWATCH for good.
 */
void store_put_input(struct store *s, int64_t endpoint, const struct input *in,
    const char *author, const char *why);

/* Evidence of the sample ref; a body of one hash is kept once. */
void store_put_excerpt(struct store *s, uint64_t ref,
    const unsigned char hash[32], const struct excerpt *e);

/*
 * TRANSITION, SPAN, RELABEL and EVENT; others are ignored.  json is the event
 * as told (NULL else).  ERR_CORRUPT, and nothing written, when it does not fit
 * what is stored: an incident opened twice, or closed while not open.  That
 * does not fail the transaction.
 */
MUST_CHECK
enum status store_put_output(struct store *s, int64_t endpoint,
    const struct output *o, const char *json, struct fail *f);

/* Bytes of world_save(), after all inputs up to and including ref. */
void store_put_state(struct store *s, int64_t endpoint, uint64_t ref,
    const void *bytes, size_t n);
void store_put_shared(struct store *s, uint64_t ref, const void *bytes,
    size_t n);

#endif
