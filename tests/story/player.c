/* SPDX-License-Identifier: MIT */
#include "player.h"

#include <inttypes.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/utc.h"
#include "keeper/backup.h"
#include "keeper/keeper.h"
#include "keeper/windows.h"
#include "loop_sim.h"

enum { LINE_BYTES = 4096, YAML_BYTES = 65536, STORY_BYTES = 1 << 20 };

void
story_fault(struct story *t, const char *what, const char *detail)
{
	(void)fprintf(stderr, "%s:%u: %s: %s\n", t->path, t->line, what,
	    detail);
	t->faults++;
}

bool
story_load(struct story *t, const char *path)
{
	FILE *file = fopen(path, "r");
	size_t n;

	*t = (struct story){.path = path, .tolerance = 2 * (span_ms)SECOND_MS};
	if (file == NULL)
		return false;
	t->text = mem_zalloc(STORY_BYTES);
	n = fread(t->text, 1, STORY_BYTES - 1, file);
	t->next = t->here = t->text;
	return fclose(file) == 0 && n > 0 && n < STORY_BYTES - 1;
}

void
story_done(struct story *t)
{
	stage_free(t->stage);
	mem_free(t->text);
	*t = (struct story){0};
}

/* Any line, without its end. */
static bool
any_line(struct story *t, char *buf)
{
	size_t n = strcspn(t->next, "\n");

	if (*t->next == '\0')
		return false;
	(void)snprintf(buf, LINE_BYTES, "%.*s", (int)n, t->next);
	t->next += n + (t->next[n] == '\n');
	t->line++;
	return true;
}

static bool
next_line(struct story *t, char *buf)
{
	do {
		t->here = t->next;
		if (!any_line(t, buf))
			return false;
	} while (buf[0] == '#' || buf[strspn(buf, " \t")] == '\0');
	return true;
}

/* Lines until "end". */
static char *
block(struct story *t)
{
	char line[LINE_BYTES];
	struct text yaml;

	text_init(&yaml, YAML_BYTES);
	while (any_line(t, line) && strcmp(line, "end") != 0) {
		text_add(&yaml, line);
		text_char(&yaml, '\n');
	}
	return text_take(&yaml);
}

static bool
word(const char **rest, char *out, size_t size)
{
	const char *s = *rest + strspn(*rest, " ");
	size_t n = 0;
	bool quoted = false;

	for (; s[0] != '\0' && (quoted || s[0] != ' '); s++) {
		if (s[0] == '"')
			quoted = !quoted;
		else if (n + 1 < size)
			out[n++] = s[0];
	}
	out[n] = '\0';
	*rest = s;
	return n > 0;
}

static wall_ms
time_of(const struct story *story, const char *s)
{
	wall_ms t = 0;
	char *end;

	/* Hours, minutes and perhaps seconds, each up to a colon. */
	for (span_ms unit = HOUR_MS; unit >= SECOND_MS; unit /= 60) {
		t += (wall_ms)strtoul(s, &end, 10) * unit;
		if (end == s)
			return -1;
		if (*end == '\0')
			return unit == HOUR_MS ? -1 : story->day + t;
		s = end + 1;
	}
	return -1;
}

static enum reason
reason_named(const char *s)
{
	for (unsigned r = 0; r < REASON_COUNT; r++) {
		if (strcmp(reason_name((enum reason)r), s) == 0)
			return (enum reason)r;
	}
	return strcmp(s, "refused") == 0 ? REASON_CONNECTION_REFUSED
	    : strcmp(s, "reset") == 0    ? REASON_CONNECTION_RESET
					 : REASON_COUNT;
}

static void
behave(struct story *t, const char *url, const char *rest)
{
	struct behaviour b = {.code = 200};
	char w[1024], body[1024] = "", header[1024] = "";
	struct fail f;

	while (word(&rest, w, sizeof(w))) {
		if (strcmp(w, "ok") == 0)
			b.code = 200;
		else if (strncmp(w, "body=", 5) == 0)
			b.body = memcpy(body, w + 5, strlen(w + 5) + 1);
		else if (strncmp(w, "header=", 7) == 0)
			b.header = memcpy(header, w + 7, strlen(w + 7) + 1);
		else if (strncmp(w, "after=", 6) == 0) {
			if (duration_parse(w + 6, &b.delay, &f) != OK)
				story_fault(t, "not a duration", w);
		} else if (strncmp(w, "one_in=", 7) == 0) {
			b.one_in = (unsigned)strtoul(w + 7, NULL, 10);
		} else if (strncmp(w, "expires=", 8) == 0) {
			if (!utc_parse(w + 8, &b.expires))
				story_fault(t, "not a time", w);
		} else if (strcmp(w, "timeout") == 0)
			b.delay = HOUR_MS;
		else if (strtoul(w, NULL, 10) >= 100)
			b.code = (unsigned)strtoul(w, NULL, 10);
		else if ((b.reason = reason_named(w)) == REASON_COUNT)
			story_fault(t, "not a behaviour", w);
		else
			b.code = 0;
	}
	stage_behave(t->stage, url, &b);
}

