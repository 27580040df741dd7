/* SPDX-License-Identifier: MIT */
/* duration - "90s", "1h30m", "2d" to milliseconds, and back for people. */
#ifndef BASE_DURATION_H
#define BASE_DURATION_H

#include "base/clock.h"
#include "base/status.h"

enum { DURATION_TEXT_BYTES = 32 };

/*
 * Units ms s m h d w, largest first, each at most once ("1h30m"); no sign, no
 * fraction, no bare number.  ERR_SYNTAX, or ERR_RANGE beyond 100 years.
 */
MUST_CHECK
enum status duration_parse(const char *s, span_ms *out, struct fail *f);

/* For people: "850 ms", "47 s", "12 min", "3 h 04 min", "2 d 5 h". */
const char *duration_format(span_ms d, char buf[DURATION_TEXT_BYTES]);

/* For a column: "12m05s", "18h30m"; d >= 0. */
const char *duration_column(span_ms d, char buf[DURATION_TEXT_BYTES]);

#endif
