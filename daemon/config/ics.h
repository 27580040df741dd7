/* SPDX-License-Identifier: MIT */
/*
 * ics - the events of a calendar file (RFC 5545), one by one, as the door to
 * the calendar library gets them: unfolded, and of each VEVENT only the lines
 * that matter to a window.  So no depth, zone or alarm of a hostile file
 * reaches it.
 */
#ifndef CONFIG_ICS_H
#define CONFIG_ICS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

enum {
	ICS_BYTES_MAX = 1 << 20,
	ICS_EVENTS_MAX = 500,
	ICS_EVENT_BYTES = 32768 /* of the lines that matter */
};

/* One VEVENT, and the line on which it begins.  False: go no further. */
typedef bool ics_event_fn(void *arg, const char *event, unsigned line);

/*
 * ERR_SYNTAX, with the line: it is no calendar, or cut; ERR_LIMIT: it is larger
 * than the above.  Then nothing, or only a part, was handed on.
 */
MUST_CHECK
enum status ics_read(const char *bytes, size_t n, ics_event_fn *fn, void *arg,
    struct fail *f);

#endif
