/* SPDX-License-Identifier: MIT */
/* rows - incidents as a table, newest first; private to this room. */
#ifndef WEB_ROWS_H
#define WEB_ROWS_H

#include "base/text.h"
#include "web/site.h"

struct rows {
	const struct site *site; /* as its visitor is told of it */
	const struct visitor *visitor;
	const char *title;    /* of its section */
	const char *endpoint; /* its own, parts of others too; NULL: of all */
	const char *service, *region; /* of these alone, or NULL */
	wall_ms from, to;             /* lasted within [from, to), or 0 */
	bool closed_only;
	wall_ms known; /* as of when */
	size_t max;

	/* Afterwards: how many are shown, and whether there are more. */
	size_t shown;
	bool more;

	struct text *out; /* private */
};

/* The same by hand: the head, each row, frame_table_end(). */
void rows_begin(struct text *t);
/* known: as of when, for how long an open one lasts. */
void rows_one(struct text *t, const struct query_incident *i, wall_ms known);

/* "region eu", or its endpoint. */
void rows_scope(struct text *t, const struct query_incident *i);

/* Nothing at all where there is none. */
MUST_CHECK
enum status rows_add(struct text *t, struct query *q, struct rows *rows,
    struct fail *f);

#endif
