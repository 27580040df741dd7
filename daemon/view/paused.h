/* SPDX-License-Identifier: MIT */
/* paused - what is said of an endpoint that somebody paused. */
#ifndef VIEW_PAUSED_H
#define VIEW_PAUSED_H

#include "base/text.h"
#include "store/query.h"
#include "view/prospect.h"

/* "paused until 17:00:00Z by ann: they move their disks", made harmless. */
void paused_words(struct text *t, const struct query_endpoint *e, wall_ms now);

/* "paused": {"since", "until", "by", "why"}; nothing of one that is not. */
struct json_t;
void paused_put(struct json_t *j, const struct query_endpoint *e);

/* What ends it: how many were written, one or two. */
size_t paused_prospects(const struct query_endpoint *e, wall_ms now,
    struct prospect out[PROSPECTS_MAX]);

#endif
