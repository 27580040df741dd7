/* SPDX-License-Identifier: MIT */
/* bars - the last time of each service, as bars; private to this room. */
#ifndef WEB_BARS_H
#define WEB_BARS_H

#include "view/bins.h"
#include "view/status.h"

struct bars {
	enum grain grain; /* which are wanted */
	size_t each;
	struct bins *services; /* in the order in which l has them */
	size_t count;
};

MUST_CHECK
enum status bars_read(struct query *q, const struct status_list *l,
    struct bars *b, struct fail *f);
void bars_done(struct bars *b); /* in any case */

/* Whose they are: of one endpoint, or of a service (endpoint NULL). */
struct bars_of {
	const char *name, *endpoint, *service;
	const char *when; /* "2023-02-14"; NULL: the last of them */
};

/*
 * A picture that says itself in words; those of an endpoint are links.  What
 * has no room for BINS_MAX of them shows the last third.
 */
void bars_add(struct text *t, const struct bins *d, const struct bars_of *of);
/* When the first and the last of them are. */
void bars_axis(struct text *t, const struct bins *d);
/* Those with trouble, to be unfolded; each leads to the page of its time. */
void bars_list(struct text *t, const struct bins *d, const struct bars_of *of);

#endif
