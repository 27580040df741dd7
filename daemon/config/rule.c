/* SPDX-License-Identifier: MIT */
#include "config/rule.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "config/zone.h"

/* Looked at no further; a rule that never comes is found out by then. */
enum { YEAR_MAX = 2200, ITEMS_MAX = 40, WEEK = 7, YEAR_DAYS_MAX = 366 };

enum frequency { DAILY, WEEKLY, MONTHLY, YEARLY };

struct rule {
	char *text; /* as given */
	wall_ms start;
	enum frequency every;
	long interval, count; /* count 0: without end */
	bool ends, ends_utc;
	wall_ms until; /* the last start may be then */
	bool months[13], days_on[32], days_back[32];
	bool by_month, by_monthday;
	struct {
		long nth; /* 0: each */
		int day;  /* 0 is Monday */
	} weekdays[ITEMS_MAX];
	size_t weekday_count;
	long positions[ITEMS_MAX];
	size_t position_count;
	int week_start;

	/* The walk: days of the present period, and where we are in it. */
	int64_t days[YEAR_DAYS_MAX];
	size_t day_count, at;
	int64_t period; /* the next one */
	long given;
	bool over;
	wall_ms last; /* given last; start - 1 before */
};

/* Where we are in the text. */
struct reading {
	const char *text, *p;
	struct fail *f;
};

static bool
refuse(const struct reading *r, const char *why)
{
	int n = (int)strcspn(r->p, ";");

	(void)fail_set(r->f, ERR_SYNTAX, "rule: at character %d, '%.*s': %s",
	    (int)(r->p - r->text) + 1, n < 60 ? n : 60, r->p, why);
	return false;
}

/* A number up to the end of an item; false: it is none, or out of bounds. */
static bool
number(const char **p, long low, long high, long *out)
{
	const char *digits = *p + (**p == '-' || **p == '+');
	size_t n = strspn(digits, "0123456789");

	if (n == 0 || n > 5)
		return false;
	*out = strtol(*p, NULL, 10);
	*p = digits + n;
	return *out >= low && *out <= high;
}

static bool
one_number(const char *value, size_t n, long low, long high, long *out)
{
	const char *p = value;

	return number(&p, low, high, out) && p == value + n;
}

/* "1,-1,15": none of them 0. */
static bool
numbers(const char *value, size_t n, long bound, long *out, size_t *count)
{
	const char *p = value;

	for (*count = 0; *count < ITEMS_MAX;) {
		if (!number(&p, -bound, bound, &out[*count]) ||
		    out[(*count)++] == 0)
			return false;
		if (p == value + n)
			return true;
		if (*p++ != ',')
			return false;
	}
	return false;
}

static bool
read_months(struct rule *r, const char *value, size_t n)
{
	long list[ITEMS_MAX];
	size_t count;

	if (!numbers(value, n, 12, list, &count))
		return false;
	r->by_month = true;
	for (size_t i = 0; i < count; i++) {
		if (list[i] < 0)
			return false;
		r->months[list[i]] = true;
	}
	return true;
}

static bool
read_monthdays(struct rule *r, const char *value, size_t n)
{
	long list[ITEMS_MAX];
	size_t count;

	if (!numbers(value, n, 31, list, &count))
		return false;
	r->by_monthday = true;
	for (size_t i = 0; i < count; i++) {
		if (list[i] > 0)
			r->days_on[list[i]] = true;
		else
			r->days_back[-list[i]] = true;
	}
	return true;
}

static bool
weekday(const char **p, int *day)
{
	static const char *const names[WEEK] = {"MO", "TU", "WE", "TH", "FR",
	    "SA", "SU"};

	for (*day = 0; *day < WEEK; (*day)++) {
		if (strncmp(*p, names[*day], 2) == 0) {
			*p += 2;
			return true;
		}
	}
	return false;
}

