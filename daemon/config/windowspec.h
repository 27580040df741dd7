/* SPDX-License-Identifier: MIT */
/*
 * windowspec - a maintenance window that a command added, as JSON: what is sent to
 * the daemon, and what is kept in the database.
 *
 *	{"service": "shop", "region": "eu", "title": "New disks", "why": "...",
 *	 "uid": "of a calendar", "timezone": "Europe/Paris",
 *	 "from": "2026-12-01T02:00:00Z", "to": "2026-12-01T04:00:00Z"}
 *	or	 "every": "Sun 02:00-04:00"
 *	or	 "rrule": "FREQ=MONTHLY;BYDAY=1SU", "start": "2026-12-06 02:00:00",
 *		 "length_s": 7200, "except": ["2027-01-03 02:00:00"]
 *
 * Times without Z, all of a rule, are local to the zone, UTC if there is none.
 */
#ifndef CONFIG_WINDOWSPEC_H
#define CONFIG_WINDOWSPEC_H

#include "base/attr.h"
#include "base/status.h"
#include "config/config.h"

struct json_t;

enum {
	WINDOWSPEC_TITLE_MAX = 200,
	WINDOWSPEC_WHY_MAX = 500,
	WINDOWSPEC_UID_MAX = 255,
	WINDOWSPEC_JSON_BYTES = 16384
};

struct windowspec {
	struct config_window window; /* all of it is owned */
	struct zone *zone;
	char *why, *uid; /* or NULL */
};

/*
 * One that is asked for: NULL, and *f says what is wrong.  Every value is
 * looked at, and a key that is not known is refused.
 */
MUST_CHECK
struct windowspec *windowspec_read(struct json_t *j, struct fail *f);
/* One that is kept; keys of other versions say nothing. */
MUST_CHECK
struct windowspec *windowspec_parse(const char *json, struct fail *f);
void windowspec_free(struct windowspec *p); /* NULL is ignored */

/* One line of JSON, owned by caller; NULL when it is too long. */
char *windowspec_text(const struct json_t *j);

/* "weekly Sun 02:00-04:00 Europe/Paris" and the like, for people. */
void windowspec_describe(const struct config_window *w, struct text *out);

#endif
