/* SPDX-License-Identifier: MIT */
/* spans - which bucket an endpoint is in, since when; private to this room. */
#ifndef STORE_SPANS_H
#define STORE_SPANS_H

#include "store/writer.h"

/* From since on it is in bucket, whatever was said before. */
void spans_put(struct store *s, int64_t endpoint, wall_ms since,
    enum bucket bucket);
/* What recovers within [since, until) was up after all. */
void spans_relabel(struct store *s, int64_t endpoint, wall_ms since,
    wall_ms until);

#endif
