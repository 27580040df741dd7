/* SPDX-License-Identifier: MIT */
/* input - what the core is told. */
#ifndef CORE_INPUT_H
#define CORE_INPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/recovery.h"
#include "core/sample.h"

#define ENDPOINT_NONE UINT32_MAX

enum { SCOPE_TAGS = 4 };

/*
 * How one endpoint is to be judged; copied into the world.  Services, regions
 * and tags are numbers from 1, the same for who belongs together; 0: none.
 */
struct policy {
	span_ms interval, timeout; /* > 0 */
	enum all_clear all_clear;
	uint32_t site; /* endpoints with one registrable domain share it */
	uint32_t service, region, tags[SCOPE_TAGS];
};

static inline bool
policy_equal(const struct policy *a, const struct policy *b)
{
	bool same = a->interval == b->interval && a->timeout == b->timeout &&
	    a->all_clear == b->all_clear && a->site == b->site &&
	    a->service == b->service && a->region == b->region;

	for (int i = 0; i < SCOPE_TAGS; i++)
		same = same && a->tags[i] == b->tags[i];
	return same;
}

/*
 * What an endpoint depends on.  Those of one group, which stand together, can
 * stand in for each other: it fails with them when all of them do.
 */
struct need {
	uint32_t endpoint, group;
};

enum input_kind {
	INPUT_ADVANCE, /* time has come to `at`; deadlines before it fire */
	INPUT_SAMPLE,
	INPUT_CANARY,    /* a canary answered or did not */
	INPUT_WINDOW,    /* a planned window begins, changes or ends */
	INPUT_RESOLVE,   /* an operator ends an incident */
	INPUT_WATCH,     /* endpoint added, or its policy changed */
	INPUT_UNWATCH,   /* endpoint removed or paused */
	INPUT_GAP,       /* nobody looked between from and at */
	INPUT_CLOCK_STEP /* recorded; moves nothing */
};

struct input {
	enum input_kind kind;
	wall_ms at; /* evidence time; of a sample it is sample_evidence() */
	uint32_t endpoint; /* slot, dense from 0; canary slot for CANARY */
	uint64_t ref; /* the caller's name for it, given back as evidence */
	union {
		struct sample sample;
		struct {
			bool good;
		} canary;
		struct {
			wall_ms until; /* <= at: it ends now */
		} window;
		struct policy policy;
		struct {
			bool paused;   /* else removed */
			wall_ms until; /* 0: until it is watched again */
		} unwatch;
		wall_ms gap_from;
		wall_ms wall; /* CLOCK_STEP: what that clock says now */
	} u;
};

#endif
