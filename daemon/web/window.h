/* SPDX-License-Identifier: MIT */
/* window - some time of an endpoint, in pictures; private to this room. */
#ifndef WEB_WINDOW_H
#define WEB_WINDOW_H

#include "view/status.h"
#include "web/range.h"

/*
 * How it went in that time, how long answers took, and what they were; links
 * lead to other times of its page unless it is a page of its own.
 */
MUST_CHECK
enum status window_add(struct text *t, struct query *q,
    const struct status_row *r, const struct range *range, bool links,
    struct fail *f);

#endif
