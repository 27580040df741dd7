/* SPDX-License-Identifier: MIT */
#include "config/posixtz.h"

#include <ctype.h>
#include <string.h>

#include "base/clock.h"
#include "base/utc.h"

enum { HOUR_S = 3600, DAY_S = 86400, HOURS_MAX = 167 };

static bool
number(const char **s, int max, int *out)
{
	if (!isdigit((unsigned char)**s))
		return false;
	*out = 0;
	for (; isdigit((unsigned char)**s); (*s)++) {
		*out = *out * 10 + (**s - '0');
		if (*out > max)
			return false;
	}
	return true;
}

static bool
literal(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

/* "CET" or "<+03>". */
static bool
skip_name(const char **s)
{
	const char *from = *s;

	if (literal(s, '<')) {
		*s += strcspn(*s, ">");
		return literal(s, '>');
	}
	while (isalpha((unsigned char)**s))
		(*s)++;
	return *s - from >= 3;
}

/* [+-]hh[:mm[:ss]] */
static bool
seconds(const char **s, int32_t *out)
{
	int h = 0, m = 0, sec = 0, sign = **s == '-' ? -1 : 1;

	if (**s == '-' || **s == '+')
		(*s)++;
	if (!number(s, HOURS_MAX, &h))
		return false;
	if (literal(s, ':')) {
		if (!number(s, 59, &m))
			return false;
		if (literal(s, ':') && !number(s, 59, &sec))
			return false;
	}
	*out = sign * (h * HOUR_S + m * 60 + sec);
	return true;
}

static bool
rule(const char **s, struct posixtz_rule *r)
{
	*r = (struct posixtz_rule){.kind = POSIXTZ_ZERO_BASED,
	    .time = 2 * HOUR_S};
	if (literal(s, 'M')) {
		r->kind = POSIXTZ_MONTH;
		if (!number(s, 12, &r->month) || !literal(s, '.') ||
		    !number(s, 5, &r->week) || !literal(s, '.') ||
		    !number(s, 6, &r->day) || r->month < 1 || r->week < 1)
			return false;
	} else {
		if (literal(s, 'J'))
			r->kind = POSIXTZ_JULIAN;
		if (!number(s, 365, &r->day) ||
		    (r->kind == POSIXTZ_JULIAN && r->day < 1))
			return false;
	}
	return !literal(s, '/') || seconds(s, &r->time);
}

bool
posixtz_parse(const char *s, struct posixtz *out)
{
	struct posixtz tz = {0};

	if (!skip_name(&s) || !seconds(&s, &tz.standard))
		return false;
	tz.standard = -tz.standard; /* POSIX counts westward */
	tz.summer = tz.standard;
	if (*s != '\0') {
		tz.has_summer = true;
		tz.summer = tz.standard + HOUR_S;
		if (!skip_name(&s))
			return false;
		if (*s != ',') {
			if (!seconds(&s, &tz.summer))
				return false;
			tz.summer = -tz.summer;
		}
		if (!literal(&s, ',') || !rule(&s, &tz.start) ||
		    !literal(&s, ',') || !rule(&s, &tz.end) || *s != '\0')
			return false;
	}
	*out = tz;
	return true;
}

static bool
is_leap(int year)
{
	return year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
}

/* Days since 1970 of the rule's day in that year. */
static int64_t
rule_day(const struct posixtz_rule *r, int year)
{
	int64_t first = utc_days((struct utc_date){year, 1, 1});
	int64_t day, next;

	if (r->kind == POSIXTZ_ZERO_BASED)
		return first + r->day;
	if (r->kind == POSIXTZ_JULIAN) /* never counts 29 February */
		return first + r->day - 1 + (is_leap(year) && r->day >= 60);
	day = utc_days((struct utc_date){year, r->month, 1});
	next = r->month == 12
	    ? utc_days((struct utc_date){year + 1, 1, 1})
	    : utc_days((struct utc_date){year, r->month + 1, 1});
	/* 1970-01-01 was a Thursday. */
	day += (r->day - (int)((day % 7 + 7 + 4) % 7) + 7) % 7;
	day += 7 * (int64_t)(r->week - 1);
	return day >= next ? day - 7 : day;
}

int32_t
posixtz_offset(const struct posixtz *tz, int64_t at_s)
{
	int year;
	int64_t start, end;
	bool summer;

	if (!tz->has_summer)
		return tz->standard;
	year = utc_date_of((at_s + tz->standard) * SECOND_MS).year;
	start =
	    rule_day(&tz->start, year) * DAY_S + tz->start.time - tz->standard;
	end = rule_day(&tz->end, year) * DAY_S + tz->end.time - tz->summer;
	if (start < end)
		summer = at_s >= start && at_s < end;
	else
		summer = at_s < end || at_s >= start;
	return summer ? tz->summer : tz->standard;
}
