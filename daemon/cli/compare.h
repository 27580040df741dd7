/* SPDX-License-Identifier: MIT */
/*
 * compare - what two settings say of the same samples, side by side.  Pure.
 *
 *	compare_new
 *	compare_hear   each event of one replay, then of the other
 *	compare_pair   then lines and figures may be read
 *
 * Both say the same when the event, the endpoint and the failing run behind it
 * are the same, whenever they say it.  At one time they may say different
 * things, which share a line.
 */
#ifndef CLI_COMPARE_H
#define CLI_COMPARE_H

#include "cli/trace.h"
#include "core/core.h"

enum { COMPARE_SIDES = 2 };

/* Something people are told of an incident. */
struct compare_said {
	const struct trace_endpoint *endpoint;
	uint32_t number; /* of the endpoint */
	unsigned side;
	wall_ms at, onset, ended;
	uint64_t run; /* the first failing sample of the run behind it */
	uint64_t nth; /* of all that were heard */
	enum event_kind event;
	enum kind kind;
	bool loud;
	struct incident_id incident;
};

/* NULL for the side that says nothing; same: both say the same. */
struct compare_line {
	const struct compare_said *said[COMPARE_SIDES];
	bool same;
};

struct compare_figures {
	uint64_t loud, quiet;
	uint64_t all_clears;
	uint64_t false_30, false_60; /* failed again within so many minutes */
	/* From the first loud notice of an incident to its end, or the trace's. */
	int64_t told_down_ms;
	/* From the first good answer to the all-clear; -1 without any. */
	int64_t delay_p50_ms, delay_p90_ms;
};

struct compare;
struct compare *compare_new(void);
void compare_free(struct compare *c); /* NULL is ignored */

/* What is no event of an incident is ignored; e lives as long as c. */
void compare_hear(struct compare *c, unsigned side, const struct output *o,
    const struct trace_endpoint *e);
/* end: of the trace. */
void compare_pair(struct compare *c, wall_ms end);

/* In order of time: of the earlier, where both say it. */
size_t compare_count(const struct compare *c);
const struct compare_line *compare_line_at(const struct compare *c, size_t i);
/* What is said first on that line; of the first side, if at one time. */
const struct compare_said *compare_earlier(const struct compare_line *l);
const struct compare_figures *compare_sum(const struct compare *c,
    unsigned side);

#endif
