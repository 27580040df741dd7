/* SPDX-License-Identifier: MIT */
/*
 * recovery - is it really back?
 *
 * The rule: an incident resolves when the endpoint has been good for a quiet
 * time that grows with its *other* recoveries of the last six hours.  What
 * just happened says more than waiting does.  The numbers are fitted on real
 * probe histories by tests/bench/recovery_fit.py; docs/recovery.md has them.
 */
#ifndef CORE_RECOVERY_H
#define CORE_RECOVERY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/clock.h"

enum all_clear { ALL_CLEAR_DEFAULT, ALL_CLEAR_EAGER, ALL_CLEAR_CAUTIOUS };

enum { RECOVERY_MEMORY = 4, RECOVERY_OTHERS_MAX = 3 };

/* The last recoveries, newest first, in whole seconds UTC; 0 is none. */
struct recovery_log {
	uint32_t at_s[RECOVERY_MEMORY];
};

/*
 * The endpoint's own record, in 1/256 of a failure: how many of its
 * recoveries failed again within six hours, and how many would have
 * elsewhere.  Both are halved now and then, so that the old counts less.
 */
struct recovery_record {
	uint16_t again, expected;
};

enum { RECOVERY_UNIT = 256 }; /* of a record: one failure */

/* A failing run from `from` ended at `at`: a recovery, from then on. */
void recovery_note(struct recovery_log *log, struct recovery_record *own,
    wall_ms from, wall_ms at);

/* Was the nth newest, from 0, within the six hours before at? */
bool recovery_counts(const struct recovery_log *log, size_t nth, wall_ms at);

/* Recoveries within the six hours before at, itself not noted yet: 0..3. */
unsigned recovery_others(const struct recovery_log *log, wall_ms at);

/* Quiet time after that many others, at least 120 s. */
span_ms recovery_quiet(unsigned others, enum all_clear setting);

/*
 * How many times as often its recoveries fail again as elsewhere, in
 * 1/RECOVERY_UNIT: (2 + again) / (2 + expected), the mean of a
 * gamma-distributed frailty (Vaupel, Manton and Stallard 1979).
 */
unsigned recovery_frailty(const struct recovery_record *own);

/*
 * Chance in percent, 40..98, to hold for the next hour, good for so long (a
 * world without inputs has no time, and less than nothing counts as nothing):
 * e^-(frailty * (H(good_for + 1 h) - H(good_for))), H the cumulative hazard
 * after that many others.
 */
unsigned recovery_chance(unsigned others, const struct recovery_record *own,
    span_ms good_for);

#endif
