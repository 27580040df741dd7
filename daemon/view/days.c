/* SPDX-License-Identifier: MIT */
#include "view/days.h"

#include <assert.h>

void
days_init(struct days *d, wall_ms now, size_t count)
{
	assert(count > 0 && count <= DAYS_MAX && now >= 0);
	*d = (struct days){.from = now - now % DAY_MS -
		(wall_ms)(count - 1) * DAY_MS,
	    .count = count};
}

void
days_add(struct days *d, wall_ms since, wall_ms until, enum bucket b)
{
	wall_ms end = d->from + (wall_ms)d->count * DAY_MS;

	if (since < d->from)
		since = d->from;
	if (until > end)
		until = end;
	while (since < until) {
		wall_ms day = (since - d->from) / DAY_MS;
		wall_ms midnight = d->from + (day + 1) * DAY_MS;
		wall_ms next = until < midnight ? until : midnight;

		d->ms[day][b] += next - since;
		since = next;
	}
}

int64_t
days_sum(const struct days *d, enum bucket b)
{
	int64_t sum = 0;

	for (size_t i = 0; i < d->count; i++)
		sum += d->ms[i][b];
	return sum;
}

int64_t
days_watched(const struct days *d, size_t day)
{
	int64_t sum = 0;

	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		sum += d->ms[day][b];
	return sum;
}
