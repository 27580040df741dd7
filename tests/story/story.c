/* SPDX-License-Identifier: MIT */
/*
 * story - play one story file on the stage and compare what was told.
 *
 *	start 2023-02-14T08:58:00Z     the first second
 *	config ... end                 the configuration; @ is the story's folder
 *	09:00:20 https://eu/ 503 body="server maintenance" header="A: b" after=2s
 *	09:00:20 https://eu/ timeout   or refused, reset, truncated, ok
 *	09:00:20 name eu.test dns_nxdomain
 *	09:00:20 kill prober|herald|log
 *	09:00:20 restart 5m            the daemon stops, and starts again after
 *	09:00:20 crash 5m              the same without saying good-bye
 *	09:00:20 sleep 1h              the machine is suspended
 *	09:00:20 clock -1h             somebody sets the wall clock
 *	09:00:20 reload ... end
 *	09:00:20 resolve
 *	09:00:53 expect incident.opened tesla-fleet/eu loud kind=maintenance
 *	09:01:00 logged reload-refused
 *	tolerance 5s                   how far from the time named is right
 *	22:00:00 stop
 *
 * Lines are in order of time.  Times are of the first day; beyond 24:00 is the
 * next one.  The expected events are all there are, in this order.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "base/utc.h"
#include "loop_sim.h"
#include "stage.h"

enum { LINE_BYTES = 4096, YAML_BYTES = 65536 };

struct story {
	const char *path;
	FILE *file;
	unsigned line;
	wall_ms start, day;
	span_ms tolerance;
	struct stage *stage;
	size_t told; /* events compared so far */
	unsigned faults;
};

static void
fault(struct story *t, const char *what, const char *detail)
{
	(void)fprintf(stderr, "%s:%u: %s: %s\n", t->path, t->line, what,
	    detail);
	t->faults++;
}

static bool
next_line(struct story *t, char *buf)
{
	size_t n;

	do {
		if (fgets(buf, LINE_BYTES, t->file) == NULL)
			return false;
		t->line++;
		n = strcspn(buf, "\r\n");
		buf[n] = '\0';
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
	while (fgets(line, sizeof(line), t->file) != NULL) {
		t->line++;
		if (strcmp(line, "end\n") == 0)
			break;
		text_add(&yaml, line);
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
				fault(t, "not a duration", w);
		} else if (strcmp(w, "timeout") == 0)
			b.delay = HOUR_MS;
		else if (strtoul(w, NULL, 10) >= 100)
			b.code = (unsigned)strtoul(w, NULL, 10);
		else if ((b.reason = reason_named(w)) == REASON_COUNT)
			fault(t, "not a behaviour", w);
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
		fault(t, "not told", rest);
		return;
	}
	h += t->told++;
	(void)word(&rest, w, sizeof(w));
	if (strcmp(w, h->event) != 0)
		fault(t, "told instead", h->json);
	if (h->at < at - t->tolerance || h->at > at + t->tolerance)
		fault(t, "told of another time", utc_format(h->at, text));
	if (word(&rest, w, sizeof(w)) && strcmp(w, h->endpoint) != 0)
		fault(t, "told of another endpoint", h->endpoint);
	while (word(&rest, w, sizeof(w))) {
		char wanted[600], *eq = strchr(w, '=');
		const char *quote;

		if (eq == NULL) {
			if (h->loud != (strcmp(w, "loud") == 0))
				fault(t, "not as", w);
			continue;
		}
		*eq = '\0';
		quote =
		    strspn(eq + 1, "0123456789") == strlen(eq + 1) ? "" : "\"";
		(void)snprintf(wanted, sizeof(wanted), "\"%s\":%s%s%s", w,
		    quote, eq + 1, quote);
		if (strstr(h->json, wanted) == NULL)
			fault(t, wanted, h->json);
	}
}

