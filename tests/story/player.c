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
word(char **rest, char *out, size_t size)
{
	char *s = *rest + strspn(*rest, " ");
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
behave(struct story *t, const char *url, char *rest)
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
expect(struct story *t, wall_ms at, char *rest)
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

static bool
resolve(struct stage *s, struct text *why)
{
	struct fail f = {.why = ""};

	if (keeper_resolve(stage_keeper(s), stage_last_incident(s), "operator",
		"story", &f) == OK)
		return true;
	text_add(why, f.why);
	return false;
}

/* Add a window (config/windowspec.h), or cancel "w1"; false with the reason. */
static bool
plan_window(struct stage *s, const char *what, struct text *why)
{
	json_t *list = json_pack("[o*]", json_loads(what, 0, NULL));
	struct fail f = {.why = ""};
	enum status done;
	struct text said;

	text_init(&said, 256);
	if (what[0] == 'w')
		done = keeper_window_cancel(stage_keeper(s), what, "operator",
		    "story", &said, &f);
	else
		done = keeper_windows_add(stage_keeper(s), "operator", false,
		    list, &said, &f);
	text_add(why, f.why);
	text_done(&said);
	json_decref(list);
	return done == OK;
}

/* A window by command; false: the verb is another. */
static bool
plan(struct story *t, const char *verb, const char *rest)
{
	struct text why;

	if (strcmp(verb, "plan") != 0)
		return false;
	text_init(&why, YAML_BYTES);
	if (!plan_window(t->stage, rest + strspn(rest, " "), &why))
		story_fault(t, "not planned", text_str(&why));
	text_done(&why);
	return true;
}

/* A backup that is kept, the last one only; false: the verb is another. */
static bool
backup(struct story *t, const char *verb)
{
	/* Jobs of one keeper are numbered from 1. */
	struct keeper_backup_end how = {.good = true, .keep = true, .only = 1};
	struct fail f = {.why = ""};
	struct text path;
	enum status done;

	if (strcmp(verb, "backup") != 0)
		return false;
	text_init(&path, YAML_BYTES);
	done = keeper_backup_begin(stage_keeper(t->stage), "story", &f);
	stage_run_until(t->stage,
	    loop_now(stage_loop(t->stage)) + 10 * (span_ms)SECOND_MS);
	if (done == OK)
		done = ERR_NOTFOUND;
	for (how.job = 1; done == ERR_NOTFOUND && how.job < 9; how.job++)
		done =
		    keeper_backup_end(stage_keeper(t->stage), &how, &path, &f);
	if (done != OK)
		story_fault(t, "no backup", f.why);
	text_done(&path);
	return true;
}

/* "pause NAME LENGTH|- [WHY]", "resume NAME"; false: the verb is another. */
static bool
pause_or_resume(struct story *t, const char *verb, char *rest)
{
	struct keeper *k = stage_keeper(t->stage);
	bool pauses = strcmp(verb, "pause") == 0;
	struct keeper_pause p = {.author = "ann"};
	char name[256], length[32] = "-";
	struct fail f = {.why = ""};
	struct text done;
	enum status s;

	if (!pauses && strcmp(verb, "resume") != 0)
		return false;
	(void)word(&rest, name, sizeof(name));
	if (pauses)
		(void)word(&rest, length, sizeof(length));
	rest += strspn(rest, " ");
	p.name = name;
	p.why = *rest != '\0' ? rest : NULL;
	text_init(&done, YAML_BYTES);
	if (strcmp(length, "-") != 0 &&
	    duration_parse(length, &p.length, &f) != OK)
		s = f.code;
	else
		s = pauses ? keeper_pause(k, &p, &done, &f)
			   : keeper_resume(k, name, "ann", p.why, &done, &f);
	text_done(&done);
	if (s != OK)
		story_fault(t, verb, f.why);
	return true;
}

/* What an operator says of the incident told of last; false for others. */
static bool
say(struct story *t, const char *verb, char *rest)
{
	const char *incident = stage_last_incident(t->stage);
	struct keeper *k = stage_keeper(t->stage);
	struct fail f = {.why = ""};
	struct text done;
	enum status s;

	if (strcmp(verb, "note") != 0 && strcmp(verb, "ack") != 0)
		return pause_or_resume(t, verb, rest);
	rest += strspn(rest, " ");
	text_init(&done, YAML_BYTES);
	if (strcmp(verb, "note") == 0)
		s = keeper_note(k, incident, "ann", rest, &f);
	else
		s = keeper_acknowledge(k, incident, "ann",
		    *rest != '\0' ? rest : NULL, &done, &f);
	text_done(&done);
	if (s != OK)
		story_fault(t, verb, f.why);
	return true;
}

/* "3" addresses, or why there are none. */
static void
resolves(struct story *t, const char *host, const char *what)
{
	struct resolve_answer a = {.addresses = {"192.0.2.1", "192.0.2.2",
				       "192.0.2.3"},
	    .delay = 1};
	bool counted = what[0] >= '1' && what[0] <= '3';

	a.addresses[counted ? what[0] - '0' : 1] = NULL;
	if (!counted)
		a.reason = reason_named(what);
	stage_resolves(t->stage, host, &a);
}

static void
logged(struct story *t, const char *what, bool wanted)
{
	if ((strstr(stage_log(t->stage), what) != NULL) != wanted)
		story_fault(t, wanted ? "not logged" : "logged", what);
}

static void
act(struct story *t, const char *verb, char *rest)
{
	struct text why;
	char w[1024], host[256];
	span_ms d = 0;
	enum role role;
	struct fail f;

	if (say(t, verb, rest) || backup(t, verb))
		return;
	text_init(&why, YAML_BYTES);
	if (strcmp(verb, "reload") == 0) {
		char *yaml = block(t);

		(void)stage_reload(t->stage, yaml, &why);
		mem_free(yaml);
	} else if (strcmp(verb, "resolve") == 0) {
		if (!resolve(t->stage, &why))
			story_fault(t, "not resolved", text_str(&why));
	} else if (!word(&rest, w, sizeof(w))) {
		story_fault(t, "needs another word", verb);
	} else if (strcmp(verb, "kill") == 0 && role_parse(w, &role)) {
		stage_kill(t->stage, role);
	} else if (strcmp(verb, "disk") == 0) {
		stage_disk(t->stage, strcmp(w, "full") == 0);
	} else if (strcmp(verb, "name") == 0) {
		(void)snprintf(host, sizeof(host), "%.255s", w);
		(void)word(&rest, w, sizeof(w));
		resolves(t, host, w);
	} else if (strcmp(verb, "logged") == 0) {
		logged(t, w, true);
	} else if (strcmp(verb, "silent") == 0) {
		logged(t, w, false);
	} else if (strcmp(verb, "holds") == 0) {
		(void)snprintf(host, sizeof(host), "%lld",
		    (long long)stage_ask(t->stage, rest));
		if (strcmp(host, w) != 0)
			story_fault(t, host, rest);
	} else if (strcmp(verb, "clock") == 0) {
		bool back = w[0] == '-';

		if (duration_parse(w + back, &d, &f) != OK)
			story_fault(t, "not a duration", w);
		loop_sim_step_wall(stage_loop(t->stage), back ? -d : d);
	} else if (duration_parse(w, &d, &f) != OK) {
		story_fault(t, "not an act", verb);
	} else if (strcmp(verb, "sleep") == 0) {
		loop_sim_sleep(stage_loop(t->stage), d);
	} else {
		stage_restart(t->stage, d, strcmp(verb, "crash") == 0);
	}
	text_done(&why);
}

static bool
is_claim(const char *verb)
{
	return strcmp(verb, "expect") == 0 || strcmp(verb, "logged") == 0 ||
	    strcmp(verb, "silent") == 0 || strcmp(verb, "holds") == 0;
}

static void
at_time(struct story *t, const char *when, char *rest)
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
	else if (strcmp(verb, "stop") != 0 && !plan(t, verb, rest))
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
		char *rest = line;

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
	char line[LINE_BYTES], event[64], endpoint[256], *rest = line;

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
