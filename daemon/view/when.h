/* SPDX-License-Identifier: MIT */
/* when - an instant, or how long ago it was, for people. */
#ifndef VIEW_WHEN_H
#define VIEW_WHEN_H

#include "base/clock.h"

enum { WHEN_BYTES = 24 };

/* "2023-02-14 09:00:53Z", or "-" for 0; returns buf. */
const char *when_text(wall_ms t, char buf[WHEN_BYTES]);
/* "47s", "12m", "3h04m", "12d": at most six columns; returns buf. */
const char *when_age(span_ms d, char buf[WHEN_BYTES]);

/* "47 s", "12 min", "5 h 06 min", "12 d 3 h"; returns buf. */
const char *when_length(span_ms d, char buf[WHEN_BYTES]);
/* The same for machines, as ISO 8601: "PT47S", "PT12M", "PT5H6M", "P12DT3H". */
const char *when_duration(span_ms d, char buf[WHEN_BYTES]);

#endif
