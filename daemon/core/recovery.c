/* SPDX-License-Identifier: MIT */
#include "core/recovery.h"

#include <assert.h>
#include <string.h>

static const span_ms memory = 6 * (span_ms)HOUR_MS;
static const span_ms shortest_quiet = 120 * (span_ms)SECOND_MS;
static const span_ms least_ceiling = 15 * (span_ms)MINUTE_MS;

void
recovery_note(struct recovery_log *log, wall_ms at)
{
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
recovery_quiet(unsigned others, span_ms failed, enum all_clear setting)
{
	static const int minutes[RECOVERY_OTHERS_MAX + 1] = {10, 60, 180, 360};
	span_ms q, least = failed / 4;

	assert(others <= RECOVERY_OTHERS_MAX);
	q = minutes[others] * (span_ms)MINUTE_MS;
	if (least > least_ceiling)
		least = least_ceiling;
	if (least > q)
		q = least;
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

/* Permille of recoveries that failed again within the next hour, by how long
 * they had been good: 0, 15 and 30 min, 1, 2, 3 and 6 h. */
static const struct {
	span_ms good_for;
	unsigned short relapse[RECOVERY_OTHERS_MAX + 1];
} fit[] = {
    {0, {80, 180, 380, 550}},
    {900000, {70, 200, 400, 490}},
    {1800000, {60, 170, 370, 480}},
    {3600000, {50, 150, 280, 350}},
    {7200000, {30, 150, 180, 210}},
    {10800000, {13, 60, 180, 190}},
    {21600000, {14, 30, 20, 90}},
};

unsigned
recovery_chance(unsigned others, span_ms good_for)
{
	size_t i = sizeof(fit) / sizeof(fit[0]) - 1;

	assert(others <= RECOVERY_OTHERS_MAX);
	while (i > 0 && good_for < fit[i].good_for)
		i--;
	return (1000u - fit[i].relapse[others] + 5) / 10;
}
