/* SPDX-License-Identifier: MIT */
/*
 * The machine of RFC 2439 with the caution of RFC 7196: a penalty that halves
 * every 30 minutes raises a flag for people.  It changes nothing else.
 */
#include <limits.h>

#include "core/fixed.h"
#include "core/world.h"

static const uint32_t flag_on = 4000, flag_off = 750, ceiling = 12000;
static const span_ms half_life = 30 * (span_ms)MINUTE_MS;

static uint32_t
penalty_after(const struct memory *m, span_ms dt)
{
	return fixed_decay(m->penalty, dt > 0 ? dt : 0, half_life);
}

void
penalty_add(struct world *w, uint32_t i, uint32_t points)
{
	struct memory *m = &w->endpoints[i].m;
	uint32_t now_s = (uint32_t)(w->now / 1000);
	uint32_t p = points;

	if (m->penalty > 0)
		p += penalty_after(m,
		    ((span_ms)now_s - m->penalty_s) * SECOND_MS);
	m->penalty = p < ceiling ? p : ceiling;
	m->penalty_s = now_s;
	if (m->penalty >= flag_on)
		memory_mark(m, MEMORY_FLAPPING, true);
}

/* First whole second at which the flag falls. */
wall_ms
penalty_deadline(const struct memory *m)
{
	span_ms low = 0, high = 5 * half_life; /* 12000 / 2^5 < 750 */

	if (!memory_has(m, MEMORY_FLAPPING))
		return INT64_MAX;
	while (high - low > SECOND_MS) {
		span_ms mid = (low + high) / 2;

		if (penalty_after(m, mid) < flag_off)
			high = mid;
		else
			low = mid;
	}
	return ((wall_ms)m->penalty_s + high / SECOND_MS + 1) * SECOND_MS;
}

void
penalty_settle(struct world *w, uint32_t i)
{
	memory_mark(&w->endpoints[i].m, MEMORY_FLAPPING, false);
}
