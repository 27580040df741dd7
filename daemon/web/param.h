/* SPDX-License-Identifier: MIT */
/*
 * param - what a visitor asks for in the query; private to this room.
 *
 * What is absent stays as it is, and what is empty, as forms send it, is
 * absent.  False: it does not fit, and the visitor was told so (400, with its
 * name).
 */
#ifndef WEB_PARAM_H
#define WEB_PARAM_H

#include "web/site.h"

/* Of anything that is counted: each number of 18 digits. */
#define NUMBER_MOST ((int64_t)999999999999999999)
MUST_CHECK
bool param_number(const struct visitor *v, const char *name, int64_t least,
    int64_t most, int64_t *n);
/* limit=, how many of a list: 1 to 1000, by default 100. */
MUST_CHECK
bool param_limit(const struct visitor *v, size_t *limit);
/*
 * RFC 3339 in any zone, or a day, which is its first instant in UTC; of the
 * years 1971 to 9999, so that it is never 0.
 */
MUST_CHECK
bool param_time(const struct visitor *v, const char *name, wall_ms *t);
/* from= and to=, each of which may be 0: from is before to. */
MUST_CHECK
bool param_span(const struct visitor *v, wall_ms *from, wall_ms *to);
/* "10m", "1h30m", as of duration_parse(). */
MUST_CHECK
bool param_length(const struct visitor *v, const char *name, span_ms *d);
/* Of at most PARAM_TEXT_BYTES; borrowed. */
enum { PARAM_TEXT_BYTES = 200 };
MUST_CHECK
bool param_text(const struct visitor *v, const char *name, const char **text);
/* words end with NULL, "" stands for none; *at: the place of the one given. */
MUST_CHECK
bool param_word(const struct visitor *v, const char *name,
    const char *const *words, size_t *at);

#endif
