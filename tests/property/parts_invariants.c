/* SPDX-License-Identifier: MIT */
#include "parts_invariants.h"

struct policy
lives_policy(uint32_t i)
{
	static const span_ms intervals[] = {1000, 10000, 60000, 60000, 600000};
	/* One service in three regions, two in two, and loners. */
	static const uint32_t groups[LIVES_ENDPOINTS][3] = {{1, 1, 1},
	    {1, 1, 1}, {1, 2, 1}, {1, 3, 1}, {2, 1, 1}, {2, 2, 1}, {3, 1, 2},
	    {3, 3, 2}, {4, 0, 0}, {4, 1, 0}, {0, 0, 0}, {5, 2, 2}};

	return (struct policy){.interval = intervals[i % 5],
	    .service = groups[i][0],
	    .region = groups[i][1],
	    .tags = {0, groups[i][2]},
	    .timeout = 10000,
	    .all_clear = i % 3,
	    .site = i};
}

/* Who depends on whom: a chain, one that two can stand in for, a loner. */
static const struct need_of {
	uint32_t endpoint;
	struct need need;
} needs[] = {{4, {0, 0}}, {4, {1, 0}}, {5, {2, 0}}, {6, {4, 0}}, {7, {3, 0}},
    {7, {10, 1}}, {8, {0, 0}}, {8, {9, 0}}, {11, {9, 0}}};

enum { NEEDS = sizeof(needs) / sizeof(needs[0]) };

bool
lives_depends(uint32_t i, uint32_t on)
{
	for (size_t k = 0; k < NEEDS; k++) {
		if (needs[k].endpoint == i && needs[k].need.endpoint == on)
			return true;
	}
	return false;
}

void
lives_depend(struct world *w)
{
	for (uint32_t i = 0; i < LIVES_ENDPOINTS; i++) {
		struct need own[NEEDS];
		size_t n = 0;

		for (size_t k = 0; k < NEEDS; k++) {
			if (needs[k].endpoint == i)
				own[n++] = needs[k].need;
		}
		world_depend(w, i, own, n);
	}
}