/* The next event told must be this one. */
static void
expect(struct story *t, wall_ms at, const char *rest)
{
	const struct heard *h;
	char w[256], text[UTC_TEXT_BYTES];
	size_t count = stage_heard(t->stage, &h);

	if (t->told == count) {
		story_fault(t, "not told", rest);
		return;
	}
	h += t->told++;
	(void)word(&rest, w, sizeof(w));
	if (strcmp(w, h->event) != 0)
		story_fault(t, "told instead", h->json);
	if (h->at < at - t->tolerance || h->at > at + t->tolerance)
		story_fault(t, "told of another time", utc_format(h->at, text));
	if (word(&rest, w, sizeof(w)) && strcmp(w, h->endpoint) != 0)
		story_fault(t, "told of another endpoint", h->endpoint);
	while (word(&rest, w, sizeof(w))) {
		char wanted[600], *eq = strchr(w, '=');
		const char *quote;

		if (eq == NULL) {
			if (h->loud != (strcmp(w, "loud") == 0))
				story_fault(t, "not as", w);
			continue;
		}
		*eq = '\0';
		quote = strspn(eq + 1, "0123456789") == strlen(eq + 1) ||
			strcmp(eq + 1, "false") == 0
		    ? ""
		    : "\"";
		(void)snprintf(wanted, sizeof(wanted), "\"%s\":%s%s%s", w,
		    quote, eq + 1, quote);
		if (strstr(h->json, wanted) == NULL)
			story_fault(t, wanted, h->json);
	}
}

/*
 * Acts: "HH:MM VERB REST".  REST begins behind the verb; what is missing of it
 * is "".
 */

static const char *
skip_blanks(const char *s)
{
	return s + strspn(s, " ");
}

static void
act_done(struct story *t, const char *verb, enum status s, const struct fail *f)
{
	if (s != OK)
		story_fault(t, verb, f->why);
}

static void
act_resolve(struct story *t, const char *verb, const char *rest)
{
	struct fail f = {.why = ""};

	(void)rest;
	act_done(t, verb,
	    keeper_resolve(stage_keeper(t->stage),
		stage_last_incident(t->stage), "operator", "story", &f),
	    &f);
}

/* plan: a window (config/windowspec.h), or "w1", which is cancelled. */
static void
act_plan(struct story *t, const char *verb, const char *rest)
{
	const char *what = skip_blanks(rest);
	json_t *list = json_pack("[o*]", json_loads(what, 0, NULL));
	struct keeper *k = stage_keeper(t->stage);
	struct fail f = {.why = ""};
	struct text said;
	enum status done;

	text_init(&said, YAML_BYTES);
	done = what[0] == 'w'
	    ? keeper_window_cancel(k, what, "operator", "story", &said, &f)
	    : keeper_windows_add(k, "operator", false, list, &said, &f);
	act_done(t, verb, done, &f);
	text_done(&said);
	json_decref(list);
}

/* backup: one that is kept, the last one only. */
static void
act_backup(struct story *t, const char *verb, const char *rest)
{
	/* Jobs of one keeper are numbered from 1. */
	struct keeper_backup_end how = {.good = true, .keep = true, .only = 1};
	struct fail f = {.why = ""};
	struct text path;
	enum status done;

	(void)rest;
	text_init(&path, YAML_BYTES);
	done = keeper_backup_begin(stage_keeper(t->stage), "story", &f);
	stage_run_until(t->stage,
	    loop_now(stage_loop(t->stage)) + 10 * (span_ms)SECOND_MS);
	if (done == OK)
		done = ERR_NOTFOUND;
	for (how.job = 1; done == ERR_NOTFOUND && how.job < 9; how.job++)
		done =
		    keeper_backup_end(stage_keeper(t->stage), &how, &path, &f);
	act_done(t, verb, done, &f);
	text_done(&path);
}

