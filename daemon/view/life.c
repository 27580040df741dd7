/* SPDX-License-Identifier: MIT */
#include "view/life.h"

#include <assert.h>

span_ms
life_step(size_t i)
{
	static const span_ms minutes[LIFE_STEPS] = {0, 5, 10, 20, 30, 60, 120,
	    240};

	assert(i < LIFE_STEPS);
	return minutes[i] * MINUTE_MS;
}

static void
relapse(struct life *l)
{
	l->relapsed++;
	for (size_t i = 0; i < LIFE_STEPS; i++)
		l->later[i] += l->good > life_step(i);
}

void
life_add(struct life *l, wall_ms since, wall_ms until, enum bucket b)
{
	if (since != l->until)
		l->at = LIFE_ELSE;
	l->until = until;
	switch (b) {
	case BUCKET_DOWN:
	case BUCKET_MAINTENANCE:
		if (l->at == LIFE_GOOD)
			relapse(l);
		l->at = LIFE_FAILING;
		l->good = 0;
		break;
	case BUCKET_RECOVERING:
		if (l->at != LIFE_ELSE)
			l->at = LIFE_GOOD;
		l->good += until - since;
		break;
	case BUCKET_UP:
	case BUCKET_DEGRADED:
		l->held += l->at != LIFE_ELSE;
		l->at = LIFE_ELSE;
		break;
	case BUCKET_UNKNOWN:
	case BUCKET_COUNT:
		l->at = LIFE_ELSE;
		break;
	}
}

unsigned
life_reached(const struct life *l, size_t i)
{
	return l->held + l->later[i];
}
