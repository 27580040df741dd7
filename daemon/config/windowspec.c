/* SPDX-License-Identifier: MIT */
#include "config/windowspec.h"

#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/utc.h"
#include "config/ical.h"
#include "config/rule.h"
#include "config/suggest.h"
#include "config/window.h"
#include "config/zone.h"

enum { GLOB_MAX = 63, LENGTH_MAX_S = 31 * 86400, ONE_OFF_MAX_DAYS = 366 };

static bool
refuse(struct fail *f, const char *key, const char *why)
{
	(void)fail_set(f, ERR_SYNTAX, "%s: %s", key, why);
	return false;
}

static bool
is_line(const char *s)
{
	for (; *s != '\0'; s++) {
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			return false;
	}
	return true;
}

/* A text of at most max bytes into *out; absent is NULL. */
static bool
line(const json_t *j, const char *key, size_t max, char **out, struct fail *f)
{
	const json_t *v = json_object_get(j, key);
	const char *s = json_string_value(v);

	if (v == NULL)
		return true;
	if (s == NULL || s[0] == '\0' || json_string_length(v) != strlen(s) ||
	    !is_line(s))
		return refuse(f, key, "one line of text is needed");
	if (strlen(s) > max)
		return refuse(f, key, "is too long");
	*out = mem_dup(s);
	return true;
}

static bool
glob(const json_t *j, const char *key, char **out, struct fail *f)
{
	if (!line(j, key, GLOB_MAX, out, f))
		return false;
	return *out == NULL ||
	    strspn(*out, "abcdefghijklmnopqrstuvwxyz0123456789-*?") ==
	    strlen(*out) ||
	    refuse(f, key, "letters a-z, digits, '-', '*' and '?' only");
}

/* A local time; what names its own zone is none. */
static bool
local(const char *s, wall_ms *out)
{
	wall_ms own;

	return s != NULL && !utc_parse(s, &own) &&
	    window_parse_time(s, NULL, out);
}

static bool
read_except(struct config_window *w, const json_t *list, struct fail *f)
{
	size_t n = json_array_size(list);

	if (list == NULL)
		return true;
	if (!json_is_array(list) || n > ICAL_EXCEPT_MAX)
		return refuse(f, "except", "a list of at most 500 is needed");
	w->except = mem_array(n, sizeof(w->except[0]));
	for (size_t i = 0; i < n; i++) {
		if (!local(json_string_value(json_array_get(list, i)),
			&w->except[i]))
			return refuse(f, "except",
			    "local times as \"2026-12-06 02:00\" are needed");
	}
	w->except_count = n;
	return true;
}

static bool
read_rule(struct config_window *w, const char *rrule, const json_t *j,
    struct fail *f)
{
	json_int_t length = json_integer_value(json_object_get(j, "length_s"));
	wall_ms start;

	if (!local(json_string_value(json_object_get(j, "start")), &start))
		return refuse(f, "start",
		    "a local time as \"2026-12-06 02:00\" is needed");
	if (length < 1 || length > LENGTH_MAX_S)
		return refuse(f, "length", "is from 1 s to 31 d");
	w->length = length * (span_ms)SECOND_MS;
	w->rule = rule_new(rrule, start, f);
	return w->rule != NULL &&
	    read_except(w, json_object_get(j, "except"), f);
}

static bool
read_one_off(struct config_window *w, const char *from, const char *to,
    struct fail *f)
{
	if (from == NULL || !window_parse_time(from, w->zone, &w->from))
		return refuse(f, "from",
		    "a time as \"2026-12-01 02:00\" is needed");
	if (to == NULL || !window_parse_time(to, w->zone, &w->to))
		return refuse(f, "to",
		    "a time as \"2026-12-01 04:00\" is needed");
	if (w->to <= w->from)
		return refuse(f, "to", "the end must be after the beginning");
	if (w->to - w->from > ONE_OFF_MAX_DAYS * (span_ms)DAY_MS)
		return refuse(f, "to", "is more than a year after 'from'");
	return true;
}

static bool
read_times(struct config_window *w, const json_t *j, struct fail *f)
{
	const char *every = json_string_value(json_object_get(j, "every"));
	const char *rrule = json_string_value(json_object_get(j, "rrule"));
	const char *from = json_string_value(json_object_get(j, "from"));
	const char *to = json_string_value(json_object_get(j, "to"));

	if ((every != NULL) + (rrule != NULL) + (from != NULL) != 1)
		return refuse(f, "window",
		    "one of 'every', 'rrule', or 'from' and 'to' is needed");
	if (every != NULL)
		return window_parse_every(every, w, f) == OK;
	if (rrule != NULL)
		return read_rule(w, rrule, j, f);
	return read_one_off(w, from, to, f);
}

/* What a window may say, and whether only a rule does. */
static const struct known {
	const char *key;
	json_type type;
	bool of_rule;
} known[] = {{"service", JSON_STRING, false}, {"region", JSON_STRING, false},
    {"title", JSON_STRING, false}, {"why", JSON_STRING, false},
    {"uid", JSON_STRING, false}, {"timezone", JSON_STRING, false},
    {"from", JSON_STRING, false}, {"to", JSON_STRING, false},
    {"every", JSON_STRING, false}, {"rrule", JSON_STRING, false},
    {"start", JSON_STRING, true}, {"length_s", JSON_INTEGER, true},
    {"except", JSON_ARRAY, true}};

