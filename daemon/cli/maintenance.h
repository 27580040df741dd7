/* SPDX-License-Identifier: MIT */
/* maintenance - what the parts of `vigie maintenance` share. */
#ifndef CLI_MAINTENANCE_H
#define CLI_MAINTENANCE_H

#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "config/config.h"

struct json_t;

struct planning { /* what the options say; NULL: not given */
	struct cli *c;
	const char *service, *region, *from, *to, *length, *timezone, *title,
	    *why, *every, *rrule, *ics;
	size_t next; /* occurrences to show */
	wall_ms now;
	struct config *config;
};

/* A window and where it comes from, for people and programs. */
struct planned_line {
	const char *id, *source; /* "config", "command" or "calendar" */
	const char *place, *author, *why; /* or NULL */
	wall_ms added;                    /* 0: not known */
	const struct config_window *window;
};
void planned_print(const struct planning *p, const struct planned_line *l);
struct json_t *planned_json(const struct planning *p,
    const struct planned_line *l);

int maintenance_list(struct planning *p);

/*
 * The windows of the calendar file as a list for the daemon, or NULL: *code is
 * what to return, and it has been said.  *skipped are over, or cancelled.
 */
MUST_CHECK
struct json_t *maintenance_calendar(const struct planning *p, size_t *skipped,
    int *code);

#endif
