/* SPDX-License-Identifier: MIT */
/* trace_order - sorting many samples, and how often an endpoint was asked. */
#ifndef CLI_TRACE_ORDER_H
#define CLI_TRACE_ORDER_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

/*
 * The order of 0..n-1 by key, equal ones as they are; owned by caller.
 * n < 2^32.
 */
typedef wall_ms trace_key_fn(const void *arg, size_t i);
uint32_t *trace_order(size_t n, trace_key_fn *key, const void *arg);

/*
 * Medians of the gaps between good samples in a row, per endpoint: expect so
 * many samples of each, note every sample in order of time, then ask.
 */
struct trace_gaps;
struct trace_gaps *trace_gaps_new(size_t endpoints);
void trace_gaps_free(struct trace_gaps *g);
void trace_gaps_expect(struct trace_gaps *g, size_t endpoint, size_t samples);
void trace_gaps_note(struct trace_gaps *g, size_t endpoint, wall_ms start,
    bool good);
span_ms trace_gaps_median(struct trace_gaps *g, size_t endpoint);

#endif
