/* SPDX-License-Identifier: MIT */
/*
 * player - reads a story and plays it on the stage.
 *
 *	start 2023-02-14T08:58:00Z     the first second
 *	config ... end                 the configuration; @ is the story's folder
 *	09:00:20 https://eu/ 503 body="server maintenance" header="A: b" after=2s
 *	09:00:20 https://eu/ ok expires=2023-02-20T00:00:00Z   its certificate
 *	09:00:20 https://eu/ 500 one_in=200   by chance, and else ok
 *	09:00:20 https://eu/ timeout   or refused, reset, truncated, ok
 *	09:00:20 name eu.test dns_nxdomain
 *	09:00:20 name eu.test 3        it has so many addresses
 *	09:00:20 kill prober|herald|log
 *	09:00:20 restart 5m            the daemon stops, and starts again after
 *	09:00:20 crash 5m              the same without saying good-bye
 *	09:00:20 sleep 1h              the machine is suspended
 *	09:00:20 clock -1h             somebody sets the wall clock
 *	09:00:20 disk full             or ok: nothing can be written
 *	09:00:20 reload ... end
 *	09:00:20 resolve               the last incident told of
 *	09:00:20 ack [WHY]             the same
 *	09:00:20 note TEXT             the same
 *	09:00:20 plan {"service": ...} a window is added; plan w1: cancelled
 *	09:00:53 expect incident.opened tesla-fleet/eu loud kind=maintenance
 *	09:01:00 logged reload-refused
 *	09:01:00 silent reload-refused never logged so far
 *	09:01:00 holds 1 SELECT ...    what the database answers, one number
 *	tolerance 5s                   how far from the time named is right
 *	22:00:00 stop
 *
 * Lines are in order of time.  Times are of the first day; beyond 24:00 is the
 * next one.  The expected events are all there are, in this order.
 */
#ifndef STORY_PLAYER_H
#define STORY_PLAYER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "stage.h"

struct story {
	const char *path;
	char *text;       /* all of the file, owned */
	const char *next; /* what has not been read of it */
	const char *here; /* the line being played */
	unsigned line;
	wall_ms start, day;
	span_ms tolerance;
	struct stage *stage; /* NULL before its configuration; owned */
	size_t told;         /* events compared so far */
	unsigned faults;
	bool lenient;      /* nothing is compared: the caller judges */
	unsigned patience; /* see stage_begin() */
	/* The stage is there, and the daemon about to start; or NULL. */
	void (*on_stage)(struct story *t);
};

/* False when the file cannot be read. */
bool story_load(struct story *t, const char *path);
void story_done(struct story *t);

/*
 * Play it to its end.  What is wrong is counted, and said on stderr.  With
 * next set to here, somebody else goes on with the line being played.
 */
void story_play(struct story *t);
void story_fault(struct story *t, const char *what, const char *detail);

/* The n-th event expected, as "EVENT ENDPOINT"; false if there are fewer. */
bool story_expected(const struct story *t, size_t n, char *out, size_t size);

#endif
