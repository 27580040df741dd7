/* SPDX-License-Identifier: MIT */
/* bars - the last days of each service, as bars; private to this room. */
#ifndef WEB_BARS_H
#define WEB_BARS_H

#include "view/days.h"
#include "view/status.h"

struct bars {
	struct days *services; /* in the order in which l has them */
	size_t count;
};

/* The number of services in l. */
size_t bars_services(const struct status_list *l);
MUST_CHECK
enum status bars_read(struct query *q, const struct status_list *l,
    struct bars *b, struct fail *f);
void bars_done(struct bars *b); /* in any case */

/* A picture that says itself in words. */
void bars_add(struct text *t, const struct days *d, const char *name);
/*
 * The days with trouble, to be unfolded; each leads to its page if they are of
 * that one endpoint.  NULL: of several.
 */
void bars_list(struct text *t, const struct days *d, const char *endpoint);

#endif
