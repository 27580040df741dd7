/* SPDX-License-Identifier: MIT */
#include "config/window.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <strings.h>

#include "base/utc.h"
#include "config/rule.h"
#include "config/zone.h"

enum { DAYS = 7, MINUTES_OF_DAY = 24 * 60 };

static const char *const day_names[DAYS] = {"Mon", "Tue", "Wed", "Thu", "Fri",
    "Sat", "Sun"};

/* Bit of the weekday of a day since 1970, a Thursday. */
static unsigned
day_bit(int64_t day)
{
	return 1U << ((day % DAYS + DAYS + 3) % DAYS);
}

static bool
weekly_next(const struct config_window *w, wall_ms after, wall_ms *from,
    wall_ms *to)
{
	span_ms length = (w->to_minute - w->from_minute) * (span_ms)MINUTE_MS;
	int64_t today = after / DAY_MS;

	if (length <= 0)
		length += DAY_MS;
	/* Two days back: one crosses midnight, and zones reach +14 h. */
	for (int64_t day = today - 3; day <= today + DAYS + 3; day++) {
		wall_ms local =
		    day * DAY_MS + w->from_minute * (wall_ms)MINUTE_MS;
		wall_ms begin, end;

		if ((w->days & day_bit(day)) == 0)
			continue;
		begin = zone_instant(w->zone, local);
		end = zone_instant(w->zone, local + length);
		/* A start that was skipped can fall behind its end. */
		if (end <= begin)
			end = begin + length;
		if (end > after) {
			*from = begin;
			*to = end;
			return true;
		}
	}
	return false;
}

static bool
is_except(const struct config_window *w, wall_ms local)
{
	for (size_t i = 0; i < w->except_count; i++) {
		if (w->except[i] == local)
			return true;
	}
	return false;
}

static bool
ruled_next(const struct config_window *w, wall_ms after, wall_ms *from,
    wall_ms *to)
{
	/* Zones reach +14 h, and clocks are moved by hours. */
	wall_ms local = after - w->length - 2 * (wall_ms)DAY_MS, begin, end;

	while (rule_next(w->rule, w->zone, local, &local)) {
		begin = zone_instant(w->zone, local);
		end = zone_instant(w->zone, local + w->length);
		if (end <= begin)
			end = begin + w->length;
		if (end > after && !is_except(w, local)) {
			*from = begin;
			*to = end;
			return true;
		}
		local++;
	}
	return false;
}

bool
window_next(const struct config_window *w, wall_ms after, wall_ms *from,
    wall_ms *to)
{
	if (w->rule != NULL)
		return ruled_next(w, after, from, to);
	if (w->weekly)
		return weekly_next(w, after, from, to);
	if (w->to <= after)
		return false;
	*from = w->from;
	*to = w->to;
	return true;
}

/* Number of the day named by three letters; -1 for none.  Advances *s. */
static int
parse_day(const char **s)
{
	for (int d = 0; d < DAYS; d++) {
		if (strncasecmp(*s, day_names[d], 3) == 0) {
			*s += 3;
			return d;
		}
	}
	return -1;
}

static bool
parse_days(const char **s, unsigned *days)
{
	*days = 0;
	do {
		int first = parse_day(s), last = first;

		if (**s == '-') {
			(*s)++;
			last = parse_day(s);
		}
		if (first < 0 || last < 0)
			return false;
		for (int d = first;; d = (d + 1) % DAYS) {
			*days |= 1U << d;
			if (d == last)
				break;
		}
	} while (*(*s)++ == ',');
	(*s)--;
	return true;
}

/* "HH:MM", up to 24:00. */
static bool
parse_minute(const char **s, int *out)
{
	const char *p = *s;

	for (int i = 0; i < 5; i++) {
		if (i == 2 ? p[i] != ':' : !isdigit((unsigned char)p[i]))
			return false;
	}
	*out = ((p[0] - '0') * 10 + p[1] - '0') * 60 + (p[3] - '0') * 10 +
	    p[4] - '0';
	*s += 5;
	return p[3] < '6' && *out <= MINUTES_OF_DAY;
}

enum status
window_parse_every(const char *s, struct config_window *w, struct fail *f)
{
	const char *p = s;
	unsigned days;
	int from, to;

	if (!parse_days(&p, &days) || *p++ != ' ' || !parse_minute(&p, &from) ||
	    *p++ != '-' || !parse_minute(&p, &to) || *p != '\0' ||
	    from == MINUTES_OF_DAY)
		return fail_set(f, ERR_SYNTAX,
		    "'%s' is not a weekly time (write \"Sun 02:00-04:00\" or "
		    "\"Mon-Fri,Sun 22:00-02:00\")",
		    s);
	w->weekly = true;
	w->days = days;
	w->from_minute = from;
	w->to_minute = to;
	return OK;
}

bool
window_parse_time(const char *s, const struct zone *z, wall_ms *out)
{
	char full[UTC_TEXT_BYTES];
	size_t n = strlen(s);
	wall_ms local;

	if (utc_parse(s, out))
		return true;
	if (n != 16 && n != 19)
		return false;
	(void)snprintf(full, sizeof(full), "%s%sZ", s, n == 16 ? ":00" : "");
	if (!utc_parse(full, &local))
		return false;
	*out = zone_instant(z, local);
	return true;
}

const char *
window_format_every(const struct config_window *w, char buf[WINDOW_EVERY_BYTES])
{
	size_t n = 0;

	for (int d = 0; d < DAYS; d++) {
		if ((w->days & 1U << d) != 0)
			n += (size_t)snprintf(buf + n, WINDOW_EVERY_BYTES - n,
			    "%s%s", n > 0 ? "," : "", day_names[d]);
	}
	(void)snprintf(buf + n, WINDOW_EVERY_BYTES - n, " %02d:%02d-%02d:%02d",
	    w->from_minute / 60, w->from_minute % 60, w->to_minute / 60,
	    w->to_minute % 60);
	return buf;
}
