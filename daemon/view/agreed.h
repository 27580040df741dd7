/* SPDX-License-Identifier: MIT */
/* agreed - when maintenance of an endpoint was planned. */
#ifndef VIEW_AGREED_H
#define VIEW_AGREED_H

#include "store/history.h"

struct agreed {
	struct agreed_window {
		wall_ms from, to; /* from < to */
	} * all;                  /* in order, apart */
	size_t count;
};

/* agreed_done() in any case. */
MUST_CHECK
enum status agreed_read(struct agreed *a, struct query *q,
    const struct history_part *p, struct fail *f);
void agreed_done(struct agreed *a);

/* Milliseconds of a span within [from, to): maintenance, and planned. */
int64_t agreed_ms(const struct agreed *a, const struct history_span *s,
    wall_ms from, wall_ms to);

#endif
