/* SPDX-License-Identifier: MIT */
/* People say that a service fails them, one at a time or from a file. */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/text.h"
#include "cli/act.h"
#include "cli/reading.h"
#include "cli/report_file.h"
#include "cli/talk.h"
#include "config/config.h"
#include "core/crowd.h"
#include "io/control.h"
#include "io/loop.h"
#include "view/put.h"
#include "view/when.h"

enum {
	ENTRY_BYTES = 48,                  /* of one, beside its names */
	ROOM_BYTES = CONTROL_BYTES - 1024, /* for entries in a request */
	PROGRESS_PARTS = 16
};

struct import {
	struct cli *c;
	const char *path;
	struct config *config;
	struct report_file file;
	bool progress, said;
	bool before;     /* counted whole by an earlier import */
	int64_t resumed; /* entries that an earlier one had counted */
	int64_t old;     /* entries too old to be kept */
	json_t *answer;  /* the last one, or NULL */
};

static void
say_progress(struct import *i, const char *what, size_t n, const char *of)
{
	if (!i->progress)
		return;
	(void)fprintf(i->c->err, "\r%s %zu %s ", what, n, of);
	i->said = true;
}

static void
on_rows(void *arg, size_t rows)
{
	say_progress(arg, "read", rows, "rows");
}

static void
wipe_progress(struct import *i)
{
	if (i->said)
		(void)fputs("\r\033[K", i->c->err);
	i->said = false;
}

/* Entries from at on, as many as fit into a request. */
static json_t *
part(const struct import *i, size_t at)
{
	const struct report_file *r = &i->file;
	json_t *list = json_array();
	size_t room = ROOM_BYTES;

	for (; at < r->count; at++) {
		const struct report_entry *e = &r->entries[at];
		const struct report_place *p = &r->places[e->place];
		size_t n = strlen(p->service) + strlen(p->region) + ENTRY_BYTES;

		if (n > room)
			break;
		room -= n;
		(void)json_array_append_new(list,
		    json_pack("[s, s, I, I]", p->service, p->region,
			(json_int_t)crowd_since(e->quarter), (json_int_t)e->n));
	}
	return list;
}

/* How many entries the daemon has by then; -1: *code and *f say why not. */
static int64_t
send_part(struct import *i, int64_t at, json_t *list, int *code, struct fail *f)
{
	const struct report_file *r = &i->file;

	json_decref(i->answer);
	i->answer = NULL;
	if (talk_ask(i->config->control,
		json_pack("{s:s, s:s, s:I, s:I, s:o}", "act", "report-import",
		    "digest", r->digest, "entries", (json_int_t)r->count, "at",
		    (json_int_t)at, "list", list),
		&i->answer, code, f) != OK)
		return -1;
	i->old += json_integer_value(json_object_get(i->answer, "old"));
	return json_integer_value(json_object_get(i->answer, "taken"));
}

/* First how far it is already, then the rest. */
static int
send_all(struct import *i, struct fail *f)
{
	int code = EXIT_CODE_GOOD;
	int64_t all = (int64_t)i->file.count, last;
	int64_t taken = send_part(i, 0, json_array(), &code, f);

	i->resumed = taken;
	i->before = taken == all;
	for (size_t n = 1; taken >= 0 && taken < all; n++) {
		last = taken;
		taken = send_part(i, taken, part(i, (size_t)taken), &code, f);
		if (n % PROGRESS_PARTS == 0 && taken > 0)
			say_progress(i, "counted", (size_t)(taken * 100 / all),
			    "%");
		if (taken >= 0 && taken <= last) {
			code = EXIT_CODE_INTERNAL;
			(void)fail_set(f, ERR_RANGE,
			    "the daemon's answer is not understood");
			break;
		}
	}
	return code;
}

