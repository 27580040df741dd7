/* SPDX-License-Identifier: MIT */
#include "view/bins.h"

#include <assert.h>

/* 1970-01-05 was a Monday. */
enum { FIRST_MONDAY_MS = 4 * DAY_MS };

span_ms
grain_ms(enum grain grain)
{
	static const span_ms lengths[GRAIN_COUNT] = {[GRAIN_HOUR] = HOUR_MS,
	    [GRAIN_DAY] = DAY_MS,
	    [GRAIN_WEEK] = 7 * (span_ms)DAY_MS};

	return lengths[grain];
}

void
bins_init(struct bins *b, enum grain grain, wall_ms now, size_t count)
{
	span_ms step = grain_ms(grain);
	span_ms past =
	    (now - (grain == GRAIN_WEEK ? FIRST_MONDAY_MS : 0)) % step;

	assert(count > 0 && count <= BINS_MAX);
	past = past < 0 ? past + step : past;
	*b = (struct bins){.grain = grain,
	    .from = now - past - (wall_ms)(count - 1) * step,
	    .count = count};
}

wall_ms
bins_at(const struct bins *b, size_t i)
{
	assert(i <= b->count);
	return b->from + (wall_ms)i * grain_ms(b->grain);
}

void
bins_add(struct bins *b, wall_ms since, wall_ms until, enum bucket in)
{
	span_ms step = grain_ms(b->grain);
	wall_ms end = bins_at(b, b->count);

	if (since < b->from)
		since = b->from;
	if (until > end)
		until = end;
	while (since < until) {
		size_t i = (size_t)((since - b->from) / step);
		wall_ms over = bins_at(b, i + 1);
		wall_ms next = until < over ? until : over;

		b->ms[i][in] += next - since;
		since = next;
	}
}

int64_t
bins_sum(const struct bins *b, enum bucket in)
{
	int64_t sum = 0;

	for (size_t i = 0; i < b->count; i++)
		sum += b->ms[i][in];
	return sum;
}

int64_t
bins_watched(const struct bins *b, size_t i)
{
	int64_t sum = 0;

	for (unsigned in = 0; in < BUCKET_COUNT; in++)
		sum += b->ms[i][in];
	return sum;
}
