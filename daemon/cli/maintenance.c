/* SPDX-License-Identifier: MIT */
#include "cli/maintenance.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/utc.h"
#include "cli/talk.h"
#include "config/window.h"
#include "config/windowspec.h"
#include "config/zone.h"
#include "io/control.h"
#include "io/loop.h"

enum {
	NEXT_MAX = 1000,
	NEXT = 3,
	ROOM_BYTES = CONTROL_BYTES - 4096, /* for windows in a request */
};

static void
put(json_t *j, const char *key, const char *value)
{
	if (value != NULL)
		(void)json_object_set_new(j, key, json_string(value));
}

static void
put_time(json_t *j, const char *key, wall_ms t)
{
	char text[UTC_TEXT_BYTES];

	put(j, key, utc_format(t, text));
}

static bool
refuse(struct fail *f, const char *option, const char *value, const char *why)
{
	(void)fail_set(f, ERR_SYNTAX, "%s%s%s%s: %s", option,
	    value != NULL ? " '" : "", value != NULL ? value : "",
	    value != NULL ? "'" : "", why);
	return false;
}

/* The end, of --to or --for, of what begins then; times are of the zone. */
static bool
end_of(const struct planning *p, const struct zone *z, wall_ms from,
    wall_ms *to, struct fail *f)
{
	span_ms length;

	if (p->length != NULL) {
		if (duration_parse(p->length, &length, f) != OK)
			return false;
		*to = from + length;
		return true;
	}
	if (p->to == NULL)
		return refuse(f, "--to", NULL,
		    "until when?  --to TIME or --for DURATION");
	if (!window_parse_time(p->to, z, to))
		return refuse(f, "--to", p->to,
		    "a time as \"2026-12-01 04:00\" is needed");
	return *to > from ||
	    refuse(f, "--to", p->to, "the end must be after the beginning");
}

static bool
put_span(const struct planning *p, const struct zone *z, json_t *j,
    struct fail *f)
{
	wall_ms from = p->now, to;

	if (p->from != NULL && strcmp(p->from, "now") != 0 &&
	    !window_parse_time(p->from, z, &from))
		return refuse(f, "--from", p->from,
		    "a time as \"2026-12-01 02:00\" is needed, or now");
	if (!end_of(p, z, from, &to, f))
		return false;
	if (to <= p->now)
		return refuse(f, p->to != NULL ? "--to" : "--for",
		    p->to != NULL ? p->to : p->length, "that is over already");
	put_time(j, "from", from);
	put_time(j, "to", to);
	return true;
}

/* A rule is of local times. */
static bool
put_rule(const struct planning *p, json_t *j, struct fail *f)
{
	char text[UTC_TEXT_BYTES];
	wall_ms start, to;

	if (p->from == NULL || !window_parse_time(p->from, NULL, &start))
		return refuse(f, "--from", p->from,
		    "with --rrule, the first local time, as "
		    "\"2026-12-06 02:00\"");
	if (!end_of(p, NULL, start, &to, f))
		return false;
	(void)utc_format(start, text);
	text[19] = '\0'; /* local: without fraction and Z */
	put(j, "rrule", p->rrule);
	put(j, "start", text);
	(void)json_object_set_new(j, "length_s",
	    json_integer((to - start) / SECOND_MS));
	return true;
}

/* One window as the options say it; NULL and *f. */
static json_t *
window_of(const struct planning *p, struct fail *f)
{
	json_t *j = json_object();
	struct zone *z = NULL;
	struct windowspec *spec = NULL;
	bool ok = true;

	put(j, "service", p->service);
	put(j, "region", p->region);
	put(j, "title", p->title);
	put(j, "why", p->why);
	put(j, "timezone", p->timezone);
	put(j, "every", p->every);
	if (p->timezone != NULL) {
		z = zone_open(p->timezone, f);
		ok = z != NULL;
	}
	if (ok && p->rrule != NULL)
		ok = put_rule(p, j, f);
	else if (ok && p->every == NULL)
		ok = put_span(p, z, j, f);
	if (ok)
		spec = windowspec_read(j, f);
	windowspec_free(spec);
	zone_close(z);
	if (spec != NULL)
		return j;
	json_decref(j);
	return NULL;
}

