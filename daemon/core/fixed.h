/* SPDX-License-Identifier: MIT */
/* fixed - logarithms, decay and roots in integers, the same everywhere. */
#ifndef CORE_FIXED_H
#define CORE_FIXED_H

#include <stdint.h>

#include "base/clock.h"

/* log2(num / den) in Q16, rounded down; num >= den > 0, num < 2^47. */
uint32_t fixed_log2_q16(uint64_t num, uint64_t den);

/* 10*log10(num / den) in tenths of a decibel, rounded to nearest. */
int fixed_decibans(uint64_t num, uint64_t den);

/* v * 2^(-dt / half_life), rounded down; dt >= 0. */
uint32_t fixed_decay(uint32_t v, span_ms dt, span_ms half_life);

/* The square root, rounded down. */
uint32_t fixed_root(uint64_t v);

#endif