/* "MO,1SU,-1FR" */
static bool
read_weekdays(struct rule *r, const char *value, size_t n)
{
	const char *p = value;

	while (r->weekday_count < ITEMS_MAX) {
		long nth = 0;

		if (strchr("+-0123456789", *p) != NULL &&
		    (!number(&p, -53, 53, &nth) || nth == 0))
			return false;
		r->weekdays[r->weekday_count].nth = nth;
		if (!weekday(&p, &r->weekdays[r->weekday_count++].day))
			return false;
		if (p == value + n)
			return true;
		if (*p++ != ',')
			return false;
	}
	return false;
}

/* "20261231", "20261231T235959" or the same with Z. */
static bool
read_until(struct rule *r, const char *v, size_t n)
{
	char full[UTC_TEXT_BYTES];
	bool date = n == 8;

	if (r->ends || (!date && n != 15 && (n != 16 || v[15] != 'Z')) ||
	    (!date && v[8] != 'T'))
		return false;
	(void)snprintf(full, sizeof(full), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", v,
	    v + 4, v + 6, date ? "23" : v + 9, date ? "59" : v + 11,
	    date ? "59" : v + 13);
	r->ends = utc_parse(full, &r->until);
	r->ends_utc = n == 16;
	return r->ends;
}

static bool
read_frequency(struct rule *r, const char *v, size_t n)
{
	static const char *const known[] = {[DAILY] = "DAILY",
	    [WEEKLY] = "WEEKLY",
	    [MONTHLY] = "MONTHLY",
	    [YEARLY] = "YEARLY"};

	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++) {
		if (strlen(known[i]) == n && strncmp(v, known[i], n) == 0) {
			r->every = (enum frequency)i;
			return true;
		}
	}
	return false;
}

enum part { FREQ, INTERVAL, COUNT, UNTIL, DAYS, MONTHDAYS, MONTHS, NTH, WKST };

static const struct {
	const char *key, *wanted;
} parts[] = {
    [FREQ] = {"FREQ", "FREQ is DAILY, WEEKLY, MONTHLY or YEARLY"},
    [INTERVAL] = {"INTERVAL", "a number from 1 to 999 is needed"},
    [COUNT] = {"COUNT", "a number from 1 to 9999 is needed"},
    [UNTIL] = {"UNTIL", "a time as 20261231T235959Z is needed, once"},
    [DAYS] = {"BYDAY", "days as MO, 1SU or -1FR are needed"},
    [MONTHDAYS] = {"BYMONTHDAY", "days from 1 to 31 are needed, or -1 to -31"},
    [MONTHS] = {"BYMONTH", "months from 1 to 12 are needed"},
    [NTH] = {"BYSETPOS", "positions from 1 to 366 are needed, or negative"},
    [WKST] = {"WKST", "a day as MO is needed"},
};
enum { PARTS = sizeof(parts) / sizeof(parts[0]) };

static bool
fits(struct rule *r, size_t part, const char *v, size_t n)
{
	const char *p = v;

	switch ((enum part)part) {
	case FREQ:
		return read_frequency(r, v, n);
	case INTERVAL:
		return one_number(v, n, 1, 999, &r->interval);
	case COUNT:
		return one_number(v, n, 1, 9999, &r->count);
	case UNTIL:
		return read_until(r, v, n);
	case DAYS:
		return read_weekdays(r, v, n);
	case MONTHDAYS:
		return read_monthdays(r, v, n);
	case MONTHS:
		return read_months(r, v, n);
	case NTH:
		return numbers(v, n, 366, r->positions, &r->position_count);
	case WKST:
		return weekday(&p, &r->week_start) && p == v + n;
	}
	return false;
}

/* One "KEY=VALUE" of n bytes; seen are those before. */
static bool
read_part(struct rule *r, const struct reading *at, size_t n, unsigned *seen)
{
	const char *equals = memchr(at->p, '=', n);
	size_t key = equals != NULL ? (size_t)(equals - at->p) : n, i = 0;

	while (i < PARTS &&
	    (strlen(parts[i].key) != key ||
		strncmp(at->p, parts[i].key, key) != 0))
		i++;
	if (i == PARTS || equals == NULL)
		return refuse(at,
		    "understood are FREQ, INTERVAL, COUNT, UNTIL, BYDAY, "
		    "BYMONTHDAY, BYMONTH, BYSETPOS and WKST");
	if ((*seen & 1U << i) != 0)
		return refuse(at, "this was said before");
	*seen |= 1U << i;
	if (!fits(r, i, equals + 1, n - key - 1))
		return refuse(at, parts[i].wanted);
	return true;
}