/* Say what the daemon took, with the ids that it gave. */
static void
print_added(const struct planning *p, const json_t *windows, char *ids)
{
	json_t *list = json_array();
	char *rest = ids, *id;

	for (size_t i = 0; (id = strsep(&rest, " ")) != NULL; i++) {
		struct fail f;
		struct windowspec *spec =
		    windowspec_read(json_array_get(windows, i), &f);
		struct planned_line l = {.id = id,
		    .source = p->ics != NULL ? "calendar" : "command",
		    .why = p->why};

		if (spec == NULL)
			continue;
		l.window = &spec->window;
		if (p->c->json)
			(void)json_array_append_new(list, planned_json(p, &l));
		else
			planned_print(p, &l);
		windowspec_free(spec);
	}
	if (p->c->json)
		cli_json(p->c, list);
	else
		json_decref(list);
}

/* As many of them, from *at on, as fit into a request. */
static json_t *
batch(const json_t *windows, size_t *at)
{
	json_t *some = json_array();
	size_t used = 0;

	for (; *at < json_array_size(windows); (*at)++) {
		json_t *one = json_array_get(windows, *at);
		char *text = windowspec_text(one);
		size_t n = text != NULL ? strlen(text) + 1 : 0;

		mem_free(text);
		if (used > 0 && used + n > ROOM_BYTES)
			break;
		used += n;
		(void)json_array_append(some, one);
	}
	return some;
}

static int
send_all(const struct planning *p, const json_t *windows)
{
	struct fail f = {.why = ""};
	struct text ids;
	int code = EXIT_CODE_GOOD;
	char *all;

	text_init(&ids, CONTROL_BYTES);
	for (size_t at = 0;
	     code == EXIT_CODE_GOOD && at < json_array_size(windows);) {
		json_t *answer = NULL, *some = batch(windows, &at);

		if (talk_ask(p->config->control,
			json_pack("{s:s, s:b, s:o}", "act", "maintenance-add",
			    "calendar", p->ics != NULL, "windows", some),
			&answer, &code, &f) == OK)
			text_printf(&ids, "%s%s", text_len(&ids) > 0 ? " " : "",
			    json_string_value(
				json_object_get(answer, "message")));
		json_decref(answer);
	}
	all = text_take(&ids);
	if (all != NULL && all[0] != '\0')
		print_added(p, windows, all);
	mem_free(all);
	if (code != EXIT_CODE_GOOD)
		return cli_error(p->c, (enum exit_code)code, "%s", f.why);
	return code;
}

static int
add(struct planning *p)
{
	struct fail f = {.why = ""};
	json_t *windows, *one;
	size_t skipped = 0;
	int code = EXIT_CODE_GOOD;

	if (p->service == NULL)
		return cli_usage(p->c,
		    "of which service?  --service ID; '*' is every one");
	if (p->ics != NULL) {
		if (p->from != NULL || p->to != NULL || p->length != NULL ||
		    p->every != NULL || p->rrule != NULL)
			return cli_usage(p->c,
			    "--ics brings the times; leave out the others");
		windows = maintenance_calendar(p, &skipped, &code);
	} else {
		if (p->every != NULL &&
		    (p->rrule != NULL || p->from != NULL || p->to != NULL ||
			p->length != NULL))
			return cli_usage(p->c,
			    "--every says all of it; leave out the others");
		if (p->to != NULL && p->length != NULL)
			return cli_usage(p->c, "--to or --for, not both");
		one = window_of(p, &f);
		if (one == NULL)
			return cli_error(p->c, EXIT_CODE_DATA, "%s", f.why);
		windows = json_array();
		(void)json_array_append_new(windows, one);
	}
	if (windows == NULL)
		return code;
	code = send_all(p, windows);
	json_decref(windows);
	if (skipped > 0 && !p->c->json)
		(void)fprintf(p->c->err,
		    "vigie maintenance: left out %zu that are over or "
		    "cancelled\n",
		    skipped);
	return code;
}

