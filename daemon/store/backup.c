/* SPDX-License-Identifier: MIT */
#include "store/backup.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/file.h"
#include "store/migrate.h"
#include "store/writer.h"

struct backup {
	struct db from, to;  /* from: only of a database that is closed */
	int held;            /* that one's lock, or -1 */
	int lock;            /* on the partial, or -1 */
	sqlite3 *source;     /* borrowed, or that of from */
	sqlite3_backup *run; /* NULL when over */
	int done, all;
	bool complete;
	char path[BACKUP_PATH_BYTES];
};

static enum status
told(const struct db *d, struct fail *f)
{
	if (f != NULL)
		*f = d->fail;
	return d->fail.code;
}

static enum status
begin(struct backup *b, const char *folder, struct fail *f)
{
	enum status s = backup_partial(folder,
	    sqlite3_db_filename(b->source, "main"), b->path, &b->lock, f);

	if (s != OK)
		return s;
	/* Nothing of it counts before it is whole and has been synced. */
	if (!db_open(&b->to, b->path, b->path, SQLITE_OPEN_READWRITE) ||
	    !db_exec(&b->to,
		"PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = MEMORY;"
		"PRAGMA synchronous = OFF; PRAGMA cache_size = -2048"))
		return told(&b->to, f);
	b->run = sqlite3_backup_init(b->to.handle, "main", b->source, "main");
	if (b->run != NULL)
		return OK;
	(void)db_fail(&b->to, sqlite3_extended_errcode(b->to.handle),
	    "beginning a backup");
	return told(&b->to, f);
}

static struct backup *
blank(void)
{
	struct backup *b = mem_zalloc(sizeof(*b));

	b->held = b->lock = -1;
	return b;
}

enum status
backup_begin(struct store *s, const char *folder, struct backup **out,
    struct fail *f)
{
	struct backup *b = blank();
	enum status status;

	b->source = s->db.handle;
	status = begin(b, folder, f);
	if (status == OK)
		*out = b;
	else
		backup_free(b);
	return status;
}

static bool
is_there(const char *database, struct fail *f)
{
	struct migrations m = migrations_built_in();
	enum store_outcome o =
	    file_inspect(database, migrations_newest(&m), false, f);

	if (o == STORE_NEW)
		(void)fail_set(f, ERR_NOTFOUND,
		    "%s: there is no database to make a backup of", database);
	return o == STORE_OK;
}

enum status
backup_begin_closed(const char *database, const char *folder,
    struct backup **out, struct fail *f)
{
	struct backup *b = blank();
	enum status status = ERR_IO;

	if (file_hold(database, &b->held, f) == STORE_OK &&
	    is_there(database, f)) {
		if (db_open_reading(&b->from, database)) {
			b->source = b->from.handle;
			status = begin(b, folder, f);
		} else {
			status = told(&b->from, f);
		}
	}
	if (status == OK)
		*out = b;
	else
		backup_free(b);
	return status;
}

static int64_t
ask(sqlite3 *handle, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int64_t n = -1;

	if (sqlite3_prepare_v2(handle, sql, -1, &stmt, NULL) == SQLITE_OK &&
	    sqlite3_step(stmt) == SQLITE_ROW)
		n = sqlite3_column_int64(stmt, 0);
	(void)sqlite3_finalize(stmt);
	return n;
}

static void
count(sqlite3 *handle, struct backup_facts *facts)
{
	facts->incidents = ask(handle, "SELECT count(*) FROM incident");
	facts->notices = ask(handle, "SELECT count(*) FROM outbox");
	facts->schema = ask(handle, "PRAGMA user_version");
}

/*
 * A copy is at rest: without a log of its own, so that whoever may read it
 * can, and not marked as in use, which would say that its log was lost.
 */
static bool
settle(struct backup *b)
{
	bool ok = db_exec(&b->to,
	    "PRAGMA journal_mode = DELETE;"
	    "UPDATE counter SET value = 0 WHERE name = 'store.in_use'");

	if (!ok && b->to.outcome == STORE_CORRUPT)
		(void)snprintf(b->to.fail.why, sizeof(b->to.fail.why),
		    "the database is damaged: what was copied is of no use");
	return ok;
}