/* pause NAME LENGTH|- [WHY] */
static void
act_pause(struct story *t, const char *verb, const char *rest)
{
	struct keeper_pause p = {.author = "ann"};
	char name[256], length[32];
	struct fail f = {.why = ""};
	struct text said;
	enum status s = OK;

	(void)word(&rest, name, sizeof(name));
	(void)word(&rest, length, sizeof(length));
	rest = skip_blanks(rest);
	p.name = name;
	p.why = *rest != '\0' ? rest : NULL;
	text_init(&said, YAML_BYTES);
	if (strcmp(length, "-") != 0)
		s = duration_parse(length, &p.length, &f);
	if (s == OK)
		s = keeper_pause(stage_keeper(t->stage), &p, &said, &f);
	act_done(t, verb, s, &f);
	text_done(&said);
}

/* resume NAME [WHY] */
static void
act_resume(struct story *t, const char *verb, const char *rest)
{
	struct fail f = {.why = ""};
	struct text said;
	char name[256];

	(void)word(&rest, name, sizeof(name));
	rest = skip_blanks(rest);
	text_init(&said, YAML_BYTES);
	act_done(t, verb,
	    keeper_resume(stage_keeper(t->stage), name, "ann",
		*rest != '\0' ? rest : NULL, &said, &f),
	    &f);
	text_done(&said);
}

/* note TEXT, of the incident told of last */
static void
act_note(struct story *t, const char *verb, const char *rest)
{
	struct fail f = {.why = ""};

	act_done(t, verb,
	    keeper_note(stage_keeper(t->stage), stage_last_incident(t->stage),
		"ann", skip_blanks(rest), &f),
	    &f);
}

/* ack [WHY], likewise */
static void
act_ack(struct story *t, const char *verb, const char *rest)
{
	const char *why = skip_blanks(rest);
	struct fail f = {.why = ""};
	struct text said;

	text_init(&said, YAML_BYTES);
	act_done(t, verb,
	    keeper_acknowledge(stage_keeper(t->stage),
		stage_last_incident(t->stage), "ann", *why != '\0' ? why : NULL,
		&said, &f),
	    &f);
	text_done(&said);
}

static void
act_reload(struct story *t, const char *verb, const char *rest)
{
	char *yaml = block(t);
	struct text why;

	(void)verb;
	(void)rest;
	text_init(&why, YAML_BYTES);
	(void)stage_reload(t->stage, yaml, &why);
	text_done(&why);
	mem_free(yaml);
}

/* kill ROLE */
static void
act_kill(struct story *t, const char *verb, const char *rest)
{
	enum role role;
	char w[32];

	(void)word(&rest, w, sizeof(w));
	if (role_parse(w, &role))
		stage_kill(t->stage, role);
	else
		story_fault(t, verb, w);
}

/* disk full|free */
static void
act_disk(struct story *t, const char *verb, const char *rest)
{
	(void)verb;
	stage_disk(t->stage, strcmp(skip_blanks(rest), "full") == 0);
}

/* name HOST 1|2|3|REASON: so many addresses, or why there are none */
static void
act_resolves(struct story *t, const char *verb, const char *rest)
{
	struct resolve_answer a = {.addresses = {"192.0.2.1", "192.0.2.2",
				       "192.0.2.3"},
	    .delay = 1};
	char host[256], what[64];
	bool counted;

	(void)verb;
	(void)word(&rest, host, sizeof(host));
	(void)word(&rest, what, sizeof(what));
	counted = what[0] >= '1' && what[0] <= '3';
	a.addresses[counted ? what[0] - '0' : 1] = NULL;
	if (!counted)
		a.reason = reason_named(what);
	stage_resolves(t->stage, host, &a);
}

/* logged TEXT, or silent TEXT for the contrary */
static void
act_logged(struct story *t, const char *verb, const char *rest)
{
	bool wanted = strcmp(verb, "logged") == 0;
	char w[1024];

	(void)word(&rest, w, sizeof(w));
	if ((strstr(stage_log(t->stage), w) != NULL) != wanted)
		story_fault(t, wanted ? "not logged" : "logged", w);
}

/* holds N SELECT ... */
static void
act_holds(struct story *t, const char *verb, const char *rest)
{
	char want[32], got[32];

	(void)verb;
	(void)word(&rest, want, sizeof(want));
	(void)snprintf(got, sizeof(got), "%lld",
	    (long long)stage_ask(t->stage, rest));
	if (strcmp(got, want) != 0)
		story_fault(t, got, rest);
}

