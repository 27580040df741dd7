/* SPDX-License-Identifier: MIT */
/*
 * trace - recorded samples of one or several files, in the order in which
 * they became evidence.
 *
 *	trace_new
 *	trace_read   once for each file
 *	trace_sort   then the samples, endpoints and intervals may be read
 */
#ifndef CLI_TRACE_H
#define CLI_TRACE_H

#include <stddef.h>

#include "cli/trace_row.h"
#include "core/sample.h"

enum {
	TRACE_ENDPOINTS_MAX = 100000,
	TRACE_ID_BYTES = 200, /* longest id of an endpoint */
	TRACE_SAMPLES_MAX = 200 * 1000 * 1000
};

struct trace;

/* Strings are the trace's. */
struct trace_endpoint {
	const char *id, *service, *region; /* region NULL: none named */
	wall_ms first;                     /* start of its first sample */
	span_ms interval; /* median between good samples in a row, or 60 s */
	uint64_t samples;
};

struct trace *trace_new(void);
void trace_free(struct trace *t); /* NULL is ignored */

/*
 * Add the samples of a file; "-" is standard input.  progress, if not NULL,
 * is called now and then with the samples so far.  ERR_IO: *f says why.
 * ERR_SYNTAX, ERR_LIMIT: bad data, and *line is where; 0 for the whole file.
 */
typedef void trace_progress_fn(void *arg, size_t samples);
MUST_CHECK
enum status trace_read(struct trace *t, const char *path,
    trace_progress_fn *progress, void *arg, unsigned long *line,
    struct fail *f);

/* Endpoints are numbered by their first sample from here on. */
void trace_sort(struct trace *t);

size_t trace_endpoint_count(const struct trace *t);
const struct trace_endpoint *trace_endpoint_at(const struct trace *t, size_t i);

size_t trace_count(const struct trace *t);
/*
 * Sample i in order of (evidence time, file, record), for the core; returns
 * its evidence time.  *endpoint is the number of its endpoint.
 */
wall_ms trace_sample_at(const struct trace *t, size_t i, struct sample *s,
    uint32_t *endpoint);
/* Evidence time of the last sample; 0 when there is none. */
wall_ms trace_end(const struct trace *t);

#endif
