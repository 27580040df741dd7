/* SPDX-License-Identifier: MIT */
#include "core/fixed.h"

#include <assert.h>

#include "core/sample.h"

/* How many binary digits v has; v > 0. */
static unsigned
width(uint64_t v)
{
	return 64 - (unsigned)__builtin_clzll(v);
}

/*
 * log2(num / den) with that many binary digits behind the point, bit by bit:
 * squaring the mantissa doubles its logarithm, so each overflow past 2 is the
 * next digit (Knuth, TAOCP 1.2.2, exercise 25).
 */
static uint32_t
log2_digits(uint64_t num, uint64_t den, unsigned digits)
{
	uint32_t whole;
	uint64_t x;

	assert(den > 0 && num >= den && num < (uint64_t)1 << 47);
	whole = width(num) - width(den);
	if (num < den << whole)
		whole--;
	x = (num << 16) / (den << whole); /* [1, 2) in Q16 */
	x <<= 15;                         /* Q31: squares fit in 64 bits */
	for (unsigned i = 0; i < digits; i++) {
		uint32_t digit;

		x = (x * x) >> 31;
		digit = (uint32_t)(x >> 32);
		x >>= digit;
		whole = whole << 1 | digit;
	}
	return whole;
}

uint32_t
fixed_log2_q16(uint64_t num, uint64_t den)
{
	return log2_digits(num, den, 16);
}

int
fixed_decibans(uint64_t num, uint64_t den)
{
	/* 100 * log10(2) = 30.103; tenths = log2 * 30.103 */
	uint64_t t = (uint64_t)fixed_log2_q16(num, den) * 30103;

	return (int)((t / 1000 + (1 << 15)) >> 16);
}

/* 2^(-i/16) in Q31, i = 0..16. */
static const uint32_t sixteenth[17] = {2147483648u, 2056437387u, 1969251188u,
    1885761398u, 1805811301u, 1729250827u, 1655936265u, 1585730000u,
    1518500250u, 1454120821u, 1392470869u, 1333434672u, 1276901417u,
    1222764986u, 1170923762u, 1121280436u, 1073741824u};

uint32_t
fixed_decay(uint32_t v, span_ms dt, span_ms half_life)
{
	int64_t halves, rest, slot;
	uint64_t factor;

	assert(dt >= 0 && half_life > 0 && half_life <= 365 * (span_ms)DAY_MS);
	halves = dt / half_life;
	if (halves >= 32)
		return 0;
	rest = dt % half_life * 65536 / half_life; /* Q16 of one half-life */
	slot = rest >> 12;
	factor = sixteenth[slot] -
	    (((uint64_t)(sixteenth[slot] - sixteenth[slot + 1]) *
		 (uint64_t)(rest & 4095)) >>
		12);
	return (uint32_t)((v * factor) >> 31 >> halves);
}

/* Digit by digit, two bits of v for each of the root. */
uint32_t
fixed_root(uint64_t v)
{
	uint64_t root = 0;

	for (uint64_t bit = (uint64_t)1 << 62; bit != 0; bit >>= 2) {
		if (v >= root + bit) {
			v -= root + bit;
			root = (root >> 1) + bit;
		} else {
			root >>= 1;
		}
	}
	return (uint32_t)root;
}

uint16_t
latency_code(uint32_t us)
{
	return us <= 1 ? 0 : (uint16_t)log2_digits(us, 1, 8);
}

uint32_t
latency_us(uint16_t code)
{
	uint32_t whole = code >> 8, part = code & 255;
	uint64_t mantissa; /* 2^(part/256) in Q31 */

	mantissa = fixed_decay(1u << 31, 256 - (span_ms)part, 256);
	if (whole > 31)
		return UINT32_MAX;
	return (uint32_t)((mantissa << 1 << whole) >> 31);
}
