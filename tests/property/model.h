/* SPDX-License-Identifier: MIT */
/*
 * model - the decisions of the core for one endpoint, by brute force.
 *
 * Everything is worked out again at every step from the whole history of
 * samples, with floating point: slow, plain, and written from the rules
 * alone, so that it shares no mistake with the core.  Canaries, other
 * endpoints, operators and gaps are left out.
 */
#ifndef PROPERTY_MODEL_H
#define PROPERTY_MODEL_H

#include <stdbool.h>
#include <stddef.h>

#include "core/core.h"

enum { FACTS_MAX = 65536, SPANS_MAX = 2048, SAID_MAX = 16 };

enum what { GOOD, FAILING, REFUSED, MUTE, WINDOW, DROPPED, MOVED };

/* One thing that came in or was decided; the log of them is the model. */
struct fact {
	enum what what;
	wall_ms at;
	/* How things stood before it; for MOVED, after it. */
	enum state state;
	enum phase phase;
	enum kind kind;
	/* Samples. */
	wall_ms start;
	bool maint, extra;
	int32_t retry_after_s;
	/* WINDOW. */
	wall_ms until;
	/* MOVED: what was told, and from when the state is so (a label). */
	bool told;
	enum event_kind event;
	wall_ms since;
	wall_ms ended; /* RESOLVED */
	enum why why;
	enum origin origin;
	bool loud, escalated;
};

/* What an event must say. */
struct said {
	enum event_kind event;
	wall_ms at;
	bool loud;
	enum phase phase;
	enum kind kind, worst;
	enum origin origin;
	wall_ms onset, ended, all_clear_at;
	unsigned relapses, others;
	int64_t bucket_ms[BUCKET_COUNT];
};

struct model {
	struct policy policy;
	wall_ms start;
	struct fact *facts; /* FACTS_MAX */
	size_t count;
	struct said said[SAID_MAX]; /* at this step */
	size_t said_count;
	bool unsure; /* a decision was within a rounding of its threshold */
};

/* As new, in the room that its facts have. */
void model_start(struct model *m, const struct policy *p, wall_ms start);
void model_step(struct model *m, const struct input *in);

/* The last decision; a calm beginning if there was none. */
struct fact model_now(const struct model *m);
bool model_suspect(const struct model *m);
/* Milliseconds per bucket between the two. */
void model_sums(const struct model *m, wall_ms since, wall_ms until,
    int64_t out[BUCKET_COUNT]);
/* Belief in tenths of a deciban: between these two. */
void model_ledger(const struct model *m, double *low, double *high);

#endif
