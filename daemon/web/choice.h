/* SPDX-License-Identifier: MIT */
/* choice - which incidents a visitor asks for; private to this room. */
#ifndef WEB_CHOICE_H
#define WEB_CHOICE_H

#include "web/site.h"

struct choice {
	struct query_incidents which; /* borrows what the query has */
	enum kind kind;
	enum origin origin;
	const char *state, *kind_word; /* as asked for; NULL: any */
	bool any;                      /* something is asked for at all */
};

/*
 * state=open|closed, kind=, origin=, service=, region=, from=, to=,
 * longer=, q=, scope=, order=newest|oldest|longest, after=.  c must not move.
 * False: one does not fit, and the visitor was told so.
 */
MUST_CHECK
bool choice_take(struct site *s, const struct visitor *v, struct choice *c);

struct order_words { /* "newest", "Newest first", "older" */
	const char *first, *title, *next;
};
const struct order_words *choice_order(const struct choice *c);
/* The same as parameters of a link, "state=open&kind=outage&" or "". */
void choice_add(struct text *t, const struct visitor *v);
/* A form to ask for others at path. */
void choice_form(struct text *t, const struct site *s, const struct visitor *v,
    const struct choice *c);

#endif
