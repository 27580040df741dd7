/* SPDX-License-Identifier: MIT */
/*
 * partial - some addresses of an endpoint fail and others are good: it is up,
 * and whoever wants to know is told which.
 *
 * A set of failing addresses that two good samples in a row agree on is told
 * when it is another than the one told last, and once more after each hour
 * that it stays; so is, once, that none fails any more.  Where sets change all
 * the time, as with a name that has other addresses at each answer, no more
 * than a few an hour are told; what is left to tell waits for the next hour.
 */
#ifndef KEEPER_PARTIAL_H
#define KEEPER_PARTIAL_H

#include <stdint.h>

#include "base/clock.h"

struct keeper;
struct watched;
struct input;
struct excerpt;

struct partial {
	char *words;         /* wire/partial.h; NULL: none fails, or unknown */
	uint64_t seen, told; /* sets; 0: none fails */
	wall_ms told_at;     /* of the last notice; 0: never */
	wall_ms hour;        /* in which `changes` were told */
	unsigned changes;
};

/* The excerpt of a sample, as it is kept; before partial_look() at best. */
void partial_words(struct watched *w, const struct excerpt *x);

/* After each sample. */
void partial_look(struct keeper *k, struct watched *w, const struct input *in);

/* At a start: an event of its past, as it was told; the newest first. */
void partial_restore(struct watched *w, wall_ms at, const char *json);

void partial_done(struct partial *p);

#endif