static int
cancel(struct planning *p, const char *id)
{
	struct fail f = {.why = ""};
	json_t *answer;
	unsigned long n;
	int code;

	n = id[0] == 'c' ? strtoul(id + 1, NULL, 10) : 0;
	if (n > 0 && n <= p->config->window_count)
		return cli_error(p->c, EXIT_CODE_DATA,
		    "%s stands in the configuration, %s: take it out there, "
		    "then 'vigie reload'",
		    id, p->config->windows[n - 1].place);
	answer = json_pack("{s:s, s:s}", "act", "maintenance-cancel", "id", id);
	put(answer, "why", p->why);
	if (talk_ask(p->config->control, answer, &answer, &code, &f) != OK)
		return cli_error(p->c, (enum exit_code)code, "%s", f.why);
	if (p->c->json)
		cli_json(p->c, json_incref(answer));
	else
		(void)fprintf(p->c->out, "%s\n",
		    json_string_value(json_object_get(answer, "message")));
	json_decref(answer);
	return EXIT_CODE_GOOD;
}

static const struct option own[] = {{"service", required_argument, NULL, 's'},
    {"region", required_argument, NULL, 'r'},
    {"from", required_argument, NULL, 'F'},
    {"to", required_argument, NULL, 'T'}, {"for", required_argument, NULL, 'l'},
    {"timezone", required_argument, NULL, 'z'},
    {"title", required_argument, NULL, 't'},
    {"why", required_argument, NULL, 'w'},
    {"every", required_argument, NULL, 'e'},
    {"rrule", required_argument, NULL, 'R'},
    {"ics", required_argument, NULL, 'i'},
    {"next", required_argument, NULL, 'n'}, {0}};

/* False: it is not a number within bounds. */
static bool
take_next(struct planning *p, const char *s)
{
	char *rest;
	unsigned long n = strtoul(s, &rest, 10);

	p->next = n;
	return s[0] >= '0' && s[0] <= '9' && *rest == '\0' && n >= 1 &&
	    n <= NEXT_MAX;
}

static bool
take_option(struct planning *p, int opt, const char *value)
{
	const struct {
		int opt;
		const char **to;
	} texts[] = {{'s', &p->service}, {'r', &p->region}, {'F', &p->from},
	    {'T', &p->to}, {'l', &p->length}, {'z', &p->timezone},
	    {'t', &p->title}, {'w', &p->why}, {'e', &p->every},
	    {'R', &p->rrule}, {'i', &p->ics}};

	if (opt == 'n')
		return take_next(p, value);
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].opt == opt)
			*texts[i].to = value;
	}
	return true;
}

static int
dispatch(struct planning *p, int count, char **words)
{
	const char *what = count > 0 ? words[0] : "list";

	if (strcmp(what, "list") == 0 && count <= 1)
		return maintenance_list(p);
	if (strcmp(what, "add") == 0 && count == 1)
		return add(p);
	if (strcmp(what, "cancel") == 0 && count == 2)
		return cancel(p, words[1]);
	if (strcmp(what, "cancel") == 0)
		return cli_usage(p->c, "which one?  One, as w3");
	return cli_usage(p->c, "list, add or cancel, not '%s'",
	    count > 1 ? words[1] : what);
}

int
cli_maintenance(struct cli *c, int argc, char **argv)
{
	struct planning p = {.c = c, .next = NEXT};
	struct fail f = {.why = ""};
	struct loop *clock;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (!take_option(&p, opt, c->value))
			return cli_usage(c,
			    "--next %s: not a number from 1 to %d", c->value,
			    NEXT_MAX);
	}
	if (opt == CLI_STOP)
		return c->exit;
	clock = loop_new(&f);
	if (clock == NULL)
		return cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	p.now = loop_wall(clock);
	loop_free(clock);
	code = cli_config(c, &p.config);
	if (code != EXIT_CODE_GOOD)
		return code;
	code = dispatch(&p, argc - c->operand, argv + c->operand);
	config_free(p.config);
	return code;
}
