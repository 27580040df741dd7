/* SPDX-License-Identifier: MIT */
/* window - some time of an endpoint, in pictures; private to this room. */
#ifndef WEB_WINDOW_H
#define WEB_WINDOW_H

#include "view/status.h"
#include "web/chart.h"
#include "web/range.h"

struct window {
	const struct range *range;
	struct course course;
	struct chart chart;
};

/* window_done() in any case. */
MUST_CHECK
enum status window_read(struct window *w, struct query *q, int64_t endpoint,
    const struct range *range, struct fail *f);
void window_done(struct window *w);

/*
 * How it went in that time, how long answers took, and what they were; links
 * lead to other times of its page unless it is a page of its own.
 */
void window_add(struct text *t, const struct window *w, const char *id,
    bool links);

#endif
