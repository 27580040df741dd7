/* SPDX-License-Identifier: MIT */
#include "base/utc.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { DAYS_PER_ERA = 146097, DAYS_TO_1970 = 719468 };

/* Years counted from March, so that the leap day is the last of its year. */
int64_t
utc_days(struct utc_date d)
{
	int64_t y = d.month <= 2 ? d.year - 1 : d.year;
	int64_t era = (y >= 0 ? y : y - 399) / 400;
	int64_t year_of_era = y - era * 400;
	int64_t month = d.month > 2 ? d.month - 3 : d.month + 9;
	int64_t day_of_year = (153 * month + 2) / 5 + d.day - 1;
	int64_t day_of_era = year_of_era * 365 + year_of_era / 4 -
	    year_of_era / 100 + day_of_year;

	return era * DAYS_PER_ERA + day_of_era - DAYS_TO_1970;
}

static int64_t
floor_div(int64_t a, int64_t b)
{
	return a / b - (a % b < 0);
}

struct utc_date
utc_date_of(wall_ms t)
{
	int64_t z = floor_div(t, DAY_MS) + DAYS_TO_1970;
	int64_t era = floor_div(z, DAYS_PER_ERA);
	int64_t doe = z - era * DAYS_PER_ERA;
	int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
	int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
	int64_t mp = (5 * doy + 2) / 153;
	int month = (int)(mp < 10 ? mp + 3 : mp - 9);

	return (struct utc_date){.year = (int)(yoe + era * 400) + (month <= 2),
	    .month = month,
	    .day = (int)(doy - (153 * mp + 2) / 5 + 1)};
}

uint32_t
utc_yyyymmdd(wall_ms t)
{
	struct utc_date d = utc_date_of(t);

	return (uint32_t)(d.year * 10000 + d.month * 100 + d.day);
}

const char *
utc_format(wall_ms t, char buf[UTC_TEXT_BYTES])
{
	struct utc_date d = utc_date_of(t);
	int ms = (int)(t - floor_div(t, DAY_MS) * DAY_MS);

	(void)snprintf(buf, UTC_TEXT_BYTES,
	    "%04d-%02d-%02dT%02d:%02d:%02d.%03dZ", d.year, d.month, d.day,
	    ms / HOUR_MS, ms / MINUTE_MS % 60, ms / SECOND_MS % 60, ms % 1000);
	return buf;
}

/* Exactly n digits as a number; advances *s. */
static bool
digits(const char **s, int n, int *out)
{
	*out = 0;
	for (int i = 0; i < n; i++, (*s)++) {
		if (!isdigit((unsigned char)**s))
			return false;
		*out = *out * 10 + (**s - '0');
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

static bool
parse_date(const char **s, struct utc_date *d)
{
	return digits(s, 4, &d->year) && literal(s, '-') &&
	    digits(s, 2, &d->month) && literal(s, '-') &&
	    digits(s, 2, &d->day) && d->month >= 1 && d->month <= 12 &&
	    d->day >= 1 && utc_date_of(utc_days(*d) * DAY_MS).day == d->day;
}

static bool
parse_time(const char **s, int *ms)
{
	int h, m, sec, scale = 100;

	if (!digits(s, 2, &h) || !literal(s, ':') || !digits(s, 2, &m) ||
	    !literal(s, ':') || !digits(s, 2, &sec))
		return false;
	if (h > 23 || m > 59 || sec > 60)
		return false;
	*ms = ((h * 60 + m) * 60 + sec) * 1000;
	if (!literal(s, '.'))
		return true;
	if (!isdigit((unsigned char)**s))
		return false;
	for (; isdigit((unsigned char)**s); (*s)++, scale /= 10)
		*ms += (**s - '0') * scale;
	return true;
}

static bool
parse_zone(const char **s, int *minutes)
{
	int h, m, sign;

	*minutes = 0;
	if (literal(s, 'Z') || literal(s, 'z'))
		return true;
	sign = **s == '-' ? -1 : 1;
	if (!literal(s, '+') && !literal(s, '-'))
		return false;
	if (!digits(s, 2, &h) || !literal(s, ':') || !digits(s, 2, &m) ||
	    h > 23 || m > 59)
		return false;
	*minutes = sign * (h * 60 + m);
	return true;
}

bool
utc_parse(const char *s, wall_ms *t)
{
	struct utc_date d;
	int ms, zone;

	if (!parse_date(&s, &d))
		return false;
	if (!literal(&s, 'T') && !literal(&s, 't') && !literal(&s, ' '))
		return false;
	if (!parse_time(&s, &ms) || !parse_zone(&s, &zone) || *s != '\0')
		return false;
	*t = utc_days(d) * DAY_MS + ms - (int64_t)zone * MINUTE_MS;
	return true;
}
