/* SPDX-License-Identifier: MIT */
#include "cli/reading.h"

#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "config/config.h"
#include "io/control.h"
#include "store/query.h"
#include "store/store.h"
#include "view/when.h"

enum {
	ASK_MS = SECOND_MS,
	STEPS_MAX = 200000,
	SHOWN_BYTES = 4 * ESCAPE_LOG_BYTES + 8
};

int
reading_find(struct cli *c, const char *database, struct reading_source *s)
{
	int code;

	*s = (struct reading_source){.database = database};
	if (database != NULL)
		return EXIT_CODE_GOOD;
	code = cli_config(c, &s->config);
	if (code != EXIT_CODE_GOOD)
		return code;
	s->database = s->config->database;
	s->control = s->config->control;
	return EXIT_CODE_GOOD;
}

void
reading_done(struct reading_source *s)
{
	config_free(s->config);
	*s = (struct reading_source){0};
}

enum reading_daemon
reading_ask(const struct reading_source *source)
{
	enum reading_daemon d = READING_DAEMON_UNKNOWN;
	struct fail f = {.why = ""};
	struct text answer;
	enum status s;
	json_t *j, *degraded, *damaged;

	if (source->control == NULL)
		return d;
	text_init(&answer, CONTROL_BYTES);
	s = control_ask(source->control, "{\"act\":\"status\"}", ASK_MS,
	    &answer, &f);
	j = s == OK ? json_loads(text_str(&answer), 0, NULL) : NULL;
	degraded = json_object_get(j, "degraded");
	damaged = json_object_get(j, "damaged");
	if (s == ERR_NOTFOUND)
		d = READING_DAEMON_ABSENT;
	else if (json_is_true(damaged))
		d = READING_DAEMON_DAMAGED;
	else if (json_is_true(degraded))
		d = READING_DAEMON_DEGRADED;
	else if (json_is_false(degraded))
		d = READING_DAEMON_RUNS;
	json_decref(j);
	text_done(&answer);
	return d;
}

enum store_outcome
reading_connect(const struct reading_source *s, struct query **q,
    struct fail *f)
{
	return query_open(s->database, STEPS_MAX, q, f);
}

int
reading_open(struct cli *c, const char *database, struct query **q)
{
	return reading_open_live(c, database, q, NULL);
}

int
reading_open_source(struct cli *c, const char *database,
    struct reading_source *s, struct query **q, enum reading_daemon *daemon)
{
	struct fail f = {.why = ""};
	int code = reading_find(c, database, s);
	enum store_outcome o;

	if (code != EXIT_CODE_GOOD)
		return code;
	if (daemon != NULL)
		*daemon = reading_ask(s);
	o = reading_connect(s, q, &f);
	return o == STORE_OK ? EXIT_CODE_GOOD
			     : cli_error(c, store_exit_code(o), "%s", f.why);
}

int
reading_open_live(struct cli *c, const char *database, struct query **q,
    enum reading_daemon *daemon)
{
	struct reading_source source;
	int code = reading_open_source(c, database, &source, q, daemon);

	reading_done(&source);
	return code;
}

int
reading_failed(struct cli *c, const struct fail *f)
{
	return cli_error(c,
	    f->code == ERR_NOTFOUND ? EXIT_CODE_DATA : EXIT_CODE_IO, "%s",
	    f->why);
}

const char *
reading_daemon_name(enum reading_daemon d)
{
	static const char *const names[] = {[READING_DAEMON_RUNS] = "running",
	    [READING_DAEMON_DEGRADED] = "cannot_write",
	    [READING_DAEMON_DAMAGED] = "damaged",
	    [READING_DAEMON_ABSENT] = "absent"};

	return names[d];
}

/* What is shown may be old; that must not pass for the present. */
void
reading_banner(struct cli *c, enum reading_daemon d)
{
	static const char *const words[] =
	    {[READING_DAEMON_DEGRADED] = "the daemon cannot write its "
					 "database: this is how it was then",
		[READING_DAEMON_DAMAGED] = "the database is damaged: restart "
					   "the daemon to set it aside",
		[READING_DAEMON_ABSENT] =
		    "no daemon is running: this is how it was then"};

	if (words[d] == NULL)
		return;
	(void)fprintf(c->out, "%s! %s%s\n", cli_style(c, CLI_RED), words[d],
	    cli_style(c, CLI_PLAIN));
}

void
reading_as_of(struct cli *c, wall_ms known, enum reading_daemon d)
{
	char when[WHEN_BYTES];

	(void)fprintf(c->out, "\nAs of %s.\n", when_text(known, when));
	reading_banner(c, d);
}

void
reading_print(struct cli *c, const char *s)
{
	struct text t;

	if (s == NULL)
		return;
	text_init(&t, SHOWN_BYTES);
	escape_log(&t, s, strlen(s));
	(void)fputs(text_str(&t), c->out);
	text_done(&t);
}

void
reading_print_lines(struct cli *c, const char *s, const char *indent)
{
	while (s != NULL && *s != '\0') {
		size_t n = strcspn(s, "\n");
		struct text t;

		text_init(&t, 4 * n + 1);
		escape_all(&t, s, n);
		(void)fputs(text_str(&t), c->out);
		text_done(&t);
		s += n;
		if (*s != '\n')
			continue;
		s++;
		(void)fprintf(c->out, "\n%s", indent);
	}
}
