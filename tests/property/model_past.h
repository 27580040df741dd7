/* SPDX-License-Identifier: MIT */
/*
 * model_past - what the log of facts adds up to, from its beginning.
 *
 * Places are positions in the log; "as of the first facts" leaves out what
 * came later.
 */
#ifndef PROPERTY_MODEL_PAST_H
#define PROPERTY_MODEL_PAST_H

#include "model.h"

static const span_ms second = SECOND_MS, minute = MINUTE_MS, hour = HOUR_MS;

/* Samples of one kind that follow each other. */
struct run {
	size_t count, maint;
	size_t first; /* its place */
	size_t seen;  /* of failing ones: the first after the last silence */
};

/* The last one of that kind, as of the first facts. */
struct run model_run(const struct model *m, enum what what, size_t facts);
/* A good sample that ends a failing run: how long that was, or -1. */
span_ms model_ends_run(const struct model *m, size_t i);

bool model_told(const struct fact *f, enum event_kind event);
/* The place of the last event of a kind; the number of facts for never. */
size_t model_last(const struct model *m, enum event_kind event);
wall_ms model_onset(const struct model *m);
/* Of a sample, as of the first facts: not before the span it is told in. */
wall_ms model_label(const struct model *m, size_t i, size_t facts);

/* Of an incident open then: it fails, and is not merely degraded. */
bool model_fails(const struct fact *f);

/* The rate of failing samples (3.10): between low and high. */
struct partly {
	double low, high;
	wall_ms counted;   /* evidence of the last one that did */
	wall_ms failed[3]; /* starts, newest first, in whole seconds; 0: none */
	bool counts;       /* the last sample did, or might have */
	bool ill, torn;    /* torn: whether it is ill cannot be told */
};

struct partly model_partly(const struct model *m);

/* Where the incident began to be more than a degradation, and since then how
 * long it was unknown before it recovered. */
size_t model_grave(const struct model *m);
span_ms model_unknown(const struct model *m);

/* The ledger (3.3): between low and high, n samples, g glitches. */
struct belief {
	double low, high;
	double n, g;
	bool suspect, torn; /* torn: between suspect and not */
};

struct belief model_belief(const struct model *m, size_t facts);

/* The quiet time of an incident that is recovering (CONTRACTS 2). */
struct quiet {
	size_t base;   /* the good sample it counts from */
	wall_ms ended; /* its label */
	wall_ms until;
	unsigned others;
};

struct quiet model_quiet(struct model *m);

#endif