static enum status
finish(struct backup *b, struct backup_facts *facts, struct fail *f)
{
	struct stat st;
	int rc;

	count(b->source, facts);
	rc = sqlite3_backup_finish(b->run);
	b->run = NULL;
	if (rc != SQLITE_OK)
		(void)db_fail(&b->to, rc, "ending a backup");
	if (b->to.failed || !settle(b))
		return told(&b->to, f);
	db_close(&b->to);
	if (fstat(b->lock, &st) != 0)
		return fail_set(f, ERR_IO, "%s: %s", b->path,
		    strerrordesc_np(errno));
	facts->bytes = st.st_size;
	b->complete = true;
	return OK;
}

enum status
backup_step(struct backup *b, int pages, bool *more, struct backup_facts *facts,
    struct fail *f)
{
	int rc = sqlite3_backup_step(b->run, pages);

	b->all = sqlite3_backup_pagecount(b->run);
	b->done = b->all - sqlite3_backup_remaining(b->run);
	*more = rc != SQLITE_DONE;
	if (rc == SQLITE_DONE)
		return finish(b, facts, f);
	/* Somebody reads or checkpoints: again at the next turn. */
	if (rc == SQLITE_OK || rc == SQLITE_BUSY || rc == SQLITE_LOCKED)
		return OK;
	(void)db_fail(&b->to, rc, "copying to a backup");
	return told(&b->to, f);
}

void
backup_progress(const struct backup *b, int *done, int *all)
{
	*done = b->done;
	*all = b->all;
}

void
backup_free(struct backup *b)
{
	if (b == NULL)
		return;
	if (b->run != NULL)
		(void)sqlite3_backup_finish(b->run); /* it is given up */
	db_close(&b->to);
	db_close(&b->from);
	if (b->lock >= 0 && !b->complete)
		file_discard(b->path);
	if (b->lock >= 0)
		(void)close(b->lock);
	if (b->held >= 0)
		(void)close(b->held);
	mem_free(b);
}

/* "ok", or the first thing that is wrong. */
static bool
is_sound(struct db *d, const char *path, struct fail *f)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(d->handle, "PRAGMA integrity_check(1)", -1,
	    &stmt, NULL);
	bool ok = false;

	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		const char *said = (const char *)sqlite3_column_text(stmt, 0);

		ok = said != NULL && strcmp(said, "ok") == 0;
		if (!ok)
			(void)fail_set(f, ERR_CORRUPT,
			    "%s: the copy is damaged, as the database is: %s",
			    path, said != NULL ? said : "");
	} else {
		(void)db_fail(d, rc, "looking for damage");
		(void)told(d, f);
	}
	(void)sqlite3_finalize(stmt);
	return ok;
}

static enum status
verify(struct db *d, const char *path, const struct backup_facts *facts,
    struct fail *f)
{
	struct backup_facts got = {.bytes = 0};

	if (db_ask(d, "PRAGMA application_id", 0) != DB_APPLICATION_ID)
		return fail_set(f, ERR_CORRUPT, "%s: is no database of ours",
		    path);
	if (!is_sound(d, path, f))
		return ERR_CORRUPT;
	count(d->handle, &got);
	if (got.schema != facts->schema)
		return fail_set(f, ERR_CORRUPT,
		    "%s: is of schema %lld, the database of %lld", path,
		    (long long)got.schema, (long long)facts->schema);
	if (got.incidents != facts->incidents || got.notices != facts->notices)
		return fail_set(f, ERR_CORRUPT,
		    "%s: holds %lld incidents and %lld notices, not %lld and "
		    "%lld as the database does",
		    path, (long long)got.incidents, (long long)got.notices,
		    (long long)facts->incidents, (long long)facts->notices);
	return OK;
}

enum status
backup_verify(const char *path, const struct backup_facts *facts,
    struct fail *f)
{
	struct db d;
	enum status s;

	s = db_open_reading(&d, path) ? verify(&d, path, facts, f)
				      : told(&d, f);
	db_close(&d);
	return s;
}

void
backup_record(struct store *s, wall_ms at, int64_t bytes)
{
	writer_set_counter(s, "backup.at_ms", at);
	writer_set_counter(s, "backup.bytes", bytes);
}
