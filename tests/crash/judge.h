/* SPDX-License-Identifier: MIT */
/*
 * judge - what must hold when a story is over in which the daemon died, or
 * the machine lost power, and came back.
 *
 *  1. The database opens and is sound (integrity_check, foreign_key_check),
 *     was not set aside (unless it was damaged: then it was, whole, and that
 *     was said), and has refused nothing that was decided.
 *  2. What was committed is there: each sample, transition, event, and notice
 *     owed to a receiver, of which the store had said that it was.
 *  3. What a receiver took stands in the outbox, word for word: nobody was
 *     told of what might still have been lost.
 *  4. Each event is owed or was told, and in the end nothing is owed; the
 *     numbers of notices have no gap.
 *  5. Each receiver that takes what it is sent has been told of all that the
 *     story expects, in that order, and of nothing else; from its opening to
 *     its end an incident has one name.  Only glitches are not counted: a gap
 *     may swallow one, and what was told of them is not kept.  When it was
 *     told may differ, and how long things lasted.
 *  6. Nothing came again to the same receiver but with the same id and body,
 *     and once at most.
 *  7. Samples are counted in their roll-ups once, no more and no less.
 */
#ifndef CRASH_JUDGE_H
#define CRASH_JUDGE_H

#include "player.h"

struct verdict {
	unsigned faults, lost; /* lost: of rule 2 and 3 */
	unsigned again;        /* notices that came twice */
};

/* The story has been played.  Each fault is said on stderr. */
void judge_story(struct story *t, const char *what, struct verdict *v);

#endif
