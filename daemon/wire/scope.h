/* SPDX-License-Identifier: MIT */
/* scope - for whom something is down, in words and as JSON. */
#ifndef WIRE_SCOPE_H
#define WIRE_SCOPE_H

#include "base/text.h"
#include "core/output.h"

struct event_names;
struct json_t;

/* Borrowed names of what an output has as numbers; NULL: not known. */
struct scope_names {
	const char *tag;  /* TAG: which */
	const char *lead; /* endpoint of the lead */
	const char *services[SCOPE_ROWS], *regions[SCOPE_ROWS];
};

/*
 * "place:cars/eu", as in the database; nothing without an endpoint, or the
 * name of the tag.
 */
void scope_key(const struct output *o, const struct event_names *n,
    struct text *out);
/* "cars/eu", "region eu", "at least cars", "everything". */
void scope_who(const struct output *o, const struct event_names *n,
    struct text *out);
/*
 * "; eu 4/4 down, na 0/4", or which incident it is part of or caused by, or
 * nothing.
 */
void scope_parts(const struct output *o, const struct event_names *n,
    struct text *out);
/*
 * scope, at_least, part_of or caused_by, lead, members, effects, lingers,
 * parts; absent is left out.
 */
void scope_json(struct json_t *j, const struct output *o,
    const struct event_names *n);

#endif
