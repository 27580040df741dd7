/* SPDX-License-Identifier: MIT */
/* Recurrences as windows: summer time, leap days, exceptions, and nonsense. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "config/rule.h"
#include "config/window.h"
#include "config/windowspec.h"

enum { SHOWN = 6 };

static wall_ms
at(const char *s)
{
	wall_ms t = 0;

	assert_true(utc_parse(s, &t));
	return t;
}

/* One row: a window, and its next occurrences in UTC from then on. */
static const struct row {
	const char *name, *spec, *since, *want[SHOWN + 1];
} rows[] = {
    {"the first Sunday of each month, through summer time",
	"\"rrule\":\"FREQ=MONTHLY;BYDAY=1SU\",\"start\":\"2026-03-01 02:30\","
	"\"length_s\":3600,\"timezone\":\"Europe/Paris\"",
	"2026-03-01T00:00:00Z",
	{"2026-03-01T01:30", "2026-04-05T00:30", "2026-05-03T00:30",
	    "2026-06-07T00:30"}},
    /* 29 March 2026: 02:30 does not exist; it is taken as 03:30. */
    {"an hour that is skipped",
	"\"rrule\":\"FREQ=WEEKLY;BYDAY=SU\",\"start\":\"2026-03-22 02:30\","
	"\"length_s\":3600,\"timezone\":\"Europe/Paris\"",
	"2026-03-22T00:00:00Z",
	{"2026-03-22T01:30", "2026-03-29T01:30", "2026-04-05T00:30"}},
    /* 25 October 2026: 02:30 comes twice, the first is meant. */
    {"an hour that comes twice",
	"\"rrule\":\"FREQ=WEEKLY\",\"start\":\"2026-10-18 02:30\","
	"\"length_s\":3600,\"timezone\":\"Europe/Paris\"",
	"2026-10-18T00:00:00Z",
	{"2026-10-18T00:30", "2026-10-25T00:30", "2026-11-01T01:30"}},
    {"29 February is every fourth year",
	"\"rrule\":\"FREQ=YEARLY\",\"start\":\"2024-02-29 00:00\","
	"\"length_s\":86400",
	"2024-03-01T00:00:00Z",
	{"2028-02-29T00:00", "2032-02-29T00:00", "2036-02-29T00:00"}},
    {"the 31st is not in every month",
	"\"rrule\":\"FREQ=MONTHLY;BYMONTHDAY=31\","
	"\"start\":\"2026-01-31 10:00\",\"length_s\":60",
	"2026-01-01T00:00:00Z",
	{"2026-01-31T10:00", "2026-03-31T10:00", "2026-05-31T10:00"}},
    {"the last working day",
	"\"rrule\":\"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-1\","
	"\"start\":\"2026-01-30 22:00\",\"length_s\":7200",
	"2026-01-01T00:00:00Z",
	{"2026-01-30T22:00", "2026-02-27T22:00", "2026-03-31T22:00"}},
    /* The two of RFC 5545 that differ by the first day of the week. */
    {"every other week, from Mondays on",
	"\"rrule\":\"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=MO\","
	"\"start\":\"1997-08-05 09:00\",\"length_s\":60",
	"1997-08-01T00:00:00Z",
	{"1997-08-05T09:00", "1997-08-10T09:00", "1997-08-19T09:00",
	    "1997-08-24T09:00", "-"}},
    {"every other week, from Sundays on",
	"\"rrule\":\"FREQ=WEEKLY;INTERVAL=2;COUNT=4;BYDAY=TU,SU;WKST=SU\","
	"\"start\":\"1997-08-05 09:00\",\"length_s\":60",
	"1997-08-01T00:00:00Z",
	{"1997-08-05T09:00", "1997-08-17T09:00", "1997-08-19T09:00",
	    "1997-08-31T09:00", "-"}},
    {"Friday the 13th",
	"\"rrule\":\"FREQ=MONTHLY;BYDAY=FR;BYMONTHDAY=13\","
	"\"start\":\"1997-09-02 09:00\",\"length_s\":60",
	"1997-09-01T00:00:00Z",
	{"1998-02-13T09:00", "1998-03-13T09:00", "1998-11-13T09:00",
	    "1999-08-13T09:00"}},
    {"the 20th Monday of the year",
	"\"rrule\":\"FREQ=YEARLY;BYDAY=20MO\","
	"\"start\":\"1997-05-19 09:00\",\"length_s\":60",
	"1997-05-01T00:00:00Z",
	{"1997-05-19T09:00", "1998-05-18T09:00", "1999-05-17T09:00"}},
    {"election day",
	"\"rrule\":\"FREQ=YEARLY;INTERVAL=4;BYMONTH=11;BYDAY=TU;"
	"BYMONTHDAY=2,3,4,5,6,7,8\","
	"\"start\":\"1996-11-05 09:00\",\"length_s\":60",
	"1996-01-01T00:00:00Z",
	{"1996-11-05T09:00", "2000-11-07T09:00", "2004-11-02T09:00"}},
    {"the third last day of the month",
	"\"rrule\":\"FREQ=MONTHLY;BYMONTHDAY=-3\","
	"\"start\":\"1997-09-28 09:00\",\"length_s\":60",
	"1997-09-01T00:00:00Z",
	{"1997-09-28T09:00", "1997-10-29T09:00", "1997-11-28T09:00",
	    "1997-12-29T09:00", "1998-01-29T09:00", "1998-02-26T09:00"}},
    {"the second last weekday of the month",
	"\"rrule\":\"FREQ=MONTHLY;BYDAY=MO,TU,WE,TH,FR;BYSETPOS=-2\","
	"\"start\":\"1997-09-29 09:00\",\"length_s\":60",
	"1997-09-01T00:00:00Z",
	{"1997-09-29T09:00", "1997-10-30T09:00", "1997-11-27T09:00"}},
    {"what is left out",
	"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-12-30 01:00\","
	"\"length_s\":60,\"except\":[\"2026-12-31 01:00\","
	"\"2027-01-01T01:00:00\"]",
	"2026-12-30T00:00:00Z",
	{"2026-12-30T01:00", "2027-01-02T01:00", "2027-01-03T01:00"}},
    {"counted, also those that are left out",
	"\"rrule\":\"FREQ=DAILY;COUNT=3\",\"start\":\"2026-12-30 01:00\","
	"\"length_s\":60,\"except\":[\"2026-12-31 01:00\"]",
	"2026-12-01T00:00:00Z", {"2026-12-30T01:00", "2027-01-01T01:00", "-"}},
    /* 23:30Z of the 1st is 00:30 of the 2nd in Paris: that is the last. */
    {"until a time in UTC",
	"\"rrule\":\"FREQ=DAILY;UNTIL=20261201T233000Z\","
	"\"start\":\"2026-12-01 00:30\",\"length_s\":60,"
	"\"timezone\":\"Europe/Paris\"",
	"2026-11-30T00:00:00Z", {"2026-11-30T23:30", "2026-12-01T23:30", "-"}},
    {"until a day, which counts",
	"\"rrule\":\"FREQ=DAILY;UNTIL=20261202\","
	"\"start\":\"2026-12-01 12:00\",\"length_s\":60",
	"2026-12-01T00:00:00Z", {"2026-12-01T12:00", "2026-12-02T12:00", "-"}},
    {"one that is going on counts",
	"\"rrule\":\"FREQ=YEARLY\",\"start\":\"2020-07-01 00:00\","
	"\"length_s\":864000",
	"2026-07-05T00:00:00Z", {"2026-07-01T00:00", "2027-07-01T00:00"}},
    {"weekly, as in the configuration",
	"\"every\":\"Sun 02:30-03:30\",\"timezone\":\"Europe/Paris\"",
	"2026-03-22T00:00:00Z",
	{"2026-03-22T01:30", "2026-03-29T01:30", "2026-04-05T00:30"}},
    {"once, in a zone",
	"\"from\":\"2026-07-01 02:00\",\"to\":\"2026-07-01T04:00:00Z\","
	"\"timezone\":\"Europe/Paris\"",
	"2026-01-01T00:00:00Z", {"2026-07-01T00:00", "-"}},
};

