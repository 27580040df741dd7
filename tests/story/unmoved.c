/* SPDX-License-Identifier: MIT */
/*
 * unmoved - play a story twice, once with 10,000 reports of people: whatever
 * was decided, kept and told is the same, byte by byte.
 *
 * They come one by one and by a file, of a service that fails and of others,
 * while it fails, recovers and is well.
 */
#include <inttypes.h>
#include <jansson.h>
#include <sqlite3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "core/crowd.h"
#include "keeper/reports.h"
#include "player.h"
#include "scratch.h"

enum { ONE_BY_ONE = 2000, BY_FILE = 8000, REPORTS = ONE_BY_ONE + BY_FILE };

/* All that is kept, but for what is of the reports. */
static const char *const queries[] = {"SELECT * FROM transition ORDER BY id",
    "SELECT * FROM span ORDER BY endpoint, since_ms",
    "SELECT * FROM incident ORDER BY id", "SELECT * FROM event ORDER BY id",
    "SELECT * FROM evidence ORDER BY event, first",
    "SELECT * FROM sample ORDER BY ref", "SELECT * FROM input ORDER BY ref",
    "SELECT * FROM excerpt ORDER BY ref",
    "SELECT * FROM rollup ORDER BY period, since_ms, endpoint",
    "SELECT * FROM memory ORDER BY endpoint",
    "SELECT * FROM notice ORDER BY id",
    /* An installation has a name of its own, which is in these ids. */
    "SELECT id, replace(webhook_id, (SELECT instance FROM installation), '') FROM outbox ORDER BY id",
    "SELECT id, notice, incident, receiver, state FROM outbox ORDER BY id",
    "SELECT id, next_try_ms, expires_ms, attempts, folded, done_ms FROM outbox ORDER BY id",
    "SELECT * FROM attempt ORDER BY outbox, n", "SELECT * FROM act"};

struct crowd_of {
	struct story *story;
	struct timer *timer;
	unsigned asked, one_by_one, refused;
	int64_t by_file;
};

static void
must(bool ok, const char *what)
{
	if (ok)
		return;
	(void)fprintf(stderr, "%s\n", what);
	abort();
}

static void
say_one(struct crowd_of *c, struct keeper *k)
{
	struct fail f = {.code = OK, .why = ""};
	struct text out;
	char author[32];

	/* Some come back too early. */
	(void)snprintf(author, sizeof(author), "user %u",
	    c->asked % 9 == 8 ? 7 : c->asked);
	c->asked++;
	text_init(&out, 256);
	if (keeper_report(k, "tesla-fleet", c->asked % 3 == 0 ? "eu" : NULL,
		author, &out, &f) == OK)
		c->one_by_one++;
	else
		must(c->refused++ < REPORTS && f.code == ERR_LIMIT, f.why);
	text_done(&out);
}

static void
say_file(struct crowd_of *c, struct keeper *k)
{
	wall_ms now = loop_now(stage_loop(c->story->stage));
	struct fail f = {.code = OK, .why = ""};
	json_t *j = json_pack("{s:s, s:i, s:i, s:[[s, s, I, i]]}", "digest",
	    "0123456789abcdef0123456789abcdef"
	    "0123456789abcdef0123456789abcdef",
	    "entries", 1, "at", 0, "list", "tesla-fleet", "na",
	    (json_int_t)crowd_since(crowd_quarter(now)), (int)BY_FILE);
	struct text out;

	text_init(&out, 1024);
	must(keeper_report_import(k, "somebody", j, &out, &f) == OK, f.why);
	text_done(&out);
	json_decref(j);
	c->by_file = BY_FILE;
}

static void
on_time(void *arg)
{
	struct crowd_of *c = arg;
	struct keeper *k = stage_keeper(c->story->stage);

	for (int i = 0; i < 4 && c->one_by_one < ONE_BY_ONE; i++)
		say_one(c, k);
	if (c->one_by_one > ONE_BY_ONE / 2 && c->by_file == 0)
		say_file(c, k);
	if (c->one_by_one < ONE_BY_ONE)
		timer_arm(c->timer, 17 * SECOND_MS + 333);
}

/* From the first failure of the story on, over five hours. */
static struct crowd_of crowd;

