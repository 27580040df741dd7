/* SPDX-License-Identifier: MIT */
/*
 * aftermath - what must hold when a story is over in which something failed.
 *
 *  - Each event that the story expects was told, in that order, and none
 *    else, but for a receiver that says once more that it is gone: whatever
 *    fails, nobody is told of an outage that was none, and nobody misses one.
 *    When it was told may differ, and its figures with it.
 *  - The daemon is not degraded any more.
 *  - The database is whole (integrity_check, foreign_key_check), was not set
 *    aside, has refused nothing, and holds at least as many samples,
 *    transitions and events as were said to be committed; no incident is
 *    open, and nothing is owed to a receiver that is well.
 */
#ifndef FAULT_AFTERMATH_H
#define FAULT_AFTERMATH_H

#include "player.h"

/*
 * The story has been played; its daemon ends.  False with a line on stderr
 * for each thing that does not hold.
 */
bool aftermath_holds(struct story *t, const char *what);

#endif