/* Parts that do not go together; text stands at the beginning. */
static bool
agree(const struct rule *r, const struct reading *at, unsigned seen)
{
	if ((seen & 1U << FREQ) == 0)
		return refuse(at, "FREQ is missing");
	if ((seen & 1U << COUNT) != 0 && r->ends)
		return refuse(at, "COUNT and UNTIL exclude each other");
	if (r->every == WEEKLY && r->by_monthday)
		return refuse(at, "WEEKLY has no BYMONTHDAY");
	for (size_t i = 0; i < r->weekday_count; i++) {
		if (r->weekdays[i].nth != 0 && r->every < MONTHLY)
			return refuse(at,
			    "a numbered day, as 1SU, needs MONTHLY or YEARLY");
	}
	return true;
}

static bool
read_all(struct rule *r, const char *text, struct fail *f)
{
	struct reading at = {text, text, f};
	unsigned seen = 0;
	bool ok = strlen(text) <= RULE_TEXT_MAX || refuse(&at, "is too long");

	while (ok) {
		size_t n = strcspn(at.p, ";");

		ok = read_part(r, &at, n, &seen);
		if (at.p[n] == '\0')
			break;
		at.p += n + 1;
	}
	at.p = text;
	return ok && agree(r, &at, seen);
}

static int64_t
day_of(wall_ms local)
{
	return local / DAY_MS - (local % DAY_MS < 0);
}

static int
weekday_of(int64_t day)
{
	return (int)((day % WEEK + WEEK + 3) % WEEK); /* 1970: a Thursday */
}

/* First day and length of the nth period; false: it is too far away. */
static bool
bounds(const struct rule *r, int64_t n, int64_t *first, int64_t *end)
{
	struct utc_date d = utc_date_of(r->start);
	int64_t day = day_of(r->start), month;

	n *= r->interval;
	switch (r->every) {
	case DAILY:
		*first = day + n;
		*end = *first + 1;
		break;
	case WEEKLY:
		*first = day + WEEK * n -
		    (weekday_of(day) - r->week_start + WEEK) % WEEK;
		*end = *first + WEEK;
		break;
	case MONTHLY:
		month = d.month - 1 + n;
		d = (struct utc_date){d.year + (int)(month / 12),
		    (int)(month % 12) + 1, 1};
		*first = utc_days(d);
		d = d.month == 12 ? (struct utc_date){d.year + 1, 1, 1}
				  : (struct utc_date){d.year, d.month + 1, 1};
		*end = utc_days(d);
		break;
	case YEARLY:
		*first = utc_days((struct utc_date){d.year + (int)n, 1, 1});
		*end = utc_days((struct utc_date){d.year + (int)n + 1, 1, 1});
		break;
	}
	return *end <= utc_days((struct utc_date){YEAR_MAX, 1, 1});
}

/* The 2nd of its kind from the begin, or with nth < 0 from the end? */
static bool
is_nth(int64_t day, long nth, int64_t first, int64_t end)
{
	return nth == 0 ||
	    (nth > 0 ? (day - first) / WEEK + 1 == nth
		     : (end - 1 - day) / WEEK + 1 == -nth);
}

static bool
weekday_fits(const struct rule *r, int64_t day, int64_t first, int64_t end)
{
	for (size_t i = 0; i < r->weekday_count; i++) {
		if (r->weekdays[i].day == weekday_of(day) &&
		    is_nth(day, r->weekdays[i].nth, first, end))
			return true;
	}
	return r->weekday_count == 0;
}