static struct windowspec *
spec_of(const char *rest, struct fail *f)
{
	char json[2048];

	(void)snprintf(json, sizeof(json), "{\"service\":\"s\",%s}", rest);
	return windowspec_parse(json, f);
}

static void
play(const struct row *r)
{
	struct fail f = {.why = ""};
	struct windowspec *p = spec_of(r->spec, &f);
	wall_ms after = at(r->since), from, to;
	char got[UTC_TEXT_BYTES];

	if (p == NULL)
		fail_msg("%s: %s", r->name, f.why);
	for (size_t i = 0; r->want[i] != NULL; i++) {
		bool comes = window_next(&p->window, after, &from, &to);

		(void)snprintf(got, sizeof(got), "-");
		if (comes)
			(void)utc_format(from, got);
		if (strncmp(got, r->want[i], strlen(r->want[i])) != 0)
			fail_msg("%s: %zu: %s, not %s", r->name, i, got,
			    r->want[i]);
		if (!comes)
			break;
		assert_true(to > from && to > after);
		after = to;
	}
	/* Asked for an earlier time it begins anew. */
	if (window_next(&p->window, at(r->since), &from, &to))
		assert_int_equal(strncmp(utc_format(from, got), r->want[0],
				     strlen(r->want[0])),
		    0);
	windowspec_free(p);
}

