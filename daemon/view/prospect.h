/* SPDX-License-Identifier: MIT */
/* prospect - what would change an endpoint's state, and when.  Pure. */
#ifndef VIEW_PROSPECT_H
#define VIEW_PROSPECT_H

#include "base/text.h"
#include "core/explain.h"

enum { PROSPECTS_MAX = 6, PROSPECT_BYTES = 240 };

struct prospect {
	wall_ms at;                /* not before, or until when; 0: any time */
	enum bucket then;          /* where it would lead */
	char text[PROSPECT_BYTES]; /* a sentence */
};

/* The soonest and likeliest first; returns how many. */
size_t prospects(const struct explanation *e,
    struct prospect out[PROSPECTS_MAX]);

/* What happened here within six hours, and the quiet time that follows. */
void recoveries_words(struct text *t, const struct explanation *e);

enum { PROSPECT_TIME_BYTES = 24 };

/* "14:30:05Z", with its day before it unless that is the day of now. */
const char *prospect_time(wall_ms t, wall_ms now,
    char buf[PROSPECT_TIME_BYTES]);

#endif
