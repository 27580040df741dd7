/* SPDX-License-Identifier: MIT */
/* wall - pages for a screen on a wall; private to this room. */
#ifndef WEB_WALL_H
#define WEB_WALL_H

#include "web/site.h"

struct wall {
	bool on;
	size_t rotate_s;    /* until the next page; 0: it stays */
	const char *filter; /* a glob, see status_read(); NULL: everything */
};

/* kiosk=0|1, rotate=, filter=; false: the visitor was told so. */
MUST_CHECK
bool wall_take(const struct visitor *v, struct wall *w);
/* frame_begin(), and answer_page(), as its screen needs them. */
void wall_begin(struct text *t, const struct site *s, const struct wall *w,
    const char *title, const char *version);
void wall_answer(const struct site *s, const struct visitor *v,
    const struct wall *w, const struct text *page);

/* As status_ranked(): 0 is first, what is up last. */
size_t wall_rank(enum bucket b);

/* What is not up, and how many services are. */
route_fn page_wall;

#endif
