/* SPDX-License-Identifier: MIT */
/*
 * timetable - a timing wheel: thousands of due times on one timer of the loop.
 *
 * Due times fall into slots of 10 to 50 ms, wider when little happens, so that
 * probes of one slot start together; empty slots cost no wake-up.  What is due
 * is called at the end of its slot at the latest, never early.
 */
#ifndef PROBER_TIMETABLE_H
#define PROBER_TIMETABLE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "io/loop.h"

struct timetable;

/* Embedded in what is due, zeroed to start; private. */
struct timetable_entry {
	struct timetable_entry *next, **link; /* link NULL: not armed */
	wall_ms due;
};

/* The entry is disarmed before the call, and may be armed again in it. */
typedef void due_fn(void *arg, struct timetable_entry *e);

MUST_CHECK
struct timetable *timetable_new(struct loop *l, due_fn *fn, void *arg);
/* Entries are forgotten.  NULL is ignored. */
void timetable_free(struct timetable *t);

/* Replaces an earlier arming; a time gone by is due at the next turn. */
void timetable_arm(struct timetable *t, struct timetable_entry *e, wall_ms due);
void timetable_disarm(struct timetable *t, struct timetable_entry *e);

/*
 * How wide a slot is for so many probes per 1000 seconds: about 10 probes,
 * 10 ms to 50 ms.  Widening or narrowing moves every entry.
 */
void timetable_set_rate(struct timetable *t, uint64_t probes_per_ks);
span_ms timetable_slot(const struct timetable *t);

/*
 * The fixed phase of an endpoint within its interval: by its id alone, the
 * same after a restart, on a slot of its own where slots are wide.
 */
span_ms timetable_phase(const char *id, span_ms interval, span_ms slot);
/* The first time after `after` with that phase. */
wall_ms timetable_next(span_ms phase, span_ms interval, wall_ms after);
/* First probe of a new endpoint: within min(interval, 60 s) from now. */
wall_ms timetable_first(const char *id, span_ms phase, span_ms interval,
    wall_ms now);

#endif
