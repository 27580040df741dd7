/* SPDX-License-Identifier: MIT */
/* why - what would change the state of an endpoint; private to this room. */
#ifndef WEB_WHY_H
#define WEB_WHY_H

#include "web/site.h"

/*
 * Of an endpoint's row.  As the core remembers it, and whether it is really back while it recovers;
 * nothing of what is not watched.
 */
MUST_CHECK
enum status why_add(struct text *t, const struct site *s, struct query *q,
    int64_t endpoint, struct fail *f);

#endif
