/* SPDX-License-Identifier: MIT */
#include "store/rollup.h"

#include <string.h>

#include "core/sample.h"

enum { BUCKET_SHIFT = 6 }; /* 1/256 octave to 1/4 */

static const span_ms lengths[ROLLUP_PERIODS] = {5 * (span_ms)MINUTE_MS, HOUR_MS,
    DAY_MS};

wall_ms
rollup_since(enum rollup_period p, wall_ms t)
{
	wall_ms rest = t % lengths[p];

	return t - (rest < 0 ? rest + lengths[p] : rest);
}

void
rollup_add(struct rollup *r, enum sample_class class, uint32_t total_us)
{
	enum effect effect = class_effect(class);

	r->n++;
	r->classes[class]++;
	if (effect == EFFECT_FAILING)
		r->failing++;
	if (effect != EFFECT_GOOD)
		return;
	if (r->good == 0 || total_us < r->min_us)
		r->min_us = total_us;
	if (total_us > r->max_us)
		r->max_us = total_us;
	r->good++;
	r->sum_us += total_us;
	r->sketch[latency_code(total_us) >> BUCKET_SHIFT]++;
}

void
rollup_merge(struct rollup *into, const struct rollup *from)
{
	if (from->good > 0 && (into->good == 0 || from->min_us < into->min_us))
		into->min_us = from->min_us;
	if (from->max_us > into->max_us)
		into->max_us = from->max_us;
	into->n += from->n;
	into->good += from->good;
	into->failing += from->failing;
	into->sum_us += from->sum_us;
	for (size_t i = 0; i < CLASS_COUNT; i++)
		into->classes[i] += from->classes[i];
	for (size_t i = 0; i < ROLLUP_BUCKETS; i++)
		into->sketch[i] += from->sketch[i];
}

uint32_t
rollup_quantile_us(const struct rollup *r, unsigned percent)
{
	uint64_t wanted = ((uint64_t)r->good * percent + 99) / 100, seen = 0;
	uint32_t top;

	if (r->good == 0)
		return 0;
	if (wanted == 0)
		return r->min_us;
	for (size_t i = 0; i < ROLLUP_BUCKETS; i++) {
		seen += r->sketch[i];
		if (seen < wanted)
			continue;
		top = latency_us((uint16_t)((i + 1) << BUCKET_SHIFT));
		return top < r->max_us ? top : r->max_us;
	}
	return r->max_us;
}

size_t
rollup_pack(const uint32_t *counts, size_t n,
    unsigned char buf[ROLLUP_BLOB_BYTES])
{
	size_t at = 0;

	for (size_t i = 0; i < n; i++) {
		uint32_t v = counts[i];

		if (v == 0)
			continue;
		buf[at++] = (unsigned char)i;
		for (; v >= 0x80; v >>= 7)
			buf[at++] = (unsigned char)(0x80 | (v & 0x7f));
		buf[at++] = (unsigned char)v;
	}
	return at;
}

/* A count in base 128; moves *at behind it.  False when it is cut or long. */
static bool
get_count(const unsigned char *p, size_t size, size_t *at, uint32_t *v)
{
	uint64_t sum = 0;

	for (unsigned shift = 0; shift < 35 && *at < size; shift += 7) {
		unsigned char byte = p[(*at)++];

		sum |= (uint64_t)(byte & 0x7f) << shift;
		if (byte < 0x80) {
			*v = (uint32_t)sum;
			return sum <= UINT32_MAX;
		}
	}
	return false;
}

bool
rollup_unpack(const void *bytes, size_t size, uint32_t *counts, size_t n)
{
	const unsigned char *p = bytes;
	size_t at = 0;

	memset(counts, 0, n * sizeof(counts[0]));
	while (at < size) {
		size_t i = p[at++];
		uint32_t v;

		if (i >= n || !get_count(p, size, &at, &v)) {
			memset(counts, 0, n * sizeof(counts[0]));
			return false;
		}
		counts[i] = v;
	}
	return true;
}
