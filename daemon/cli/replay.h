/* SPDX-License-Identifier: MIT */
/*
 * replay - the core over a trace: samples and planned windows in, events out.
 * Pure of files and of the terminal; the same trace gives the same calls.
 */
#ifndef CLI_REPLAY_H
#define CLI_REPLAY_H

#include "cli/trace.h"
#include "core/core.h"
#include "wire/scope.h"

struct config;

struct replay_endpoint {
	const struct trace_endpoint *trace;
	int64_t bucket_ms[BUCKET_COUNT]; /* until the trace ends */
	uint64_t incidents, relapses, glitches;
};

struct replay_totals {
	uint64_t samples, endpoints;
	uint64_t incidents, open; /* opened in all; still open at the end */
	uint64_t loud, quiet;     /* of incidents */
	uint64_t relapses, glitches;
	int64_t bucket_ms[BUCKET_COUNT];
};

/*
 * Called for each event, in order of time, and after the last once for each
 * endpoint in order of its first sample.  e is NULL for what concerns none.
 */
struct replay_sink {
	void (*on_event)(void *arg, const struct output *o,
	    const struct trace_endpoint *e, const struct scope_names *scope);
	void (*on_endpoint)(void *arg, const struct replay_endpoint *e);
	void (*on_progress)(void *arg, size_t done); /* NULL: not wanted */
	void *arg;
};

/*
 * c, or NULL, gives interval, timeout, all_clear and planned windows of the
 * endpoints it knows.  t is sorted.
 */
void replay_run(const struct trace *t, const struct config *c,
    const struct replay_sink *sink, struct replay_totals *totals);

#endif
