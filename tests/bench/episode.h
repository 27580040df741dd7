/* SPDX-License-Identifier: MIT */
/*
 * episode - when which endpoint fails in a made-up past, and how fast it
 * answers else.  The same seed gives the same past.
 */
#ifndef BENCH_EPISODE_H
#define BENCH_EPISODE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/sample.h"

enum { REGIONS = 5 };

struct episode {
	wall_ms from, until;
	enum reason reason;
	uint16_t code;
	int32_t retry_after_s;
	bool slow; /* it answers well, but eight times slower */
};

/* Of one endpoint, in order, none of them touching another. */
struct past {
	struct episode *all;
	size_t count, size;
	uint32_t usual_us;
};

struct pasts {
	struct past *each;
	size_t count;
	wall_ms from, until;
};

/*
 * Endpoint i is region i % REGIONS of service i / REGIONS.  Some episodes are
 * of an endpoint alone, some come in trains, some hit a service or a region,
 * and some last still at `until`.
 */
void pasts_init(struct pasts *all, size_t endpoints, wall_ms from,
    wall_ms until);
void pasts_done(struct pasts *all);

/*
 * The episode at this time, or NULL.  *hint is where to look first: of one
 * endpoint, asked in order of time, 0 at first.
 */
const struct episode *past_at(const struct past *p, size_t *hint, wall_ms at);
/* Whether one is on, begins within `margin`, or ended within it. */
bool past_near(const struct past *p, size_t *hint, wall_ms at, span_ms margin);

/* What a probe finds that begins then. */
void past_sample(const struct past *p, const struct episode *e, wall_ms at,
    struct sample *s);

#endif
