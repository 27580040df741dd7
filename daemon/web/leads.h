/* SPDX-License-Identifier: MIT */
/* leads - which open incident is behind another; private to this room. */
#ifndef WEB_LEADS_H
#define WEB_LEADS_H

#include "base/text.h"
#include "view/status.h"

/* The rows of a list with an open incident, by that; the list lives longer. */
struct leads {
	const struct status_row **rows;
	size_t count;
};

void leads_init(struct leads *l, const struct status_list *list);
/*
 * What the incident of r is part of or caused by; NULL: nothing of that list.
 */
const struct status_row *leads_find(const struct leads *l,
    const struct status_row *r);
void leads_done(struct leads *l);

/* "Caused by 20230214-1 login/eu", with a link; endpoint: of that incident. */
void leads_words(struct text *t, const struct output *o, const char *endpoint);

#endif
