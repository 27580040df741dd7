/* SPDX-License-Identifier: MIT */
#include "cli/backup.h"

#include <errno.h>
#include <fcntl.h>
#include <jansson.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <unistd.h>

#include "base/mem.h"
#include "cli/talk.h"
#include "config/config.h"
#include "io/loop.h"

enum { LOOK_MS = 100, PAGE_BYTES = 4096, PAGES = 1024, ONLY_MAX = 10000 };
enum { OPT_FORCE = 'f', OPT_KEEP = 'k' };

/* Why, and what to return: the daemon's word, or by the kind of fault. */
static int
failed(struct saving *s, int code, const struct fail *f)
{
	saving_show_end(s);
	if (code == EXIT_CODE_GOOD)
		code = f->code == ERR_EXISTS ? EXIT_CODE_UNAVAILABLE
		    : f->code == ERR_CORRUPT ? EXIT_CODE_DATA
					     : EXIT_CODE_IO;
	return cli_error(s->c, (enum exit_code)code, "%s", f->why);
}

static int
made(struct saving *s, const char *path)
{
	json_t *j;

	saving_show_end(s);
	if (!s->c->json) {
		(void)fprintf(s->c->out,
		    "%s: %lld bytes, sound; %lld incidents, %lld notices\n",
		    path, (long long)s->facts.bytes,
		    (long long)s->facts.incidents, (long long)s->facts.notices);
		if (s->pruned > 0)
			(void)fprintf(s->c->out, "%zu older removed\n",
			    s->pruned);
		return EXIT_CODE_GOOD;
	}
	j = json_pack("{s:s, s:I, s:I, s:I, s:I}", "path", path, "bytes",
	    (json_int_t)s->facts.bytes, "incidents",
	    (json_int_t)s->facts.incidents, "notices",
	    (json_int_t)s->facts.notices, "pruned", (json_int_t)s->pruned);
	cli_json(s->c, j);
	return EXIT_CODE_GOOD;
}

/* Name the copy in our own folder, with what was found out about it. */
static enum status
place(struct saving *s, const char *partial, struct fail *f)
{
	enum status status = backup_place(partial, s->to, s->force, f);

	if (status == OK && s->only > 0)
		s->pruned = backup_prune(s->folder, s->only);
	return status;
}

/* The daemon's copy, read to where it was asked for. */
static enum status
fetch(struct saving *s, int from, struct fail *f)
{
	char partial[BACKUP_PATH_BYTES];
	enum status status;
	int to;

	status = backup_partial(s->folder, s->database, partial, &to, f);
	if (status != OK)
		return status;
	status = saving_copy(s, from, to, partial, f);
	if (status == OK)
		status = saving_check(s, partial, to, f);
	if (status == OK)
		status = place(s, partial, f);
	if (status != OK)
		(void)unlink(partial); /* the next one would do it, too */
	(void)close(to);               /* it is synced */
	return status;
}

/* Tell the daemon how it went; the place of what it keeps in *kept. */
static enum status
end(struct saving *s, bool good, json_t **answer, int *code, struct fail *f)
{
	return talk_ask(s->control,
	    json_pack("{s:s, s:I, s:b, s:b, s:I}", "act", "backup-end", "job",
		(json_int_t)s->job, "good", good, "keep", s->to[0] == '\0',
		"only", (json_int_t)(s->to[0] == '\0' ? s->only : 0)),
	    answer, code, f);
}

/* It is copied, at partial: look at it, and have it named or moved. */
static int
take(struct saving *s, const char *partial)
{
	struct fail f = {.why = ""}, late = {.why = ""};
	int fd = open(partial, O_RDONLY | O_CLOEXEC), code = EXIT_CODE_GOOD;
	json_t *answer = NULL;
	enum status status;

	if (fd < 0 || flock(fd, LOCK_EX | LOCK_NB) != 0)
		status = fail_set(&f, ERR_IO,
		    "%s: %s; ask as root or in group vigie", partial,
		    strerrordesc_np(errno));
	else if (s->to[0] == '\0')
		status = saving_check(s, partial, fd, &f);
	else
		status = fetch(s, fd, &f);
	if (status != OK) {
		if (end(s, false, &answer, &code, &late) == OK)
			json_decref(answer);
		code = failed(s, EXIT_CODE_GOOD, &f);
	} else if (end(s, true, &answer, &code, &late) == OK) {
		code = made(s,
		    s->to[0] != '\0' ? s->to
				     : json_string_value(
					   json_object_get(answer, "message")));
		json_decref(answer);
	} else if (s->to[0] != '\0') {
		code = made(s, s->to); /* it is there, whatever he says */
	} else {
		code = failed(s, code, &late);
	}
	if (fd >= 0)
		(void)close(fd); /* only read */
	return code;
}

/*
 * What is copied goes to the disk now, a little at a time, and not all at once
 * at the end, when the daemon's commits would have to wait for it.
 */
static void
write_out(const json_t *answer)
{
	const char *path = json_string_value(json_object_get(answer, "path"));
	int fd = path != NULL ? open(path, O_RDONLY | O_CLOEXEC) : -1;

	if (fd < 0)
		return;
	(void)fdatasync(fd); /* its failure will be told at the end */
	(void)close(fd);
}

