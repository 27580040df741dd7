/* SPDX-License-Identifier: MIT */
/* utc - UTC times as text and back; civil dates by integer arithmetic. */
#ifndef BASE_UTC_H
#define BASE_UTC_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"

struct utc_date {
	int year, month, day; /* month and day from 1 */
};

enum { UTC_TEXT_BYTES = 32 };

/* Days since 1970-01-01 of a proleptic Gregorian date, and back. */
int64_t utc_days(struct utc_date d);
struct utc_date utc_date_of(wall_ms t);
uint32_t utc_yyyymmdd(wall_ms t);

/* "2023-02-14T09:00:53.000Z"; returns buf, which holds UTC_TEXT_BYTES. */
const char *utc_format(wall_ms t, char buf[UTC_TEXT_BYTES]);

/* RFC 3339 with a zone ("Z" or an offset); a space may stand for the T. */
MUST_CHECK
bool utc_parse(const char *s, wall_ms *t);

#endif