static void
occurrences_are_those_of_the_calendar(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		play(&rows[i]);
}

static const struct {
	const char *rule, *why; /* a part of what is said */
} nonsense[] = {
    {"", "at character 1"},
    {"FREQ", "understood are"},
    {"FREQ=HOURLY", "at character 1, 'FREQ=HOURLY': FREQ is DAILY"},
    {"FREQ=SECONDLY;BYSECOND=1", "FREQ is DAILY"},
    {"FREQ=DAILY;BYHOUR=1,2", "at character 12, 'BYHOUR=1,2'"},
    {"INTERVAL=2", "FREQ is missing"},
    {"FREQ=DAILY;FREQ=DAILY", "said before"},
    {"FREQ=DAILY;INTERVAL=0", "1 to 999"},
    {"FREQ=DAILY;INTERVAL=1000", "1 to 999"},
    {"FREQ=DAILY;COUNT=99999999999999999999", "1 to 9999"},
    {"FREQ=DAILY;COUNT=2;UNTIL=20270101", "exclude"},
    {"FREQ=DAILY;UNTIL=20271301", "UNTIL=20271301"},
    {"FREQ=DAILY;UNTIL=tomorrow", "as 20261231T235959Z"},
    {"FREQ=MONTHLY;BYDAY=XX", "days as MO"},
    {"FREQ=MONTHLY;BYDAY=0SU", "days as MO"},
    {"FREQ=MONTHLY;BYDAY=1SU,", "days as MO"},
    {"FREQ=MONTHLY;BYMONTHDAY=32", "days from 1 to 31"},
    {"FREQ=MONTHLY;BYMONTHDAY=0", "days from 1 to 31"},
    {"FREQ=YEARLY;BYMONTH=13", "months from 1 to 12"},
    {"FREQ=YEARLY;X-OWN=1", "understood are"},
    {"freq=daily", "understood are"},
    {"FREQ=DAILY;", "understood are"},
    {"FREQ=DAILY; INTERVAL=2", "understood are"},
    {"FREQ=WEEKLY;WKST=MOO", "a day as MO"},
    {"FREQ=YEARLY;BYMONTH=2;BYMONTHDAY=30", "never comes"},
    {"FREQ=MONTHLY;BYDAY=11FR", "never comes"},
    {"FREQ=DAILY;BYMONTH=2;BYMONTHDAY=30", "never comes"},
    {"FREQ=MONTHLY;BYDAY=SU;BYSETPOS=6", "never comes"},
    {"FREQ=WEEKLY;BYDAY=1SU", "needs MONTHLY or YEARLY"},
    {"FREQ=WEEKLY;BYMONTHDAY=1", "WEEKLY has no BYMONTHDAY"},
};

static void
nonsense_is_refused_with_its_place(void **state)
{
	struct fail f;

	(void)state;
	for (size_t i = 0; i < sizeof(nonsense) / sizeof(nonsense[0]); i++) {
		struct rule *r;

		f = (struct fail){.why = ""};
		r = rule_new(nonsense[i].rule, 0, &f);
		if (r != NULL || strstr(f.why, nonsense[i].why) == NULL)
			fail_msg("'%s': %s", nonsense[i].rule, f.why);
	}
}

