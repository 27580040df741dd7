/* SPDX-License-Identifier: MIT */
/* facts - what the configuration says of a service; private to this room. */
#ifndef WEB_FACTS_H
#define WEB_FACTS_H

#include "web/site.h"

/*
 * Who looks after it and where what to do is written, to who may know; its
 * tags.  Nothing where there is nothing to say.
 */
void facts_add(struct text *t, const struct site *s, const struct visitor *v,
    const char *id);
/* How an endpoint is looked at; by which request, to who may know. */
void facts_add_check(struct text *t, const struct site *s,
    const struct visitor *v, const struct status_row *r, wall_ms now);

#endif
