/* SPDX-License-Identifier: MIT */
/*
 * points - the places where the daemon dies: before and after each function
 * of points.def.  The linker puts ours around them; the daemon knows nothing.
 */
#ifndef CRASH_POINTS_H
#define CRASH_POINTS_H

enum function {
#define AROUND(name, result, parameters, arguments) F_##name,
#define AROUND_VOID(name, parameters, arguments)    F_##name,
#define BY_HAND(name)                               F_##name,
#define PLACE(name)                                 F_##name,
#include "points.def"
#undef AROUND
#undef AROUND_VOID
#undef BY_HAND
#undef PLACE
	F_COUNT
};

/* A point is 2 * function, and 1 more after it. */
enum { POINTS = 2 * F_COUNT };

/* "store_commit"; borrowed. */
const char *point_function(unsigned point);

/* Asked at each point while the daemon is on the stage; may not return. */
extern void (*point_reached)(unsigned point);

void point_before(enum function f);
void point_after(enum function f);

#endif
