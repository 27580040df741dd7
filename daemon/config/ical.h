/* SPDX-License-Identifier: MIT */
/*
 * ical - the only door to the calendar library: one event, which has been cut
 * down to what is understood before it gets here; see ics.h.  Its rule stays
 * text; see rule.h.
 */
#ifndef CONFIG_ICAL_H
#define CONFIG_ICAL_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

enum { ICAL_EXCEPT_MAX = 500 };

/* A time as written: local ms as if it were UTC, and of which zone. */
struct ical_time {
	wall_ms local;
	bool set, utc, date; /* date: a whole day */
	char *zone;          /* TZID, or NULL: none was named */
};

struct ical_event {
	char *uid, *summary, *rrule;           /* or NULL */
	struct ical_time start, end, instance; /* instance: RECURRENCE-ID */
	span_ms length; /* of DURATION; 0: there is none */
	struct ical_time *except;
	size_t except_count;
	bool cancelled;
	bool dates; /* RDATE is there, which is not understood */
};

/* text is one VEVENT, unfolded.  ERR_SYNTAX: what is wrong with it. */
MUST_CHECK
enum status ical_event_parse(const char *text, struct ical_event *e,
    struct fail *f);
void ical_event_done(struct ical_event *e);

#endif
