/* SPDX-License-Identifier: MIT */
/*
 * ladder - when to probe an endpoint besides its timetable.
 *
 *	good --failing--> +3 +5 +10 +15 +20 +30 +30 ... s, while it fails
 *	failing --good--> once more after 5 s
 *
 * Extra probes never move the timetable, and are never rarer than it: what
 * falls beyond the interval is dropped.  Bounded by a bucket of 60 per hour
 * and endpoint, and by one per second and host.  LIMITED holds every probe of
 * the endpoint back for as long as the server asks.  Pure.
 */
#ifndef PROBER_LADDER_H
#define PROBER_LADDER_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "core/sample.h"

struct ladder { /* private */
	span_ms interval;
	bool on;
	bool failing; /* the last evidence was */
	unsigned step;
	wall_ms due;        /* of the next extra probe; 0: none */
	wall_ms hold_until; /* the server asked us to stay away */
	span_ms pace_every; /* advice; 0: none */
	wall_ms pace_until;
	span_ms credit; /* of the bucket */
	wall_ms credited;
};

/* on: quick probes wanted; a hold is obeyed in any case. */
void ladder_init(struct ladder *l, span_ms interval, bool on, wall_ms now);

/* Account for a finished probe; now is its evidence time. */
void ladder_feed(struct ladder *l, const struct sample *s, wall_ms now);

/* Advice from the keeper: every so often until then; every 0 ends it. */
void ladder_pace(struct ladder *l, span_ms every, wall_ms until, wall_ms now);

/* When the next extra probe is due; 0 for none. */
wall_ms ladder_due(const struct ladder *l);
/* It cannot be now, but later. */
void ladder_postpone(struct ladder *l, wall_ms due);
/*
 * The extra probe is due: true when the bucket allows it and it is not held
 * back.  Either way it is due no more.
 */
MUST_CHECK
bool ladder_take(struct ladder *l, wall_ms now);

/* No probe at all before the time the server asked for. */
bool ladder_held(const struct ladder *l, wall_ms now);

/* One extra probe per second and host, by hash; collisions only delay. */
enum { LADDER_HOSTS = 1024 };
struct ladder_hosts { /* private; zeroed to start */
	wall_ms last[LADDER_HOSTS];
};

/* 0 when one may go now, which is then accounted for; else the time to wait. */
MUST_CHECK
span_ms ladder_hosts_take(struct ladder_hosts *h, uint64_t host, wall_ms now);

#endif
