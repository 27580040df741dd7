/* SPDX-License-Identifier: MIT */
#include "core/recovery.h"

#include <assert.h>
#include <string.h>

#include "core/fixed.h"

enum {
	OWN_PRIOR = 2 * RECOVERY_UNIT,    /* weight of everybody's record */
	OWN_LONGEST = 32 * RECOVERY_UNIT, /* expected: halved above it */
	HAZARD_UNIT = 1024,               /* of cumulative[] */
	HAZARD_LN2 = 181704 /* ln 2 * HAZARD_UNIT * RECOVERY_UNIT */
};

static const span_ms memory = 6 * (span_ms)HOUR_MS;
static const span_ms shortest_quiet = 120 * (span_ms)SECOND_MS;

enum { EDGES = 9 };
static const short edge_min[EDGES] = {0, 15, 30, 60, 120, 180, 240, 360, 540};
static const short cumulative[RECOVERY_OTHERS_MAX + 1][EDGES] = {
    {0, 60, 123, 163, 214, 245, 275, 317, 368},
    {0, 91, 199, 341, 553, 693, 801, 964, 1028},
    {0, 145, 342, 549, 877, 1026, 1197, 1415, 1542},
    {0, 240, 482, 887, 1454, 1786, 2078, 2590, 2851},
};

/* The cumulative hazard of a recovery this old, in 1/HAZARD_UNIT. */
static int64_t
hazard(unsigned others, span_ms age)
{
	const short *h = cumulative[others];
	size_t i = 0;

	assert(others <= RECOVERY_OTHERS_MAX && age >= 0);
	while (i + 1 < EDGES && age >= edge_min[i + 1] * (span_ms)MINUTE_MS)
		i++;
	if (i + 1 == EDGES)
		return h[i];
	return h[i] +
	    (h[i + 1] - h[i]) * (age - edge_min[i] * (span_ms)MINUTE_MS) /
	    ((edge_min[i + 1] - edge_min[i]) * (span_ms)MINUTE_MS);
}

static uint16_t
clamp16(int64_t v)
{
	return v < UINT16_MAX ? (uint16_t)v : UINT16_MAX;
}

/* What became of the newest recovery: it failed again at `from`. */
static void
learn(const struct recovery_log *log, struct recovery_record *own, wall_ms from)
{
	wall_ms back = (wall_ms)log->at_s[0] * 1000;
	span_ms lasted = from > back ? from - back : 0;
	unsigned others = 0;
	int64_t h;

	while (others < RECOVERY_OTHERS_MAX &&
	    recovery_counts(log, others + 1, back))
		others++;
	h = hazard(others, lasted < memory ? lasted : memory);
	own->expected =
	    clamp16(own->expected + h * RECOVERY_UNIT / HAZARD_UNIT);
	if (lasted <= memory)
		own->again = clamp16(own->again + (int64_t)RECOVERY_UNIT);
	if (own->expected > OWN_LONGEST) {
		own->expected /= 2;
		own->again /= 2;
	}
}

void
recovery_note(struct recovery_log *log, struct recovery_record *own,
    wall_ms from, wall_ms at)
{
	if (log->at_s[0] != 0)
		learn(log, own, from);
	memmove(log->at_s + 1, log->at_s,
	    (RECOVERY_MEMORY - 1) * sizeof(log->at_s[0]));
	log->at_s[0] = (uint32_t)(at / 1000);
}

bool
recovery_counts(const struct recovery_log *log, size_t nth, wall_ms at)
{
	return nth < RECOVERY_MEMORY && log->at_s[nth] != 0 &&
	    at / 1000 - log->at_s[nth] <= memory / 1000;
}

unsigned
recovery_others(const struct recovery_log *log, wall_ms at)
{
	unsigned n = 0;

	while (n < RECOVERY_OTHERS_MAX && recovery_counts(log, n, at))
		n++;
	return n;
}

span_ms
recovery_quiet(unsigned others, enum all_clear setting)
{
	static const int minutes[RECOVERY_OTHERS_MAX + 1] = {15, 120, 120, 360};
	span_ms q;

	assert(others <= RECOVERY_OTHERS_MAX);
	q = minutes[others] * (span_ms)MINUTE_MS;
	switch (setting) {
	case ALL_CLEAR_EAGER:
		q /= 2;
		break;
	case ALL_CLEAR_CAUTIOUS:
		q *= 2;
		break;
	case ALL_CLEAR_DEFAULT:
		break;
	}
	return q > shortest_quiet ? q : shortest_quiet;
}

unsigned
recovery_frailty(const struct recovery_record *own)
{
	return RECOVERY_UNIT * (OWN_PRIOR + (unsigned)own->again) /
	    (OWN_PRIOR + (unsigned)own->expected);
}

unsigned
recovery_chance(unsigned others, const struct recovery_record *own,
    span_ms good_for)
{
	span_ms age = good_for > 0 ? good_for : 0;
	int64_t h =
	    hazard(others, age + (span_ms)HOUR_MS) - hazard(others, age);
	span_ms x = recovery_frailty(own) * h;
	uint32_t holds = (fixed_decay(10000, x, HAZARD_LN2) + 50) / 100;

	return holds < 40 ? 40 : holds > 98 ? 98 : holds;
}
