/* SPDX-License-Identifier: MIT */
/*
 * recovery - is it really back?
 *
 * The rule: an incident resolves when the endpoint has been good for a quiet
 * time that grows with its *other* recoveries of the last six hours.  What
 * just happened says more than waiting does; the four numbers and the table
 * of chances come from real probe histories.
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

void recovery_note(struct recovery_log *log, wall_ms at);

/* Was the nth newest, from 0, within the six hours before at? */
bool recovery_counts(const struct recovery_log *log, size_t nth, wall_ms at);

/* Recoveries within the six hours before at, itself not noted yet: 0..3. */
unsigned recovery_others(const struct recovery_log *log, wall_ms at);

/*
 * Quiet time after that many others, at least 120 s.  failed: how long the
 * incident has failed; a quarter of it, up to 15 min, is the least, so that
 * hours of outage are not over after ten good minutes.
 */
span_ms recovery_quiet(unsigned others, span_ms failed, enum all_clear setting);

/* Chance in percent to hold for the next hour, good for so long already. */
unsigned recovery_chance(unsigned others, span_ms good_for);

#endif