/* Where the rule names no day, that of the start is meant. */
static bool
default_fits(const struct rule *r, int64_t day, struct utc_date d)
{
	struct utc_date s = utc_date_of(r->start);

	if (r->weekday_count > 0 || r->by_monthday)
		return true;
	switch (r->every) {
	case DAILY:
		return true;
	case WEEKLY:
		return weekday_of(day) == weekday_of(day_of(r->start));
	case MONTHLY:
		return d.day == s.day;
	case YEARLY:
		return d.day == s.day && (r->by_month || d.month == s.month);
	}
	return false;
}

static bool
day_fits(const struct rule *r, int64_t day, int64_t first, int64_t end)
{
	struct utc_date d = utc_date_of(day * DAY_MS), next;
	int64_t month_first = day - d.day + 1, month_end;

	next = d.month == 12 ? (struct utc_date){d.year + 1, 1, 1}
			     : (struct utc_date){d.year, d.month + 1, 1};
	month_end = utc_days(next);
	if (r->by_month && !r->months[d.month])
		return false;
	if (r->by_monthday && !r->days_on[d.day] &&
	    !r->days_back[month_end - day])
		return false;
	if (r->every == YEARLY && !r->by_month)
		return weekday_fits(r, day, first, end) &&
		    default_fits(r, day, d);
	return weekday_fits(r, day, month_first, month_end) &&
	    default_fits(r, day, d);
}

/* Of the days of a period, only those at the positions. */
static void
pick(struct rule *r)
{
	size_t kept = 0;
	long all = (long)r->day_count;

	for (size_t i = 0; i < r->day_count && r->position_count > 0; i++) {
		for (size_t k = 0; k < r->position_count; k++) {
			long at = r->positions[k];

			if ((at > 0 ? at - 1 : all + at) == (long)i) {
				r->days[kept++] = r->days[i];
				break;
			}
		}
	}
	if (r->position_count > 0)
		r->day_count = kept;
}

/* The next period that has days; false: none has any more. */
static bool
fill(struct rule *r)
{
	int64_t first = 0, end = 0;

	r->at = r->day_count = 0;
	while (r->day_count == 0) {
		if (!bounds(r, r->period++, &first, &end))
			return false;
		for (int64_t day = first; day < end; day++) {
			if (day_fits(r, day, first, end))
				r->days[r->day_count++] = day;
		}
		pick(r);
	}
	return true;
}

static void
rewind_walk(struct rule *r)
{
	r->at = r->day_count = 0;
	r->period = 0;
	r->given = 0;
	r->over = false;
	r->last = r->start - 1;
}

struct rule *
rule_new(const char *text, wall_ms start, struct fail *f)
{
	struct rule *r = mem_zalloc(sizeof(*r));

	r->text = mem_dup(text);
	r->start = start;
	r->interval = 1;
	rewind_walk(r);
	if (read_all(r, text, f)) {
		if (fill(r)) {
			rewind_walk(r);
			return r;
		}
		(void)fail_set(f, ERR_SYNTAX, "rule: '%s' never comes", text);
	}
	rule_free(r);
	return NULL;
}

void
rule_free(struct rule *r)
{
	if (r == NULL)
		return;
	mem_free(r->text);
	mem_free(r);
}

const char *
rule_text(const struct rule *r)
{
	return r->text;
}

wall_ms
rule_start(const struct rule *r)
{
	return r->start;
}

static bool
is_past(const struct rule *r, const struct zone *z, wall_ms local)
{
	return r->ends &&
	    (r->ends_utc ? zone_instant(z, local) : local) > r->until;
}

bool
rule_next(struct rule *r, const struct zone *z, wall_ms from, wall_ms *start)
{
	span_ms time = r->start - day_of(r->start) * DAY_MS;

	if (from <= r->last)
		rewind_walk(r);
	while (!r->over) {
		wall_ms local;

		if (r->at == r->day_count && !fill(r))
			break;
		local = r->days[r->at++] * DAY_MS + time;
		if (local < r->start)
			continue;
		if ((r->count > 0 && r->given == r->count) ||
		    is_past(r, z, local))
			break;
		r->given++;
		r->last = local;
		if (local >= from) {
			*start = local;
			return true;
		}
	}
	r->over = true;
	return false;
}
