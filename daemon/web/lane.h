/* SPDX-License-Identifier: MIT */
/* lane - the course of something as a strip; private to this room. */
#ifndef WEB_LANE_H
#define WEB_LANE_H

#include "view/course.h"

enum { LANE_WIDTH = 1000, LANE_HEIGHT = 28 };

/* Where an instant is, 0 to LANE_WIDTH; one outside is at its end. */
int lane_at(const struct course *c, wall_ms t);

/*
 * The strip, which says itself in words: what is worth a mark has one that can
 * be seen.  What is not watched yet is left empty.
 */
void lane_add(struct text *t, const struct course *c, const char *name);
/* The times beneath strips of that width. */
void lane_axis(struct text *t, wall_ms from, wall_ms to);
/* The same as a table, to be unfolded. */
void lane_table(struct text *t, const struct course *c);

#endif