static const struct {
	const char *spec, *why;
} bad[] = {
    {"\"from\":\"2026-07-01 02:00\",\"to\":\"2026-07-01 02:00\"",
	"after the beginning"},
    {"\"from\":\"2026-07-01 02:00\",\"to\":\"2028-07-01 02:00\"",
	"more than a year"},
    {"\"from\":\"soon\",\"to\":\"2026-07-01 02:00\"", "from"},
    {"\"from\":\"2026-07-01 02:00\"", "to"},
    {"\"every\":\"Sun\"", "not a weekly time"},
    {"\"every\":\"Sun 02:00-04:00\",\"rrule\":\"FREQ=DAILY\"", "one of"},
    {"\"title\":\"no time at all\"", "one of"},
    {"\"every\":\"Sun 02:00-04:00\",\"timezone\":\"Europe/Pariss\"",
	"did you mean 'Europe/Paris'?"},
    {"\"every\":\"Sun 02:00-04:00\",\"timezone\":\"../../etc/passwd\"",
	"no time zone"},
    {"\"every\":\"Sun 02:00-04:00\",\"title\":\"two\\nlines\"", "title"},
    {"\"every\":\"Sun 02:00-04:00\",\"title\":7", "title"},
    {"\"every\":\"Sun 02:00-04:00\",\"title\":\"a\\u0000b\"", "JSON"},
    {"\"every\":\"Sun 02:00-04:00\",\"region\":\"EU\"", "region"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01 02:00\"", "length"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01T02:00:00Z\","
     "\"length_s\":60",
	"start"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01 02:00\","
     "\"length_s\":99999999",
	"length"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01 02:00\","
     "\"length_s\":60,\"except\":[7]",
	"except"},
};

static const struct {
	const char *spec, *why;
} asked[] = {
    {"\"regoin\":\"eu\",\"every\":\"Sun 02:00-04:00\"",
	"no 'regoin', did you mean 'region'?"},
    {"\"every\":\"Sun 02:00-04:00\",\"timezon\":\"Europe/Paris\"",
	"no 'timezon', did you mean 'timezone'?"},
    {"\"every\":\"Sun 02:00-04:00\",\"colour\":1", "no 'colour'"},
    {"\"from\":\"2026-07-01 02:00\",\"to\":\"2026-07-01 04:00\","
     "\"every\":7",
	"every: a text"},
    {"\"every\":\"Sun 02:00-04:00\",\"region\":null", "region: a text"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01 02:00\","
     "\"length_s\":\"60\"",
	"length_s: a number"},
    {"\"rrule\":\"FREQ=DAILY\",\"start\":\"2026-07-01 02:00\","
     "\"length_s\":60,\"except\":\"2026-07-02 02:00\"",
	"except: a list"},
    {"\"every\":\"Sun 02:00-04:00\",\"start\":\"2026-07-01 02:00\"",
	"start: goes with 'rrule'"},
    {"\"every\":\"Sun 02:00-04:00\",\"to\":\"2026-07-01 02:00\"",
	"to: goes with 'from'"},
};

/* What is kept is read: another version may have taken it. */
static void
what_is_asked_for_is_known(void **state)
{
	char json[2048];

	(void)state;
	for (size_t i = 0; i < sizeof(asked) / sizeof(asked[0]); i++) {
		struct fail f = {.why = ""};
		struct windowspec *p;
		json_t *j;

		(void)snprintf(json, sizeof(json), "{\"service\":\"s\",%s}",
		    asked[i].spec);
		j = json_loads(json, 0, NULL);
		assert_non_null(j);
		p = windowspec_read(j, &f);
		json_decref(j);
		if (p != NULL || strstr(f.why, asked[i].why) == NULL ||
		    f.code != ERR_SYNTAX)
			fail_msg("%s: %s", asked[i].spec, f.why);
	}
	for (size_t i = 0; i < 3; i++) {
		struct windowspec *p = spec_of(asked[i].spec, NULL);

		assert_non_null(p);
		windowspec_free(p);
	}
}

static void
each_value_is_looked_at(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		struct fail f = {.why = ""};
		struct windowspec *p = spec_of(bad[i].spec, &f);

		if (p != NULL || strstr(f.why, bad[i].why) == NULL ||
		    f.code != ERR_SYNTAX)
			fail_msg("%s: %s", bad[i].spec, f.why);
	}
	assert_null(windowspec_parse("{\"every\":\"Sun 02:00-04:00\"}", NULL));
	assert_null(windowspec_parse("[]", NULL));
	assert_null(windowspec_parse("", NULL));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(occurrences_are_those_of_the_calendar),
	    cmocka_unit_test(nonsense_is_refused_with_its_place),
	    cmocka_unit_test(what_is_asked_for_is_known),
	    cmocka_unit_test(each_value_is_looked_at),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
