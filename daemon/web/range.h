/* SPDX-License-Identifier: MIT */
/* range - the time that a page is about; private to this room. */
#ifndef WEB_RANGE_H
#define WEB_RANGE_H

#include "web/site.h"

struct range {
	wall_ms from, to; /* from < to <= known */
	wall_ms known;    /* there is nothing after it */
	const char *word; /* "7d", or NULL: chosen by its ends */
};

/*
 * What the query asks for: range=24h|7d|30d|90d|365d until what is known, or
 * from= and to=, of which what is to come is cut off; by default `usual`, one of the words.  False: it does not
 * fit, and the visitor was told so.
 */
MUST_CHECK
bool range_take(const struct visitor *v, wall_ms known, const char *usual,
    struct range *r);
/*
 * Links to other times of the page at path, which is harmless: "/e/a~eu"; keep
 * are parameters that stay, "service=a&" or "".
 */
void range_links(struct text *t, const struct range *r, const char *path,
    const char *keep);

#endif
