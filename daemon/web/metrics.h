/* SPDX-License-Identifier: MIT */
/* metrics - what its two halves know of each other; private to this room. */
#ifndef WEB_METRICS_H
#define WEB_METRICS_H

#include "web/exposition.h"
#include "web/site.h"

/* Of Vigie itself: its processes, its queues, whom it tells; for readers. */
MUST_CHECK
enum status metrics_self(const struct site *s, struct query *q,
    struct exposition *e, struct fail *f);

#endif
