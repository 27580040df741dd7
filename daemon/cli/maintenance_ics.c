/* SPDX-License-Identifier: MIT */
/* Events of a calendar as windows; what is over is left out. */
#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "cli/maintenance.h"
#include "config/ical.h"
#include "config/ics.h"
#include "config/window.h"
#include "config/windowspec.h"
#include "config/zone.h"

struct calendar {
	const struct planning *p;
	json_t *windows;
	json_t *moved; /* {uid: [local time of an instance, ...]} */
	size_t skipped;
	unsigned line; /* of the event that *f is about */
	struct fail f;
};

static bool
refuse(struct fail *f, const char *why)
{
	(void)fail_set(f, ERR_SYNTAX, "%s", why);
	return false;
}

/* The zone that a time of an event is of; false: there is none such. */
static bool
zone_of(const struct calendar *k, const struct ical_time *t, struct zone **z,
    struct fail *f)
{
	const char *name = t->utc ? NULL
	    : t->zone != NULL     ? t->zone
				  : k->p->timezone;

	*z = NULL;
	if (name == NULL || strcmp(name, "UTC") == 0)
		return true;
	*z = zone_open(name, f);
	return *z != NULL;
}

static bool
instant_of(const struct calendar *k, const struct ical_time *t, wall_ms *out,
    struct fail *f)
{
	struct zone *z;

	if (!zone_of(k, t, &z, f))
		return false;
	*out = zone_instant(z, t->local);
	zone_close(z);
	return true;
}

static void
put_local(json_t *j, const char *key, wall_ms local)
{
	char text[UTC_TEXT_BYTES];

	(void)utc_format(local, text);
	text[19] = '\0';
	if (key != NULL)
		(void)json_object_set_new(j, key, json_string(text));
	else
		(void)json_array_append_new(j, json_string(text));
}

/* A time that names an instance, as a local start of the event. */
static bool
instance_of(const struct calendar *k, const struct ical_event *e,
    const struct ical_time *t, wall_ms *local, struct fail *f)
{
	struct zone *z;

	*local = t->local;
	if (t->date && !e->start.date)
		*local += e->start.local % DAY_MS;
	if (!t->utc || e->start.utc)
		return true;
	if (!zone_of(k, &e->start, &z, f))
		return false;
	*local += zone_offset(z, t->local) * (wall_ms)SECOND_MS;
	zone_close(z);
	return true;
}

static bool
length_of(const struct calendar *k, const struct ical_event *e, span_ms *out,
    struct fail *f)
{
	wall_ms from, to;

	*out = e->length > 0 ? e->length : e->start.date ? DAY_MS : 0;
	if (!e->end.set)
		return *out > 0 ||
		    refuse(f, "the event has neither DTEND nor DURATION");
	if (!instant_of(k, &e->start, &from, f) ||
	    !instant_of(k, &e->end, &to, f))
		return false;
	*out = to - from;
	if (*out > 0 && e->start.utc == e->end.utc &&
	    (e->start.zone == e->end.zone ||
		(e->start.zone != NULL && e->end.zone != NULL &&
		    strcmp(e->start.zone, e->end.zone) == 0)))
		*out = e->end.local - e->start.local;
	return *out > 0 || refuse(f, "the event ends before it begins");
}

static bool
put_rule(const struct calendar *k, const struct ical_event *e, json_t *j,
    struct fail *f)
{
	json_t *except = json_array();
	span_ms length;
	wall_ms local;

	(void)json_object_set_new(j, "except", except);
	(void)json_object_set_new(j, "rrule", json_string(e->rrule));
	put_local(j, "start", e->start.local);
	if (!length_of(k, e, &length, f))
		return false;
	(void)json_object_set_new(j, "length_s",
	    json_integer(length / SECOND_MS));
	for (size_t i = 0; i < e->except_count; i++) {
		if (!instance_of(k, e, &e->except[i], &local, f))
			return false;
		put_local(except, NULL, local);
	}
	return true;
}

static bool
put_once(const struct calendar *k, const struct ical_event *e, json_t *j,
    struct fail *f)
{
	char text[UTC_TEXT_BYTES];
	struct zone *z;
	span_ms length;
	wall_ms from, to;

	if (!length_of(k, e, &length, f) || !zone_of(k, &e->start, &z, f))
		return false;
	from = zone_instant(z, e->start.local);
	/* A DURATION is exact, days and a DTEND are of the calendar. */
	to = e->end.set || e->start.date
	    ? zone_instant(z, e->start.local + length)
	    : from + length;
	zone_close(z);
	if (to <= from)
		to = from + length;
	(void)json_object_set_new(j, "from",
	    json_string(utc_format(from, text)));
	(void)json_object_set_new(j, "to", json_string(utc_format(to, text)));
	return true;
}

/* One line, of at most that many bytes and whole characters. */
static void
put_line(json_t *j, const char *key, const char *s, size_t max)
{
	size_t n = s != NULL ? strlen(s) : 0;
	char *line;

	if (n == 0)
		return;
	if (n > max)
		n = max;
	while (n > 0 && n < strlen(s) && ((unsigned char)s[n] & 0xc0) == 0x80)
		n--;
	line = mem_dup_n(s, n);
	for (char *p = line; *p != '\0'; p++) {
		if ((unsigned char)*p < ' ' || *p == 0x7f)
			*p = ' ';
	}
	(void)json_object_set_new(j, key, json_string(line));
	mem_free(line);
}

