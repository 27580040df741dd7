/* SPDX-License-Identifier: MIT */
/*
 * recall - the core as the database remembers it: memories as they were last
 * saved, then the newer samples and inputs through the core, as a starting
 * keeper does it.  It is as of query_known_until().
 */
#ifndef STORE_RECALL_H
#define STORE_RECALL_H

#include "core/core.h"
#include "store/query.h"

struct recall;

/* *r is set for OK only. */
MUST_CHECK
enum status recall_open(struct query *q, struct recall **r, struct fail *f);
void recall_close(struct recall *r); /* NULL is ignored */

const struct world *recall_world(const struct recall *r);
/* The number in the world of an endpoint's row; false: it is not watched. */
MUST_CHECK
bool recall_slot(const struct recall *r, int64_t endpoint, uint32_t *slot);
/* As output_refresh(), of an open incident of an endpoint's row; r may be NULL. */
void recall_refresh(const struct recall *r, int64_t endpoint, struct output *o);
/* Of the endpoint in a slot; borrowed, NULL where it has none. */
struct recall_names {
	const char *id, *service, *region;
};
struct recall_names recall_names(const struct recall *r, uint32_t slot);

#endif
