/* SPDX-License-Identifier: MIT */
/* window - planned maintenance as instants: the core knows no calendar. */
#ifndef CONFIG_WINDOW_H
#define CONFIG_WINDOW_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"
#include "config/config.h"

/*
 * The first occurrence [*from, *to) that ends after `after`, so one that is
 * going on counts; ask again with after = *to for the next.  False when none
 * comes any more.  A weekly window keeps its local times over summer time; a
 * skipped or doubled hour is read as zone_instant() says.
 */
MUST_CHECK
bool window_next(const struct config_window *w, wall_ms after, wall_ms *from,
    wall_ms *to);

/* "Mon,Wed-Fri 22:00-02:00" into days and minutes; ERR_SYNTAX. */
MUST_CHECK
enum status window_parse_every(const char *s, struct config_window *w,
    struct fail *f);

/*
 * "2026-03-01 02:00", seconds and "T" allowed, in the zone; with an offset or
 * "Z" it is an instant by itself.  False when it is no time.
 */
MUST_CHECK
bool window_parse_time(const char *s, const struct zone *z, wall_ms *out);

enum { WINDOW_EVERY_BYTES = 64 };

/* The text of a weekly window, as window_parse_every() reads it. */
const char *window_format_every(const struct config_window *w,
    char buf[WINDOW_EVERY_BYTES]);

#endif
