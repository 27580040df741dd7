/* SPDX-License-Identifier: MIT */
/*
 * posixtz - the rule "CET-1CEST,M3.5.0,M10.5.0/3" that ends a TZif file and
 * holds for all time after its table.
 */
#ifndef CONFIG_POSIXTZ_H
#define CONFIG_POSIXTZ_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"

enum posixtz_day { POSIXTZ_JULIAN, POSIXTZ_ZERO_BASED, POSIXTZ_MONTH };

struct posixtz_rule {
	enum posixtz_day kind;
	int day;         /* of the year; of the week (0 is Sunday) for MONTH */
	int month, week; /* MONTH: 1..12, 1..5 (5 is the last) */
	int32_t time;    /* local seconds from midnight, may be negative */
};

struct posixtz {                  /* private: use the functions */
	int32_t standard, summer; /* seconds east of UTC */
	bool has_summer;
	struct posixtz_rule start, end; /* of summer time */
};

/* False when the text is no such rule. */
MUST_CHECK
bool posixtz_parse(const char *s, struct posixtz *out);
/* Seconds east of UTC at an instant in seconds. */
int32_t posixtz_offset(const struct posixtz *tz, int64_t at_s);

#endif