static void
print_done(const struct import *i)
{
	const struct report_file *r = &i->file;
	char from[WHEN_BYTES], to[WHEN_BYTES];
	FILE *out = i->c->out;

	reading_print(i->c, i->path);
	if (i->before) {
		(void)fprintf(out, ": counted already, by ");
		reading_print(i->c,
		    json_string_value(json_object_get(i->answer, "author")));
		(void)fprintf(out, " at %s; nothing was added\n",
		    when_text(json_integer_value(
				  json_object_get(i->answer, "begun")),
			from));
		return;
	}
	(void)fprintf(out,
	    ": %zu row%s, %" PRId64 " report%s from %s on, up to %s: counted",
	    r->rows, r->rows == 1 ? "" : "s", r->reports,
	    r->reports == 1 ? "" : "s",
	    when_text(crowd_since(r->entries[0].quarter), from),
	    when_text(crowd_since(r->entries[r->count - 1].quarter + 1), to));
	if (i->resumed > 0)
		(void)fprintf(out,
		    "; an earlier import was cut off, and this went on there");
	if (i->old > 0)
		(void)fprintf(out,
		    "; %" PRId64 " quarters of an hour are older than is kept, "
		    "and were left out",
		    i->old);
	(void)fputc('\n', out);
}

static void
print_json(const struct import *i)
{
	const struct report_file *r = &i->file;
	json_t *j = json_object();

	(void)json_object_set_new(j, "ok", json_true());
	(void)json_object_set_new(j, "counted", json_boolean(!i->before));
	put_count(j, "rows", (int64_t)r->rows);
	put_count(j, "reports", r->reports);
	put_count(j, "quarters", (int64_t)r->count);
	put_count(j, "resumed_at", i->before ? 0 : i->resumed);
	put_count(j, "too_old", i->old);
	put_time(j, "from", crowd_since(r->entries[0].quarter));
	put_time(j, "to", crowd_since(r->entries[r->count - 1].quarter + 1));
	if (i->before) {
		put_text(j, "counted_by",
		    json_string_value(json_object_get(i->answer, "author")));
		put_time(j, "counted_at",
		    json_integer_value(json_object_get(i->answer, "begun")));
	}
	cli_json(i->c, j);
}

static int
import_file(struct import *i, wall_ms now)
{
	const struct report_source from = {.path = i->path,
	    .config = i->config,
	    .now = now,
	    .progress = on_rows,
	    .arg = i};
	struct fail f = {.code = OK, .why = ""};
	enum status s = report_file_read(&i->file, &from, &f);
	int code;

	wipe_progress(i);
	if (s != OK) {
		cli_place(i->c, i->path, i->file.line, f.why);
		return s == ERR_IO ? EXIT_CODE_IO : EXIT_CODE_DATA;
	}
	code = send_all(i, &f);
	wipe_progress(i);
	if (code != EXIT_CODE_GOOD)
		return cli_error(i->c, (enum exit_code)code, "%s", f.why);
	if (i->c->json)
		print_json(i);
	else
		print_done(i);
	return EXIT_CODE_GOOD;
}

static int
import(struct cli *c, const char *path)
{
	struct import i = {.c = c, .path = path};
	struct fail f = {.code = OK, .why = ""};
	struct loop *clock = loop_new(&f);
	wall_ms now;
	int code;

	if (clock == NULL)
		return cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	now = loop_wall(clock);
	loop_free(clock);
	code = cli_config(c, &i.config);
	if (code != EXIT_CODE_GOOD)
		return code;
	i.progress = isatty(STDERR_FILENO);
	code = import_file(&i, now);
	report_file_done(&i.file);
	json_decref(i.answer);
	config_free(i.config);
	return code;
}

int
cli_report_problem(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"region", required_argument, NULL,
						'r'},
	    {"import", required_argument, NULL, 'i'}, {0}};
	const char *region = NULL, *file = NULL;
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == 'i')
			file = c->value;
		else
			region = c->value;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (file != NULL && (region != NULL || c->operand < argc))
		return cli_usage(c,
		    "--import: the file names services and regions itself");
	if (file != NULL)
		return import(c, file);
	if (argc - c->operand != 1)
		return cli_usage(c,
		    "which service?  One; 'vigie status' names them");
	return act_ask(c,
	    json_pack("{s:s, s:s, s:s*}", "act", "report", "service",
		argv[c->operand], "region", region));
}
