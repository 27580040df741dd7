/* SPDX-License-Identifier: MIT */
/* told - an event of a timeline in a few words, from the JSON of its telling. */
#ifndef VIEW_TOLD_H
#define VIEW_TOLD_H

#include "base/text.h"
#include "core/names.h"

struct json_t;

/*
 * "connection refused", "92 % to hold for the next hour": what its name does
 * not say.  Nothing where that is all, or j is NULL or says something else.
 */
void told_words(struct text *out, enum event_kind event,
    const struct json_t *j);

/* "acknowledged", before " by ann". */
const char *told_act(enum act act);

#endif
