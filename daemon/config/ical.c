/* SPDX-License-Identifier: MIT */
#include "config/ical.h"

#include <libical/ical.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"

enum { YEAR_MIN = 1970, YEAR_MAX = 2200 };

/* What it does not like is told, and never a reason to end the process. */
static void
be_calm(void)
{
	icalerror_set_errors_are_fatal(0);
	icalerror_clear_errno();
}

static bool
local_of(struct icaltimetype t, wall_ms *out)
{
	struct utc_date d = {t.year, t.month, t.day};

	if (icaltime_is_null_time(t) || !icaltime_is_valid_time(t) ||
	    t.year < YEAR_MIN || t.year > YEAR_MAX || t.month < 1 ||
	    t.month > 12 || t.day < 1 ||
	    t.day > icaltime_days_in_month(t.month, t.year))
		return false;
	*out = utc_days(d) * DAY_MS;
	if (!t.is_date)
		*out += t.hour * (wall_ms)HOUR_MS +
		    t.minute * (wall_ms)MINUTE_MS +
		    t.second * (wall_ms)SECOND_MS;
	return true;
}

static bool
take_time(icalproperty *p, struct icaltimetype t, struct ical_time *out)
{
	icalparameter *zone =
	    icalproperty_get_first_parameter(p, ICAL_TZID_PARAMETER);
	const char *name = zone != NULL ? icalparameter_get_tzid(zone) : NULL;

	if (!local_of(t, &out->local))
		return false;
	mem_free(out->zone);
	out->zone = mem_dup(name);
	out->utc = icaltime_is_utc(t) != 0;
	out->date = t.is_date != 0;
	out->set = true;
	return true;
}

static bool
take_except(icalproperty *p, struct ical_event *e)
{
	struct ical_time t = {.local = 0};

	if (e->except_count == ICAL_EXCEPT_MAX ||
	    !take_time(p, icalproperty_get_exdate(p), &t))
		return false;
	e->except =
	    mem_resize(e->except, e->except_count + 1, sizeof(e->except[0]));
	e->except[e->except_count++] = t;
	return true;
}

static void
take_text(char **to, const char *text)
{
	mem_free(*to);
	*to = mem_dup(text);
}

static void
take_rule(icalproperty *p, struct ical_event *e)
{
	char *text = icalproperty_get_value_as_string_r(p);

	take_text(&e->rrule, text);
	icalmemory_free_buffer(text);
}

/* False: its value is of no use. */
static bool
take(icalproperty *p, struct ical_event *e)
{
	switch (icalproperty_isa(p)) {
	case ICAL_DTSTART_PROPERTY:
		return take_time(p, icalproperty_get_dtstart(p), &e->start);
	case ICAL_DTEND_PROPERTY:
		return take_time(p, icalproperty_get_dtend(p), &e->end);
	case ICAL_RECURRENCEID_PROPERTY:
		return take_time(p, icalproperty_get_recurrenceid(p),
		    &e->instance);
	case ICAL_EXDATE_PROPERTY:
		return take_except(p, e);
	case ICAL_DURATION_PROPERTY:
		e->length =
		    icaldurationtype_as_int(icalproperty_get_duration(p)) *
		    (span_ms)SECOND_MS;
		return e->length > 0;
	case ICAL_RRULE_PROPERTY:
		take_rule(p, e);
		return e->rrule != NULL;
	case ICAL_RDATE_PROPERTY:
		e->dates = true;
		return true;
	case ICAL_UID_PROPERTY:
		take_text(&e->uid, icalproperty_get_uid(p));
		return true;
	case ICAL_SUMMARY_PROPERTY:
		take_text(&e->summary, icalproperty_get_summary(p));
		return true;
	case ICAL_STATUS_PROPERTY:
		e->cancelled =
		    icalproperty_get_status(p) == ICAL_STATUS_CANCELLED;
		return true;
	default:
		/* The library makes one of these of what it cannot read. */
		return icalproperty_isa(p) != ICAL_XLICERROR_PROPERTY;
	}
}

static enum status
refuse(icalproperty *p, struct fail *f)
{
	char *text = icalproperty_as_ical_string_r(p);
	int n = text != NULL ? (int)strcspn(text, "\r\n") : 0;
	enum status s = fail_set(f, ERR_SYNTAX, "this is not understood: %.*s",
	    n < 200 ? n : 200, text != NULL ? text : "");

	icalmemory_free_buffer(text);
	return s;
}

enum status
ical_event_parse(const char *text, struct ical_event *e, struct fail *f)
{
	icalcomponent *c;
	enum status s = OK;

	be_calm();
	*e = (struct ical_event){.uid = NULL};
	c = icalparser_parse_string(text);
	if (c == NULL || icalcomponent_isa(c) != ICAL_VEVENT_COMPONENT)
		s = fail_set(f, ERR_SYNTAX, "is not an event");
	for (icalproperty *p = s == OK
		 ? icalcomponent_get_first_property(c, ICAL_ANY_PROPERTY)
		 : NULL;
	     p != NULL && s == OK;
	     p = icalcomponent_get_next_property(c, ICAL_ANY_PROPERTY)) {
		if (!take(p, e))
			s = refuse(p, f);
	}
	if (c != NULL)
		icalcomponent_free(c);
	if (s != OK)
		ical_event_done(e);
	return s;
}

void
ical_event_done(struct ical_event *e)
{
	for (size_t i = 0; i < e->except_count; i++)
		mem_free(e->except[i].zone);
	mem_free(e->except);
	mem_free(e->uid);
	mem_free(e->summary);
	mem_free(e->rrule);
	mem_free(e->start.zone);
	mem_free(e->end.zone);
	mem_free(e->instance.zone);
	*e = (struct ical_event){.uid = NULL};
}