/* clock [-]LENGTH; sleep, restart, crash LENGTH */
static void
act_time(struct story *t, const char *verb, const char *rest)
{
	struct fail f = {.why = ""};
	span_ms d = 0;
	bool back;
	char w[32];

	(void)word(&rest, w, sizeof(w));
	back = strcmp(verb, "clock") == 0 && w[0] == '-';
	if (duration_parse(w + back, &d, &f) != OK)
		story_fault(t, "not a duration", w);
	else if (strcmp(verb, "clock") == 0)
		loop_sim_step_wall(stage_loop(t->stage), back ? -d : d);
	else if (strcmp(verb, "sleep") == 0)
		loop_sim_sleep(stage_loop(t->stage), d);
	else
		stage_restart(t->stage, d, strcmp(verb, "crash") == 0);
}

static void
act_stop(struct story *t, const char *verb, const char *rest)
{
	(void)t;
	(void)verb;
	(void)rest;
}

static void
act(struct story *t, const char *verb, const char *rest)
{
	static const struct {
		const char *verb;
		void (
		    *act)(struct story *t, const char *verb, const char *rest);
	} all[] = {{"ack", act_ack}, {"backup", act_backup},
	    {"clock", act_time}, {"crash", act_time}, {"disk", act_disk},
	    {"holds", act_holds}, {"kill", act_kill}, {"logged", act_logged},
	    {"name", act_resolves}, {"note", act_note}, {"pause", act_pause},
	    {"plan", act_plan}, {"reload", act_reload},
	    {"resolve", act_resolve}, {"restart", act_time},
	    {"resume", act_resume}, {"silent", act_logged}, {"sleep", act_time},
	    {"stop", act_stop}};

	for (size_t i = 0; i < sizeof(all) / sizeof(all[0]); i++) {
		if (strcmp(all[i].verb, verb) == 0) {
			all[i].act(t, verb, rest);
			return;
		}
	}
	story_fault(t, "not an act", verb);
}

static bool
is_claim(const char *verb)
{
	return strcmp(verb, "expect") == 0 || strcmp(verb, "logged") == 0 ||
	    strcmp(verb, "silent") == 0 || strcmp(verb, "holds") == 0;
}

static void
at_time(struct story *t, const char *when, const char *rest)
{
	char verb[1024];
	wall_ms at = time_of(t, when);

	if (at < 0 || t->stage == NULL || !word(&rest, verb, sizeof(verb))) {
		story_fault(t, "not understood", when);
		return;
	}
	/* What is expected of a time may still be on its way then. */
	stage_run_until(t->stage,
	    at + (strcmp(verb, "expect") == 0 ? t->tolerance : 0));
	if (t->lenient && is_claim(verb))
		return;
	if (strcmp(verb, "expect") == 0)
		expect(t, at, rest + strspn(rest, " "));
	else if (strstr(verb, "://") != NULL)
		behave(t, verb, rest);
	else
		act(t, verb, rest);
}

static void
begin(struct story *t)
{
	char *yaml = block(t);

	t->stage = stage_new(t->start, yaml);
	mem_free(yaml);
	t->here = t->next;
	if (t->on_stage != NULL)
		t->on_stage(t);
	stage_begin(t->stage, t->patience);
}

void
story_play(struct story *t)
{
	char line[LINE_BYTES], w[256];
	struct fail f;

	while (next_line(t, line)) {
		const char *rest = line;

		(void)word(&rest, w, sizeof(w));
		if (strcmp(w, "start") == 0) {
			if (!utc_parse(rest + 1, &t->start))
				story_fault(t, "not a time", rest);
			t->day = t->start - t->start % DAY_MS;
		} else if (strcmp(w, "tolerance") == 0) {
			if (duration_parse(rest + 1, &t->tolerance, &f) != OK)
				story_fault(t, "not a duration", rest);
		} else if (strcmp(w, "config") == 0) {
			begin(t);
		} else {
			at_time(t, w, rest);
		}
	}
}

bool
story_expected(const struct story *t, size_t n, char *out, size_t size)
{
	static const char verb[] = " expect ";
	const char *s = t->text;
	char line[LINE_BYTES], event[64], endpoint[256];
	const char *rest = line;

	do {
		s = strstr(s, verb);
		if (s == NULL)
			return false;
		s += strlen(verb);
	} while (n-- > 0);
	(void)snprintf(line, sizeof(line), "%.*s", (int)strcspn(s, "\n"), s);
	if (!word(&rest, event, sizeof(event)) ||
	    !word(&rest, endpoint, sizeof(endpoint)))
		return false;
	(void)snprintf(out, size, "%s %s", event, endpoint);
	return true;
}