static void
put_names(const struct calendar *k, const struct ical_event *e, json_t *j)
{
	const char *zone = e->start.zone != NULL ? e->start.zone
	    : e->start.utc                       ? NULL
						 : k->p->timezone;
	char own[UTC_TEXT_BYTES];
	struct text uid;

	put_line(j, "service", k->p->service, WINDOWSPEC_TITLE_MAX);
	put_line(j, "region", k->p->region, WINDOWSPEC_TITLE_MAX);
	put_line(j, "title", k->p->title != NULL ? k->p->title : e->summary,
	    WINDOWSPEC_TITLE_MAX);
	put_line(j, "why", k->p->why, WINDOWSPEC_WHY_MAX);
	put_line(j, "timezone", zone, WINDOWSPEC_TITLE_MAX);
	if (e->uid == NULL)
		return;
	text_init(&uid, ICS_EVENT_BYTES);
	if (e->instance.set)
		text_printf(&uid, "%.19s ", utc_format(e->instance.local, own));
	text_add(&uid, e->uid);
	put_line(j, "uid", text_str(&uid), WINDOWSPEC_UID_MAX);
	text_done(&uid);
}

/* An instance that was moved or cancelled is no longer where the rule says. */
static bool
take_instance(struct calendar *k, const struct ical_event *e)
{
	json_t *times;
	wall_ms local;

	if (!e->instance.set || e->uid == NULL)
		return true;
	if (!instance_of(k, e, &e->instance, &local, &k->f))
		return false;
	times = json_object_get(k->moved, e->uid);
	if (times == NULL) {
		times = json_array();
		if (json_object_set_new(k->moved, e->uid, times) != 0)
			return true;
	}
	put_local(times, NULL, local);
	return true;
}

static bool
take(struct calendar *k, const struct ical_event *e)
{
	json_t *j;

	if (!e->start.set)
		return refuse(&k->f, "the event has no DTSTART");
	if (e->dates)
		return refuse(&k->f,
		    "RDATE is not understood: write events of their own");
	if (!take_instance(k, e))
		return false;
	if (e->cancelled) {
		k->skipped++;
		return true;
	}
	j = json_object();
	put_names(k, e, j);
	(void)json_array_append_new(k->windows, j);
	(void)json_object_set_new(j, "line", json_integer(k->line));
	return e->rrule != NULL && !e->instance.set ? put_rule(k, e, j, &k->f)
						    : put_once(k, e, j, &k->f);
}

static bool
on_event(void *arg, const char *event, unsigned line)
{
	struct calendar *k = arg;
	struct ical_event e;
	bool ok;

	k->line = line;
	if (ical_event_parse(event, &e, &k->f) != OK)
		return false;
	ok = take(k, &e);
	ical_event_done(&e);
	return ok;
}

/* All is known: look at each as the daemon will, and drop what is over. */
static bool
settle(struct calendar *k)
{
	for (size_t i = 0; i < json_array_size(k->windows);) {
		json_t *j = json_array_get(k->windows, i);
		json_t *except = json_object_get(j, "except");
		const char *uid = json_string_value(json_object_get(j, "uid"));
		struct windowspec *spec;
		wall_ms from, to;
		bool over;

		k->line =
		    (unsigned)json_integer_value(json_object_get(j, "line"));
		(void)json_object_del(j, "line");
		if (except != NULL && uid != NULL)
			(void)json_array_extend(except,
			    json_object_get(k->moved, uid));
		if (json_array_size(except) == 0)
			(void)json_object_del(j, "except");
		spec = windowspec_read(j, &k->f);
		if (spec == NULL)
			return false;
		over = !window_next(&spec->window, k->p->now, &from, &to);
		windowspec_free(spec);
		if (over) {
			(void)json_array_remove(k->windows, i);
			k->skipped++;
		} else {
			i++;
		}
	}
	return true;
}

static char *
read_file(const struct planning *p, size_t *n)
{
	bool standard = strcmp(p->ics, "-") == 0;
	FILE *file = standard ? stdin : fopen(p->ics, "re");
	char *bytes;

	if (file == NULL) {
		(void)cli_error(p->c, EXIT_CODE_IO, "%s: %s", p->ics,
		    strerrordesc_np(errno));
		return NULL;
	}
	bytes = mem_zalloc(ICS_BYTES_MAX + 1);
	*n = fread(bytes, 1, ICS_BYTES_MAX + 1, file);
	if (ferror(file)) {
		(void)cli_error(p->c, EXIT_CODE_IO, "%s: cannot be read",
		    p->ics);
		mem_free(bytes);
		bytes = NULL;
	}
	if (!standard)
		(void)fclose(file); /* only read */
	return bytes;
}

json_t *
maintenance_calendar(const struct planning *p, size_t *skipped, int *code)
{
	struct calendar k = {.p = p,
	    .windows = json_array(),
	    .moved = json_object(),
	    .f = {.code = OK, .why = ""}};
	size_t n = 0;
	char *bytes = read_file(p, &n);
	enum status s = OK;

	*code = bytes == NULL ? EXIT_CODE_IO : EXIT_CODE_DATA;
	if (bytes != NULL)
		s = ics_read(bytes, n, on_event, &k, &k.f);
	if (s != OK)
		cli_place(p->c, p->ics, 0, k.f.why);
	else if (bytes != NULL && (k.f.code != OK || !settle(&k)))
		cli_place(p->c, p->ics, k.line, k.f.why);
	else if (bytes != NULL && json_array_size(k.windows) == 0)
		cli_place(p->c, p->ics, 0, "holds no event that is to come");
	else if (bytes != NULL)
		*code = EXIT_CODE_GOOD;
	mem_free(bytes);
	json_decref(k.moved);
	*skipped = k.skipped;
	if (*code == EXIT_CODE_GOOD)
		return k.windows;
	json_decref(k.windows);
	return NULL;
}
