/* SPDX-License-Identifier: MIT */
/*
 * damage - of the database, which only a statement met, long after the start.
 *
 * A disk may give one wrong answer; what is met again within the hour stays.
 * Then the file is condemned: the next start sets it aside.  Until then all
 * goes on as well as that file allows.
 */
#ifndef KEEPER_DAMAGE_H
#define KEEPER_DAMAGE_H

#include <stdbool.h>

#include "base/clock.h"

struct keeper;

struct db_damage {
	bool certain;   /* what is written now is set aside too */
	bool marked;    /* that is on disk */
	unsigned met;   /* as store_damage() said last */
	wall_ms met_at; /* then; 0: never */
	bool moved;     /* what is written has no name, as was said */
};

/* Each second while there is a store. */
void damage_watch(struct keeper *k);

#endif