/* *answer is what the daemon says of the copy; until it is one. */
static enum status
follow(struct saving *s, json_t **answer, int *code, struct fail *f)
{
	for (;;) {
		json_int_t done = 0, all = 0, bytes = 0, incidents = 0,
			   notices = 0, schema = 0, job = 0;
		const char *state = "";
		enum status status;

		(void)json_unpack(*answer,
		    "{s:s, s:I, s:I, s:I, s:I, s:I, s:I, s:I}", "state", &state,
		    "schema", &schema, "job", &job, "pages", &done, "of", &all,
		    "bytes", &bytes, "incidents", &incidents, "notices",
		    &notices);
		s->job = job;
		if (strcmp(state, "copied") == 0) {
			s->facts = (struct backup_facts){.bytes = bytes,
			    .incidents = incidents,
			    .notices = notices,
			    .schema = schema};
			return OK;
		}
		saving_show(s, "copying", done * PAGE_BYTES, all * PAGE_BYTES);
		write_out(*answer);
		json_decref(*answer);
		(void)poll(NULL, 0, LOOK_MS);
		status = talk_ask(s->control,
		    json_pack("{s:s}", "act", "backup-progress"), answer, code,
		    f);
		if (status != OK)
			return status;
	}
}

/* Nobody has it open: the copy is ours to make. */
static int
save_closed(struct saving *s)
{
	char partial[BACKUP_PATH_BYTES];
	struct fail f = {.why = ""};
	struct backup *b = NULL;
	enum status status =
	    backup_begin_closed(s->database, s->folder, &b, &f);
	bool more = true;
	int fd = -1, done, all;

	while (status == OK && more) {
		status = backup_step(b, PAGES, &more, &s->facts, &f);
		backup_progress(b, &done, &all);
		saving_show(s, "copying", (int64_t)done * PAGE_BYTES,
		    (int64_t)all * PAGE_BYTES);
	}
	(void)snprintf(partial, sizeof(partial), "%.*s/" BACKUP_PARTIAL,
	    (int)(sizeof(partial) - sizeof("/" BACKUP_PARTIAL)), s->folder);
	if (status == OK)
		fd = open(partial, O_RDONLY | O_CLOEXEC);
	if (status == OK && fd < 0)
		status = fail_set(&f, ERR_IO, "%s: %s", partial,
		    strerrordesc_np(errno));
	if (status == OK)
		status = saving_check(s, partial, fd, &f);
	if (status == OK)
		status = place(s, partial, &f);
	if (b != NULL && status != OK)
		(void)unlink(partial); /* the next one would do it, too */
	if (fd >= 0)
		(void)close(fd); /* only read */
	backup_free(b);
	return status == OK ? made(s, s->to) : failed(s, EXIT_CODE_GOOD, &f);
}

static int
save(struct saving *s, const char *name, wall_ms now)
{
	json_t *answer = NULL;
	struct fail f = {.why = ""};
	char folder[BACKUP_PATH_BYTES];
	int code = EXIT_CODE_GOOD;
	enum status status;

	status = name != NULL ? saving_target(s, name, now, &f) : OK;
	if (s->named && s->only > 0)
		return cli_usage(s->c,
		    "--keep counts the names that this command makes: name a "
		    "folder, or nothing");
	if (status != OK)
		return failed(s, EXIT_CODE_IO, &f);
	status = talk_ask(s->control, json_pack("{s:s}", "act", "backup"),
	    &answer, &code, &f);
	if (status == ERR_NOTFOUND) {
		if (name == NULL &&
		    (backup_folder(s->database, folder, &f) != OK ||
			saving_target(s, folder, now, &f) != OK))
			return failed(s, EXIT_CODE_GOOD, &f);
		return save_closed(s);
	}
	if (status == OK)
		status = follow(s, &answer, &code, &f);
	if (status != OK)
		return failed(s, code, &f);
	(void)snprintf(folder, sizeof(folder), "%s",
	    json_string_value(json_object_get(answer, "path")));
	json_decref(answer);
	return take(s, folder);
}

int
cli_backup(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"force", no_argument, NULL,
						OPT_FORCE},
	    {"keep", required_argument, NULL, OPT_KEEP}, {0}};
	struct saving s = {.c = c, .watched = isatty(STDERR_FILENO)};
	struct config *config;
	unsigned long keep;
	struct fail f = {.why = ""};
	struct loop *clock;
	wall_ms now;
	char *rest;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_FORCE) {
			s.force = true;
			continue;
		}
		keep = strtoul(c->value, &rest, 10);
		if (c->value[0] < '0' || c->value[0] > '9' || *rest != '\0' ||
		    keep < 1 || keep > ONLY_MAX)
			return cli_usage(c,
			    "--keep %s: not a number from 1 to %d", c->value,
			    ONLY_MAX);
		s.only = keep;
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand > 1)
		return cli_usage(c, "one FILE or FOLDER, or none");
	clock = loop_new(&f);
	if (clock == NULL)
		return cli_error(c, EXIT_CODE_INTERNAL, "%s", f.why);
	now = loop_wall(clock);
	loop_free(clock);
	code = cli_config(c, &config);
	if (code != EXIT_CODE_GOOD)
		return code;
	s.control = config->control;
	s.database = config->database;
	code = save(&s, c->operand < argc ? argv[c->operand] : NULL, now);
	config_free(config);
	return code;
}
