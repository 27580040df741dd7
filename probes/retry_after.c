/* SPDX-License-Identifier: MIT */
#include "probes/retry_after.h"

#include <ctype.h>
#include <stddef.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "core/sample.h"

struct date {
	int year, month, day, hour, minute, second;
	bool short_year;
};

/* Each step moves *s on, or is false and leaves the parse failed. */
static bool
take_number(const char **s, int digits_min, int digits_max, int *out)
{
	int n = 0, value = 0;

	while (n < digits_max && isdigit((unsigned char)(*s)[n])) {
		value = value * 10 + ((*s)[n] - '0');
		n++;
	}
	*s += n;
	*out = value;
	return n >= digits_min;
}

static bool
take_char(const char **s, char c)
{
	if (**s != c)
		return false;
	(*s)++;
	return true;
}

static bool
take_month(const char **s, int *out)
{
	static const char names[] = "janfebmaraprmayjunjulaugsepoctnovdec";

	for (int i = 0; i < 12; i++) {
		if (strncasecmp(*s, names + (ptrdiff_t)3 * i, 3) == 0) {
			*out = i + 1;
			*s += 3;
			return true;
		}
	}
	return false;
}

static bool
take_time(const char **s, struct date *d)
{
	return take_number(s, 2, 2, &d->hour) && take_char(s, ':') &&
	    take_number(s, 2, 2, &d->minute) && take_char(s, ':') &&
	    take_number(s, 2, 2, &d->second);
}

/* " GMT" or " UTC", and nothing after it. */
static bool
take_zone(const char **s)
{
	return take_char(s, ' ') &&
	    (strcasecmp(*s, "GMT") == 0 || strcasecmp(*s, "UTC") == 0);
}

/* "06 Nov 1994 08:49:37 GMT" or "06-Nov-94 08:49:37 GMT" */
static bool
take_day_first(const char *s, struct date *d)
{
	const char *year;
	char sep;

	if (!take_number(&s, 1, 2, &d->day))
		return false;
	sep = *s;
	if ((sep != ' ' && sep != '-') || !take_char(&s, sep) ||
	    !take_month(&s, &d->month) || !take_char(&s, sep))
		return false;
	year = s;
	if (!take_number(&s, 2, 4, &d->year))
		return false;
	d->short_year = s - year == 2;
	return s - year != 3 && take_char(&s, ' ') && take_time(&s, d) &&
	    take_zone(&s);
}

/* "Nov  6 08:49:37 1994" */
static bool
take_month_first(const char *s, struct date *d)
{
	if (!take_month(&s, &d->month) || !take_char(&s, ' '))
		return false;
	(void)take_char(&s, ' '); /* a day of one digit is padded */
	return take_number(&s, 1, 2, &d->day) && take_char(&s, ' ') &&
	    take_time(&s, d) && take_char(&s, ' ') &&
	    take_number(&s, 4, 4, &d->year) && *s == '\0';
}

static bool
exists(const struct date *d)
{
	struct utc_date day = {d->year, d->month, d->day}, back;

	if (d->month < 1 || d->day < 1 || d->day > 31 || d->hour > 23 ||
	    d->minute > 59 || d->second > 60)
		return false;
	back = utc_date_of(utc_days(day) * DAY_MS);
	return back.day == d->day && back.month == d->month;
}

bool
retry_after_date(const char *s, wall_ms now, wall_ms *out)
{
	struct date d = {0};
	bool day_first;

	/* The name of the day is redundant, and wrong in some answers. */
	while (isalpha((unsigned char)*s))
		s++;
	day_first = take_char(&s, ',');
	if (!take_char(&s, ' '))
		return false;
	if (!(day_first ? take_day_first(s, &d) : take_month_first(s, &d)))
		return false;
	if (d.short_year) {
		int year = utc_date_of(now).year;

		/* RFC 9110, 5.6.7: more than 50 years ahead means the past. */
		d.year += year - year % 100;
		if (d.year > year + 50)
			d.year -= 100;
	}
	if (!exists(&d))
		return false;
	*out = utc_days((struct utc_date){d.year, d.month, d.day}) * DAY_MS +
	    (wall_ms)d.hour * HOUR_MS + (wall_ms)d.minute * MINUTE_MS +
	    (wall_ms)d.second * SECOND_MS;
	return true;
}

static int32_t
seconds(const char *s)
{
	int32_t n = 0;

	for (; isdigit((unsigned char)*s); s++) {
		n = n * 10 + (*s - '0');
		if (n > RETRY_AFTER_LONGEST_S)
			return RETRY_AFTER_ABSENT;
	}
	while (*s == ' ' || *s == '\t')
		s++;
	return *s == '\0' ? n : RETRY_AFTER_ABSENT;
}

/* Without the white space around it; false when it is too long to be a date. */
static bool
trim(const char *s, char buf[64])
{
	size_t n;

	while (*s == ' ' || *s == '\t')
		s++;
	n = strlen(s);
	while (n > 0 && (s[n - 1] == ' ' || s[n - 1] == '\t'))
		n--;
	if (n >= 64)
		return false;
	memcpy(buf, s, n);
	buf[n] = '\0';
	return true;
}

int32_t
retry_after_parse(const char *value, const char *date, wall_ms now)
{
	wall_ms until, from = now;
	char buf[64] = "", date_buf[64] = "";
	span_ms wait;

	if (value == NULL)
		return RETRY_AFTER_ABSENT;
	while (*value == ' ' || *value == '\t')
		value++;
	if (isdigit((unsigned char)*value))
		return seconds(value);
	if (!trim(value, buf) || !retry_after_date(buf, now, &until))
		return RETRY_AFTER_ABSENT;
	if (date != NULL && trim(date, date_buf) &&
	    !retry_after_date(date_buf, now, &from))
		from = now;
	wait = until - from;
	if (wait < 0 || wait > (span_ms)RETRY_AFTER_LONGEST_S * SECOND_MS)
		return RETRY_AFTER_ABSENT;
	return (int32_t)((wait + SECOND_MS - 1) / SECOND_MS);
}
