/* SPDX-License-Identifier: MIT */
/*
 * acts - what people say about an incident: kept with its timeline, changing
 * nothing that the core decided.
 */
#ifndef STORE_ACTS_H
#define STORE_ACTS_H

#include "store/query.h"
#include "store/store.h"

/*
 * An incident as it is kept, with who acknowledged it.  ERR_NOTFOUND without a
 * call.
 */
MUST_CHECK
enum status store_incident(struct store *s, struct incident_id id,
    void (*fn)(void *arg, int64_t endpoint, const struct query_incident *i),
    void *arg, struct fail *f);

/*
 * Within a transaction: an AMENDED event of incident o->incident, which is
 * kept.  json is the event as told.
 */
void store_put_said(struct store *s, int64_t endpoint, const struct output *o,
    const struct event_said *said, const char *json);

#endif