static void
act(struct story *t, const char *verb, char *rest)
{
	struct text why;
	char w[1024], host[256];
	span_ms d = 0;
	enum role role;
	struct fail f;

	text_init(&why, YAML_BYTES);
	if (strcmp(verb, "reload") == 0) {
		char *yaml = block(t);

		(void)stage_reload(t->stage, yaml, &why);
		mem_free(yaml);
	} else if (strcmp(verb, "resolve") == 0) {
		if (!stage_resolve(t->stage, stage_last_incident(t->stage),
			&why))
			fault(t, "not resolved", text_str(&why));
	} else if (!word(&rest, w, sizeof(w))) {
		fault(t, "needs another word", verb);
	} else if (strcmp(verb, "kill") == 0 && role_parse(w, &role)) {
		stage_kill(t->stage, role);
	} else if (strcmp(verb, "name") == 0) {
		(void)snprintf(host, sizeof(host), "%.255s", w);
		(void)word(&rest, w, sizeof(w));
		stage_resolves(t->stage, host, reason_named(w));
	} else if (strcmp(verb, "logged") == 0) {
		if (strstr(stage_log(t->stage), w) == NULL)
			fault(t, "not logged", w);
	} else if (strcmp(verb, "clock") == 0) {
		bool back = w[0] == '-';

		if (duration_parse(w + back, &d, &f) != OK)
			fault(t, "not a duration", w);
		loop_sim_step_wall(stage_loop(t->stage), back ? -d : d);
	} else if (duration_parse(w, &d, &f) != OK) {
		fault(t, "not an act", verb);
	} else if (strcmp(verb, "sleep") == 0) {
		loop_sim_sleep(stage_loop(t->stage), d);
	} else {
		stage_restart(t->stage, d, strcmp(verb, "crash") == 0);
	}
	text_done(&why);
}

static void
at_time(struct story *t, const char *when, char *rest)
{
	char verb[1024];
	wall_ms at = time_of(t, when);

	if (at < 0 || t->stage == NULL || !word(&rest, verb, sizeof(verb))) {
		fault(t, "not understood", when);
		return;
	}
	/* What is expected of a time may still be on its way then. */
	stage_run_until(t->stage,
	    at + (strcmp(verb, "expect") == 0 ? t->tolerance : 0));
	if (strcmp(verb, "expect") == 0)
		expect(t, at, rest + strspn(rest, " "));
	else if (strstr(verb, "://") != NULL)
		behave(t, verb, rest);
	else if (strcmp(verb, "stop") != 0)
		act(t, verb, rest);
}

static void
play(struct story *t)
{
	char line[LINE_BYTES], w[256];
	struct fail f;

	t->tolerance = 2 * (span_ms)SECOND_MS;
	while (next_line(t, line)) {
		char *rest = line;

		(void)word(&rest, w, sizeof(w));
		if (strcmp(w, "start") == 0) {
			if (!utc_parse(rest + 1, &t->start))
				fault(t, "not a time", rest);
			t->day = t->start - t->start % DAY_MS;
		} else if (strcmp(w, "tolerance") == 0) {
			if (duration_parse(rest + 1, &t->tolerance, &f) != OK)
				fault(t, "not a duration", rest);
		} else if (strcmp(w, "config") == 0) {
			char *yaml = block(t);

			t->stage = stage_new(t->start, yaml);
			mem_free(yaml);
		} else {
			at_time(t, w, rest);
		}
	}
}

static void
finish(struct story *t)
{
	const struct heard *h;
	size_t count = stage_heard(t->stage, &h);

	for (size_t i = t->told; i < count; i++)
		fault(t, "told, but not expected", h[i].json);
	(void)printf("%s: %zu events told, %zu repeated, %u faults\n", t->path,
	    count, stage_repeats(t->stage), t->faults);
	if (strstr(stage_log(t->stage), "store-refused") != NULL)
		fault(t, "the database refused what was decided", "see below");
	if (t->faults > 0)
		(void)fputs(stage_log(t->stage), stderr);
	stage_free(t->stage);
}

int
main(int argc, char **argv)
{
	struct story t = {.path = argc == 2 ? argv[1] : "-"};

	t.file = argc == 2 ? fopen(argv[1], "r") : NULL;
	if (t.file == NULL) {
		(void)fprintf(stderr, "usage: story FILE\n");
		return 2;
	}
	play(&t);
	(void)fclose(t.file);
	if (t.stage == NULL) {
		(void)fprintf(stderr, "%s: no config\n", t.path);
		return 2;
	}
	finish(&t);
	return t.faults == 0 ? 0 : 1;
}
