/* SPDX-License-Identifier: MIT */
/* pausing - endpoints that nobody watches for a while, by somebody's word. */
#ifndef KEEPER_PAUSING_H
#define KEEPER_PAUSING_H

struct keeper;

/*
 * Each second: watch again what has been paused long enough, and, while
 * everything is paused, let the database know of the present.
 */
void pausing_tick(struct keeper *k);

#endif
