/* SPDX-License-Identifier: MIT */
/*
 * rollup - what remains of the samples of a period: counts per class, and of
 * the good ones the latency as sum, least, greatest and a sketch.  Two of
 * them merge without loss, in any order.
 *
 * The sketch counts latencies in buckets of a quarter of an octave: bucket
 * b holds latency_code() / 64 == b, so quantiles are within 19 percent.  Kept
 * as pairs of a byte (bucket, or class) and a count in base 128, ascending,
 * without zeros.
 */
#ifndef STORE_ROLLUP_H
#define STORE_ROLLUP_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/names.h"

enum { ROLLUP_BUCKETS = 128, ROLLUP_BLOB_BYTES = ROLLUP_BUCKETS * 6 };

enum rollup_period { ROLLUP_5MIN, ROLLUP_HOUR, ROLLUP_DAY, ROLLUP_PERIODS };

struct rollup { /* zeroed is empty */
	uint32_t n, good, failing;
	uint32_t min_us, max_us; /* 0 when none is good */
	uint64_t sum_us;
	uint32_t classes[CLASS_COUNT];
	uint32_t sketch[ROLLUP_BUCKETS];
};

/* Start of the period that holds t (UTC). */
wall_ms rollup_since(enum rollup_period p, wall_ms t);

void rollup_add(struct rollup *r, enum sample_class class, uint32_t total_us);
void rollup_merge(struct rollup *into, const struct rollup *from);

/* Latency that `percent` of the good ones do not exceed; 0 without any. */
uint32_t rollup_quantile_us(const struct rollup *r, unsigned percent);

size_t rollup_pack(const uint32_t *counts, size_t n,
    unsigned char buf[ROLLUP_BLOB_BYTES]);
/* False, and counts zeroed, when the bytes are not ours. */
bool rollup_unpack(const void *bytes, size_t size, uint32_t *counts, size_t n);

#endif