enum { KNOWN = sizeof(known) / sizeof(known[0]) };

static bool
refuse_key(struct fail *f, const char *key)
{
	char hint[SUGGEST_TEXT_BYTES];
	struct suggest meant;

	suggest_init(&meant, key);
	for (size_t i = 0; i < KNOWN; i++)
		suggest_offer(&meant, known[i].key);
	(void)fail_set(f, ERR_SYNTAX, "a window has no '%.40s'%s", key,
	    suggest_text(&meant, hint));
	return false;
}

static bool
check_key(const json_t *j, const char *key, const json_t *value, struct fail *f)
{
	size_t i = 0;

	while (i < KNOWN && strcmp(known[i].key, key) != 0)
		i++;
	if (i == KNOWN)
		return refuse_key(f, key);
	if (json_typeof(value) != known[i].type)
		return refuse(f, key,
		    known[i].type == JSON_STRING        ? "a text is needed"
			: known[i].type == JSON_INTEGER ? "a number is needed"
							: "a list is needed");
	if (known[i].of_rule && json_object_get(j, "rrule") == NULL)
		return refuse(f, key, "goes with 'rrule' alone");
	return strcmp(key, "to") != 0 || json_object_get(j, "from") != NULL ||
	    refuse(f, key, "goes with 'from' alone");
}

/* Nothing that is asked for is passed over. */
static bool
check_keys(json_t *j, struct fail *f)
{
	const char *key;
	json_t *value;

	json_object_foreach(j, key, value)
	{
		if (!check_key(j, key, value, f))
			return false;
	}
	return true;
}

static bool
read_zone(struct windowspec *p, struct fail *f)
{
	struct fail why = {.why = ""};

	if (p->window.timezone == NULL)
		return true;
	p->window.zone = p->zone = zone_open(p->window.timezone, &why);
	return p->zone != NULL || refuse(f, "timezone", why.why);
}

static bool
read_all(struct windowspec *p, const json_t *j, struct fail *f)
{
	struct config_window *w = &p->window;

	if (!json_is_object(j))
		return refuse(f, "window", "an object is needed");
	if (!glob(j, "service", &w->service, f) ||
	    !glob(j, "region", &w->region, f) ||
	    !line(j, "title", WINDOWSPEC_TITLE_MAX, &w->title, f) ||
	    !line(j, "why", WINDOWSPEC_WHY_MAX, &p->why, f) ||
	    !line(j, "uid", WINDOWSPEC_UID_MAX, &p->uid, f) ||
	    !line(j, "timezone", GLOB_MAX, &w->timezone, f))
		return false;
	if (w->service == NULL)
		return refuse(f, "service", "is needed; '*' is every one");
	if (w->title == NULL)
		w->title = mem_dup("Maintenance");
	return read_zone(p, f) && read_times(w, j, f);
}

static struct windowspec *
take(const json_t *j, struct fail *f)
{
	struct windowspec *p = mem_zalloc(sizeof(*p));

	if (read_all(p, j, f))
		return p;
	windowspec_free(p);
	return NULL;
}

struct windowspec *
windowspec_read(json_t *j, struct fail *f)
{
	return check_keys(j, f) ? take(j, f) : NULL;
}

struct windowspec *
windowspec_parse(const char *json, struct fail *f)
{
	json_t *j = json_loads(json, JSON_REJECT_DUPLICATES, NULL);
	struct windowspec *p;

	if (j == NULL) {
		(void)fail_set(f, ERR_SYNTAX, "window: is not JSON");
		return NULL;
	}
	p = take(j, f);
	json_decref(j);
	return p;
}

void
windowspec_free(struct windowspec *p)
{
	if (p == NULL)
		return;
	mem_free(p->window.service);
	mem_free(p->window.region);
	mem_free(p->window.title);
	mem_free(p->window.timezone);
	mem_free(p->window.except);
	rule_free(p->window.rule);
	zone_close(p->zone);
	mem_free(p->why);
	mem_free(p->uid);
	mem_free(p);
}

char *
windowspec_text(const json_t *j)
{
	char *text = json_dumps(j, JSON_COMPACT | JSON_SORT_KEYS);

	if (text != NULL && strlen(text) > WINDOWSPEC_JSON_BYTES) {
		mem_free(text);
		text = NULL;
	}
	return text;
}

void
windowspec_describe(const struct config_window *w, struct text *out)
{
	char every[WINDOW_EVERY_BYTES], start[UTC_TEXT_BYTES];
	char length[DURATION_TEXT_BYTES];

	if (w->rule != NULL) {
		text_printf(out, "%s from %.16s for %s", rule_text(w->rule),
		    utc_format(rule_start(w->rule), start),
		    duration_format(w->length, length));
		if (w->except_count > 0)
			text_printf(out, " but %zu", w->except_count);
	} else if (w->weekly) {
		text_printf(out, "every %s", window_format_every(w, every));
	} else {
		text_add(out, "once");
	}
	text_printf(out, " %s", w->timezone != NULL ? w->timezone : "UTC");
}
