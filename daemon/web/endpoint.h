/* SPDX-License-Identifier: MIT */
/* endpoint - the one that an address names; private to this room. */
#ifndef WEB_ENDPOINT_H
#define WEB_ENDPOINT_H

#include "view/status.h"
#include "web/site.h"

struct endpoint {
	struct query *q;
	struct status_list list; /* it alone */
	const struct status_row *row;
	struct fail fail;
};

/*
 * Of v->rest, with "~" for each slash of its id; endpoint_done() is the
 * caller's.  False: it is not there, or cannot be read, and the visitor was
 * told so.
 */
MUST_CHECK
bool endpoint_find(struct endpoint *e, struct site *s, const struct visitor *v);
void endpoint_done(struct endpoint *e);

#endif
