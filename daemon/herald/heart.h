/* SPDX-License-Identifier: MIT */
/*
 * heart - the heartbeats of the herald: somebody outside is told that Vigie
 * lives, and raises the alarm when that ends.
 *
 *	the last WELL is at most HEARTS_WORD_MS old:
 *		each receiver is asked every `every`, counted from begin to begin
 *	older, or there was none yet:
 *		nobody is; the next WELL begins with those that are due
 *
 * In real time, whatever the axis does.  One that fails is tried again at its
 * next turn; that is logged once an hour at most, and its end once, and so is
 * that there is no word.
 */
#ifndef HERALD_HEART_H
#define HERALD_HEART_H

#include "base/attr.h"
#include "io/logline.h"
#include "io/webhook.h"
#include "wire/receiver.h"

enum { HEARTS_WORD_MS = 3 * SECOND_MS };

struct hearts;

/* Both borrowed; the doors must be open before the first hearts_well(). */
MUST_CHECK
struct hearts *hearts_new(const struct webhook_doors *d, struct logline *log);
void hearts_free(struct hearts *all); /* what is under way is dropped */

/*
 * Add one, or give it another configuration; takes the receiver.  The same as
 * before disturbs nothing.  More than HEARTBEATS_MAX are refused and logged.
 */
void hearts_set(struct hearts *all, struct receiver *r);
/* Ends those that were not set since the last sweep. */
void hearts_sweep(struct hearts *all);

/* The keeper says that all is well. */
void hearts_well(struct hearts *all);

#endif
