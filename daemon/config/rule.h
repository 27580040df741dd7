/* SPDX-License-Identifier: MIT */
/*
 * rule - a recurrence of RFC 5545, "FREQ=MONTHLY;BYDAY=1SU", as local starts.
 *
 * Understood are FREQ from DAILY up, INTERVAL, COUNT, UNTIL, BYDAY,
 * BYMONTHDAY, BYMONTH, BYSETPOS and WKST: what repeats within a day is no
 * maintenance window.  The steps are our own: the calendar library took more
 * than seven seconds over FREQ=MONTHLY;BYDAY=11FR, which never comes.  Nothing
 * here takes longer than a walk over the days up to the year 2200.
 */
#ifndef CONFIG_RULE_H
#define CONFIG_RULE_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

struct rule;
struct zone;

enum { RULE_TEXT_MAX = 400 };

/*
 * start is the first local start, ms as if it were UTC.  ERR_SYNTAX with the
 * place and what is wrong there.
 */
MUST_CHECK
struct rule *rule_new(const char *text, wall_ms start, struct fail *f);
void rule_free(struct rule *r); /* NULL is ignored */

const char *rule_text(const struct rule *r); /* as it was given */
wall_ms rule_start(const struct rule *r);

/*
 * The first local start at or after `from`; false when none comes any more, or
 * none before the year 2200.  z is the zone for an UNTIL that is in UTC.  Cheap when `from` ascends.
 */
MUST_CHECK
bool rule_next(struct rule *r, const struct zone *z, wall_ms from,
    wall_ms *start);

#endif