static void
on_stage(struct story *t)
{
	crowd = (struct crowd_of){.story = t};
	crowd.timer = timer_new(stage_loop(t->stage), on_time, &crowd);
	timer_arm(crowd.timer, 3 * (span_ms)HOUR_MS + 7);
}

static void
add_value(FILE *out, sqlite3_stmt *row, int i)
{
	const unsigned char *bytes = sqlite3_column_blob(row, i);

	if (sqlite3_column_type(row, i) != SQLITE_BLOB) {
		const unsigned char *s = sqlite3_column_text(row, i);

		(void)fprintf(out, "|%s", s != NULL ? (const char *)s : "NULL");
		return;
	}
	(void)fputc('|', out);
	for (int n = 0; n < sqlite3_column_bytes(row, i); n++)
		(void)fprintf(out, "%02x", bytes[n]);
}

/* Every row of those queries, and how many there are. */
static char *
dump(const char *path, size_t *rows, int64_t *reports)
{
	sqlite3 *db = NULL;
	sqlite3_stmt *s = NULL;
	char *text = NULL;
	size_t size;
	FILE *out = open_memstream(&text, &size);

	must(out != NULL &&
		sqlite3_open_v2(path, &db, SQLITE_OPEN_READONLY, NULL) ==
		    SQLITE_OK,
	    path);
	*rows = 0;
	for (size_t q = 0; q < sizeof(queries) / sizeof(queries[0]); q++) {
		must(sqlite3_prepare_v2(db, queries[q], -1, &s, NULL) ==
			SQLITE_OK,
		    queries[q]);
		(void)fprintf(out, "%s\n", queries[q]);
		for (; sqlite3_step(s) == SQLITE_ROW; (*rows)++) {
			for (int i = 0; i < sqlite3_column_count(s); i++)
				add_value(out, s, i);
			(void)fputc('\n', out);
		}
		(void)sqlite3_finalize(s);
	}
	must(sqlite3_prepare_v2(db, "SELECT total(n) FROM report", -1, &s,
		 NULL) == SQLITE_OK &&
		sqlite3_step(s) == SQLITE_ROW,
	    "report");
	*reports = sqlite3_column_int64(s, 0);
	(void)sqlite3_finalize(s);
	(void)sqlite3_close(db);
	must(fclose(out) == 0, "memory");
	return text;
}

static char *
play(const char *path, bool with, size_t *rows, int64_t *reports)
{
	struct scratch d;
	struct story t;
	char *text;

	must(story_load(&t, path), path);
	t.on_stage = with ? on_stage : NULL;
	story_play(&t);
	must(t.stage != NULL && t.faults == 0, "the story has faults");
	scratch_make(&d);
	must(stage_keep(t.stage, scratch_path(&d, "kept.db")), d.path);
	text = dump(d.path, rows, reports);
	scratch_remove(&d);
	if (with)
		timer_free(crowd.timer);
	story_done(&t);
	return text;
}

/* The first line that differs, of either. */
static void
show(const char *a, const char *b)
{
	while (*a != '\0' && strncmp(a, b, strcspn(a, "\n") + 1) == 0) {
		size_t n = strcspn(a, "\n") + 1;

		a += n;
		b += n;
	}
	(void)fprintf(stderr, "without: %.*s\nwith:    %.*s\n",
	    (int)strcspn(a, "\n"), a, (int)strcspn(b, "\n"), b);
}

int
main(int argc, char **argv)
{
	size_t rows[2];
	int64_t reports[2];
	char *plain, *reported;
	bool same;

	must(argc == 2, "usage: unmoved STORY");
	plain = play(argv[1], false, &rows[0], &reports[0]);
	reported = play(argv[1], true, &rows[1], &reports[1]);
	same = strcmp(plain, reported) == 0;
	if (!same)
		show(plain, reported);
	(void)printf("%s: %zu rows, %zu bytes, without and with %" PRId64
		     " reports (%u refused): %s\n",
	    argv[1], rows[0], strlen(plain), reports[1], crowd.refused,
	    same ? "the same" : "not the same");
	same = same && rows[0] > 1000 && reports[0] == 0 &&
	    reports[1] == REPORTS && crowd.refused > 0;
	free(plain);
	free(reported);
	return same ? 0 : 1;
}
