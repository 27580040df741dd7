/* SPDX-License-Identifier: MIT */
/* banner - how all of it is, in a sentence; private to this room. */
#ifndef WEB_BANNER_H
#define WEB_BANNER_H

#include "web/site.h"

/*
 * The sentence, as of when it is true, and what is wrong with Vigie itself.
 * filtered: of all that there may be, l has what was asked for.
 */
void banner_add(struct text *t, const struct site *s,
    const struct status_list *l, bool filtered);
/* "region eu, led by cars/eu", or an id. */
void banner_who(struct text *t, const struct status_row *r);
/* What is to be said of one. */
void banner_words(struct text *t, const struct status_row *r, wall_ms now);
/* How many of n are in a bucket. */
size_t banner_count(const struct status_row *rows, size_t n, enum bucket b);

#endif
