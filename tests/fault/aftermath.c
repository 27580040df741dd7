/* SPDX-License-Identifier: MIT */
#include "aftermath.h"

#include <dirent.h>
#include <sqlite3.h>
#include <stdio.h>
#include <string.h>

#include "acked.h"

struct judging {
	const char *what; /* failed in this run */
	bool holds;
};

static void
against(struct judging *j, const char *claim, const char *detail)
{
	(void)fprintf(stderr, "%s: %s: %s\n", j->what, claim, detail);
	j->holds = false;
}

static void
told(struct judging *j, const struct story *t)
{
	const struct heard *h;
	size_t n = stage_heard(t->stage, &h), next = 0;
	char want[512] = "", got[512];

	for (size_t i = 0; i < n; i++) {
		(void)snprintf(got, sizeof(got), "%s %s", h[i].event,
		    h[i].endpoint);
		if (!story_expected(t, next++, want, sizeof(want)))
			against(j, "told beyond what is expected", h[i].json);
		else if (strcmp(got, want) != 0)
			against(j, want, h[i].json);
	}
	if (story_expected(t, next, want, sizeof(want)))
		against(j, "not told", want);
}

static void
set_aside(struct judging *j, const struct story *t)
{
	DIR *folder = opendir(stage_folder(t->stage));
	const struct dirent *e;

	if (folder == NULL) {
		against(j, "no folder", stage_folder(t->stage));
		return;
	}
	while ((e = readdir(folder)) != NULL) {
		if (strstr(e->d_name, ".corrupt-") != NULL)
			against(j, "set aside", e->d_name);
	}
	(void)closedir(folder);
}

/* The first column of the first row of what is asked must be this. */
static void
holds(struct judging *j, sqlite3 *db, const char *sql, const char *want)
{
	sqlite3_stmt *stmt = NULL;
	const char *got = "";

	if (sqlite3_prepare_v2(db, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		got = (const char *)sqlite3_column_text(stmt, 0);
	if (got == NULL || strcmp(got, want) != 0) {
		against(j, sql, got != NULL ? got : "NULL");
		against(j, "said the database", sqlite3_errmsg(db));
	}
	(void)sqlite3_finalize(stmt);
}

static void
has(struct judging *j, sqlite3 *db, const char *table, unsigned long least)
{
	char sql[128];

	(void)snprintf(sql, sizeof(sql), "SELECT count(*) >= %lu FROM %s",
	    least, table);
	holds(j, db, sql, "1");
}

static void
whole(struct judging *j, const struct story *t)
{
	char path[128];
	sqlite3 *db = NULL;

	(void)snprintf(path, sizeof(path), "%s/vigie.db",
	    stage_folder(t->stage));
	if (sqlite3_open_v2(path, &db, SQLITE_OPEN_READWRITE, NULL) !=
	    SQLITE_OK) {
		against(j, "cannot be opened", path);
	} else {
		holds(j, db, "PRAGMA integrity_check", "ok");
		holds(j, db, "SELECT count(*) FROM pragma_foreign_key_check",
		    "0");
		holds(j, db,
		    "SELECT count(*) FROM incident WHERE closed_ms IS NULL",
		    "0");
		holds(j, db,
		    "SELECT count(*) FROM outbox WHERE state = 0 "
		    "AND receiver IN ('hook', 'well')",
		    "0");
		holds(j, db,
		    "SELECT count(*) FROM sample WHERE peer > 0 "
		    "AND peer NOT IN (SELECT id FROM peer)",
		    "0");
		has(j, db, "sample", acked.samples);
		has(j, db, "transition", acked.transitions);
		has(j, db, "event", acked.events);
	}
	(void)sqlite3_close(db);
}

bool
aftermath_holds(struct story *t, const char *what)
{
	struct judging j = {.what = what, .holds = true};
	struct text status;

	text_init(&status, 4096);
	stage_status(t->stage, &status);
	if (strstr(text_str(&status), "\"degraded\":false") == NULL)
		against(&j, "in the end", text_str(&status));
	text_done(&status);
	stage_stop(t->stage);
	told(&j, t);
	set_aside(&j, t);
	whole(&j, t);
	if (strstr(stage_log(t->stage), "store-refused") != NULL)
		against(&j, "refused", "by the database, what was decided");
	if (strstr(stage_log(t->stage), "state-lost") != NULL)
		against(&j, "lost", "what was remembered");
	if (!j.holds)
		(void)fputs(stage_log(t->stage), stderr);
	return j.holds;
}
