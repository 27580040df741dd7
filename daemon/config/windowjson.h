/* SPDX-License-Identifier: MIT */
/* windowjson - a maintenance window as it is listed. */
#ifndef CONFIG_WINDOWJSON_H
#define CONFIG_WINDOWJSON_H

#include <stddef.h>

#include "base/clock.h"

struct config_window;
struct json_t;

/*
 * {"service", "region", "title", "when", "timezone", "now", "next"}, a new
 * object: next has that many occurrences at most, "from" and "to" in UTC and,
 * as "local_from" and "local_to", on the clocks there.
 */
struct json_t *windowjson(const struct config_window *w, wall_ms now,
    size_t next);

/* "2026-11-29 02:00:00" on the clock of a window's zone; buf is UTC_TEXT_BYTES. */
const char *windowjson_local(const struct config_window *w, wall_ms t,
    char *buf);

#endif
