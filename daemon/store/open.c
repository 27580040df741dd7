/* SPDX-License-Identifier: MIT */
/* open - from a path to a store that is sound, of this version, and ours. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/mem.h"
#include "store/damage.h"
#include "store/file.h"
#include "store/load.h"
#include "store/migrate.h"
#include "store/outbox.h"
#include "store/salvage.h"
#include "store/writer.h"

enum {
	CHECK_MS = 2000,
	CHECK_STEPS = 1000,              /* between two looks at the clock */
	CHECK_BYTES_PER_MS = 100 * 1000, /* a slow disk; twice that seen */
	BUSY_MS = 1000,
	LOG_LIMIT_BYTES = 16 << 20,
	CACHE_KIB = 8 << 10
};

/*
 * Before WAL, so that these stand in the file from its first page on; and
 * with them whose it is, or a crash would leave a file that is nobody's.
 */
static bool
create(struct db *d)
{
	char sql[160];

	(void)snprintf(sql, sizeof(sql),
	    "BEGIN; PRAGMA page_size = 4096; PRAGMA auto_vacuum = INCREMENTAL;"
	    "PRAGMA application_id = %d; COMMIT",
	    DB_APPLICATION_ID);
	return db_exec(d, sql);
}

static bool
settings(struct db *d)
{
	char sql[400];

	(void)snprintf(sql, sizeof(sql),
	    "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL;"
	    "PRAGMA foreign_keys = ON; PRAGMA secure_delete = FAST;"
	    "PRAGMA journal_size_limit = %d; PRAGMA cache_size = -%d;"
	    "PRAGMA wal_autocheckpoint = 0; PRAGMA temp_store = MEMORY",
	    LOG_LIMIT_BYTES, CACHE_KIB);
	return db_exec(d, sql);
}

/* A counter: 1 from a start to an orderly end. */
static const char in_use[] = "store.in_use";

struct budget {
	const struct store_options *options;
	int64_t until_us;
};

static int
out_of_time(void *arg)
{
	const struct budget *b = arg;

	return b->options->micros(b->options->micros_arg) >= b->until_us;
}

/*
 * A page that could not be had is reported as damage too, with the code that
 * kept it back; 0 when there is none.
 */
static int
kept_back(const char *said)
{
	static const char words[] = "error code=";
	const char *code = strstr(said, words);
	int rc =
	    code == NULL ? 0 : (int)strtol(code + sizeof(words) - 1, NULL, 10);
	int class = rc & 0xff;

	return class == SQLITE_IOERR || class == SQLITE_NOMEM ? rc : 0;
}

static void
found(struct db *d, const char *said)
{
	int rc = kept_back(said);

	if (rc != 0) {
		(void)db_fail(d, rc, "looking for damage");
		return;
	}
	d->failed = true;
	d->outcome = STORE_CORRUPT;
	(void)fail_set(&d->fail, ERR_CORRUPT, "%s: damaged: %s", d->path, said);
}

/* One look; what it finds fails with CORRUPT, running out of time does not. */
static void
look(struct db *d, const char *sql)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (d->failed)
		return;
	rc = sqlite3_prepare_v2(d->handle, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW) {
		const char *said = (const char *)sqlite3_column_text(stmt, 0);

		if (said == NULL)
			(void)db_fail(d, SQLITE_NOMEM, "looking for damage");
		else if (strcmp(said, "ok") != 0)
			found(d, said);
	} else if (rc != SQLITE_DONE && (rc & 0xff) != SQLITE_INTERRUPT) {
		(void)db_fail(d, rc, "looking for damage");
	}
	(void)sqlite3_finalize(stmt);
}

/* Every table but the one that makes a file large. */
static void
look_at_tables(struct db *d)
{
	sqlite3_stmt *stmt = NULL;
	int rc = sqlite3_prepare_v2(d->handle,
	    "SELECT name FROM sqlite_schema WHERE type = 'table' "
	    "AND name <> 'sample' AND name NOT LIKE 'sqlite_%'",
	    -1, &stmt, NULL);

	while (rc == SQLITE_OK || rc == SQLITE_ROW) {
		char *sql;

		rc = sqlite3_step(stmt);
		if (rc != SQLITE_ROW)
			break;
		sql = sqlite3_mprintf("PRAGMA quick_check(%Q)",
		    (const char *)sqlite3_column_text(stmt, 0));
		if (sql != NULL)
			look(d, sql);
		sqlite3_free(sql);
	}
	if (rc != SQLITE_DONE && (rc & 0xff) != SQLITE_INTERRUPT)
		(void)db_fail(d, rc, "looking for damage");
	(void)sqlite3_finalize(stmt);
}

/*
 * Look for damage within the budget.  The library looks at one table without
 * a pause, so a file that takes longer than that is looked at without its
 * samples; damage among those shows when they are read.
 */
static void
check(struct db *d, const struct store_options *o)
{
	span_ms budget = o->check_budget > 0 ? o->check_budget : CHECK_MS;
	struct budget b = {.options = o};

	if (d->failed)
		return;
	if (o->micros != NULL) {
		b.until_us = o->micros(o->micros_arg) + budget * 1000;
		sqlite3_progress_handler(d->handle, CHECK_STEPS, out_of_time,
		    &b);
	}
	if (file_bytes(d->path, "") <= budget * CHECK_BYTES_PER_MS)
		look(d, "PRAGMA quick_check(1)");
	else
		look_at_tables(d);
	sqlite3_progress_handler(d->handle, 0, NULL, NULL);
}

static void
put_word(struct store *s, const char *kind, size_t number, const char *word)
{
	struct use u = db_use(&s->db, SQL_PUT_WORD);

	use_text(&u, kind);
	use_int(&u, (int64_t)number);
	use_text(&u, word);
	(void)use_run(&u);
}

/* The words that the views join with. */
static void
put_words_of_samples(struct store *s)
{
	for (size_t i = 0; i < CLASS_COUNT; i++)
		put_word(s, "class", i, class_name((enum sample_class)i));
	for (size_t i = 0; i < REASON_COUNT; i++)
		put_word(s, "reason", i, reason_name((enum reason)i));
	for (size_t i = 0; i < STATE_COUNT; i++)
		put_word(s, "state", i, state_name((enum state)i));
	for (size_t i = 0; i < WHY_COUNT; i++)
		put_word(s, "why", i, why_name((enum why)i));
	for (size_t i = 0; i < BUCKET_COUNT; i++)
		put_word(s, "bucket", i, bucket_name((enum bucket)i));
}

static void
put_words_of_incidents(struct store *s)
{
	for (size_t i = 0; i < PHASE_COUNT; i++)
		put_word(s, "phase", i, phase_name((enum phase)i));
	for (size_t i = 0; i < KIND_COUNT; i++)
		put_word(s, "kind", i, kind_name((enum kind)i));
	for (size_t i = 0; i < ORIGIN_COUNT; i++)
		put_word(s, "origin", i, origin_name((enum origin)i));
	for (size_t i = 0; i < CAUSE_COUNT; i++)
		put_word(s, "cause", i, cause_name((enum cause)i));
	for (size_t i = 0; i < EVENT_COUNT; i++)
		put_word(s, "event", i, event_name((enum event_kind)i));
	for (size_t i = 0; i < ACT_COUNT; i++)
		put_word(s, "act", i, act_name((enum act)i));
	for (size_t i = 0; i <= OUTBOX_DROPPED; i++)
		put_word(s, "delivery", i,
		    outbox_state_name((enum outbox_state)i));
}

/*
 * The file itself must say that it is in use: who finds it so, and no log
 * beside it, knows that the log was taken away.
 */
static void
mark_in_use(struct store *s)
{
	int rc;

	if (s->db.failed)
		return;
	rc = sqlite3_wal_checkpoint_v2(s->db.handle, NULL,
	    SQLITE_CHECKPOINT_PASSIVE, NULL, NULL);
	if (rc != SQLITE_OK && (rc & 0xff) != SQLITE_BUSY)
		(void)db_fail(&s->db, rc, "moving the log into the file");
}

static void
begin_epoch(struct store *s, const struct store_options *o)
{
	struct use u;

	if (store_begin(s, s->started, NULL) != OK)
		return;
	u = db_use(&s->db, SQL_PUT_INSTALLATION);
	use_text(&u, o->instance);
	use_int(&u, s->started);
	(void)use_run(&u);
	u = db_use(&s->db, SQL_PUT_EPOCH);
	use_int(&u, s->started);
	use_int(&u, o->boot);
	use_text(&u, o->version);
	(void)use_run(&u);
	s->epoch = sqlite3_last_insert_rowid(s->db.handle);
	put_words_of_samples(s);
	put_words_of_incidents(s);
	writer_set_counter(s, in_use, 1);
	if (store_commit(s, NULL) != OK)
		s->epoch = 0; /* the caller sees that it failed */
}

static int
on_log(void *arg, sqlite3 *handle, const char *name, int pages)
{
	struct store *s = arg;

	(void)handle;
	(void)name;
	s->wal_pages = pages;
	return SQLITE_OK;
}

static void
read_instance(struct store *s)
{
	struct use u = db_use(&s->db, SQL_INSTANCE);

	if (use_next(&u)) {
		(void)snprintf(s->instance, sizeof(s->instance), "%s",
		    use_col_text(&u, 0));
		use_end(&u);
	}
}

static void
read_back(struct store *s)
{
	wall_ms known;
	struct use u;
	int64_t counted;

	if (store_known_until(s, &known, NULL) != OK)
		return; /* as of any failure here, s->db tells */
	s->started = s->options.now > known ? s->options.now : known + 1;
	samples_load_heads(s);
	u = db_use(&s->db, SQL_LAST_REF);
	s->next_ref = (uint64_t)use_ask(&u, 0);
	counted = writer_counter(s, "store.refs");
	if (counted > (int64_t)s->next_ref)
		s->next_ref = (uint64_t)counted;
	s->next_ref++;
	u = db_use(&s->db, SQL_LAST_PEER);
	s->last_peer = use_ask(&u, 0);
	rolling_load(s);
}

/* The header of the file is old where a log lies beside it. */
static bool
is_ours(struct db *d, unsigned newest)
{
	int64_t application = db_ask(d, "PRAGMA application_id", 0);
	int64_t version = db_ask(d, "PRAGMA user_version", 0);
	enum store_outcome out;

	if (d->failed)
		return false;
	out = file_judge(d->path, application, version, newest, &d->fail);
	d->failed = out != STORE_OK;
	d->outcome = out;
	return !d->failed;
}

static void
checkpoint_on_close(struct db *d, bool on)
{
	(void)sqlite3_db_config(d->handle, SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE,
	    !on, (int *)NULL);
}

/* Everything behind the file's header; the outcome is the connection's. */
static void
bring_up(struct store *s, const struct store_options *o, bool fresh)
{
	struct migrations m = migrations_built_in();
	struct db *d = &s->db;
	bool log = file_exists(o->path, "-wal");

	if (!db_open(d, o->path, o->path, SQLITE_OPEN_READWRITE))
		return;
	(void)sqlite3_busy_timeout(d->handle, BUSY_MS);
	checkpoint_on_close(d, false);
	/* Its very first transaction may have been taken back just now. */
	fresh = fresh || db_ask(d, "PRAGMA page_count", 1) == 0;
	if (!fresh && !is_ours(d, migrations_newest(&m)))
		return;
	checkpoint_on_close(d, true);
	if (fresh)
		(void)create(d);
	else
		check(d, o);
	if (!d->failed && migrate(d, &m) && settings(d)) {
		(void)sqlite3_wal_hook(d->handle, on_log, s);
		s->log_missing = !log && writer_counter(s, in_use) != 0;
		read_back(s); /* first: each commit may roll up */
		if (!d->failed)
			begin_epoch(s, o);
		mark_in_use(s);
		if (!d->failed)
			read_instance(s);
	}
}

/* What was read of the file. */
static void
forget(struct store *s)
{
	for (size_t i = 0; i < s->head_count; i++)
		rolling_free(&s->heads[i]);
	mem_free(s->heads);
	mem_free(s->pending);
	s->heads = NULL;
	s->pending = NULL;
	s->head_count = s->pending_count = s->pending_size = 0;
	s->last_sample = 0;
	s->rolled_from = s->rolling_from = 0;
}

static void
discard(struct store *s)
{
	forget(s);
	db_close(&s->db);
	if (s->lock_fd >= 0)
		(void)close(s->lock_fd);
	mem_free(s);
}

/* A connection to a file that may have to be made first. */
static enum store_outcome
connect(struct store *s, const struct store_options *o, bool fresh,
    struct fail *f)
{
	enum store_outcome out = STORE_OK;

	if (fresh) {
		out = file_create(o->path, f);
		if (out != STORE_OK)
			return out;
	}
	bring_up(s, o, fresh);
	if (!s->db.failed)
		return fresh ? STORE_NEW : STORE_OK;
	*f = s->db.fail;
	out = s->db.outcome;
	db_close(&s->db);
	forget(s);
	if (fresh)
		file_discard(o->path);
	return out;
}

/* A damaged one is aside: whatever it still owes, this one does. */
static enum store_outcome
replaced(struct store *s, const struct damage *d, struct fail *f)
{
	size_t owed = salvage(s, d->aside);

	(void)fail_set(f, ERR_CORRUPT,
	    "%.160s; it was moved to %s and a new one begun: what it held is "
	    "not shown until it is repaired, but for %zu notices still owed",
	    d->why, d->aside, owed);
	return STORE_CORRUPT;
}

/* Out of the way, where d says if that has been decided; and a new one. */
static enum store_outcome
replace(struct store *s, const struct store_options *o, struct damage *d,
    struct fail *f)
{
	enum store_outcome out = STORE_OK;
	struct fail ignored;

	(void)snprintf(d->why, sizeof(d->why), "%s", f->why);
	if (d->aside[0] == '\0')
		out = file_name_aside(o->path, o->now, d->aside, f);
	if (out != STORE_OK)
		return out;
	/* Without room for that word the rest is done all the same. */
	if (damage_write(o->path, d, &ignored) != OK)
		damage_forget(o->path);
	out = file_set_aside(o->path, d->aside, f);
	if (out == STORE_OK)
		out = connect(s, o, true, f);
	return out == STORE_NEW ? replaced(s, d, f) : out;
}

/* Ours, or none yet: in use as it is, or instead of a damaged one. */
static enum store_outcome
open_held(struct store *s, const struct store_options *o,
    enum store_outcome found, struct fail *f)
{
	struct damage d;
	enum damage_stage stage = damage_read(o->path, &d);
	enum store_outcome out = found;
	bool fresh = found == STORE_NEW;

	if (stage == DAMAGE_NONE)
		damage_forget(o->path);
	if (stage == DAMAGE_FOUND) {
		(void)fail_set(f, ERR_CORRUPT, "%s", d.why);
		return replace(s, o, &d, f);
	}
	if (out != STORE_CORRUPT) {
		out = connect(s, o, fresh, f);
		/* A disk may give one wrong answer: what is, stays. */
		if (out == STORE_CORRUPT && !fresh)
			out = connect(s, o, false, f);
	}
	if (out == STORE_CORRUPT) {
		d = (struct damage){.why = ""};
		return replace(s, o, &d, f);
	}
	if (stage == DAMAGE_MOVED && (out == STORE_OK || out == STORE_NEW))
		return replaced(s, &d, f);
	return out;
}

enum store_outcome
store_open(const struct store_options *o, struct store **s, struct fail *f)
{
	struct migrations m = migrations_built_in();
	unsigned newest = migrations_newest(&m);
	enum store_outcome out;
	struct store *n;

	/* Before the lock, which would leave something beside the file. */
	out = file_inspect(o->path, newest, true, f);
	if (out != STORE_OK && out != STORE_NEW && out != STORE_CORRUPT)
		return out;
	n = mem_zalloc(sizeof(*n));
	n->lock_fd = -1;
	n->options = *o;
	out = file_lock(o->path, &n->lock_fd, f);
	if (out == STORE_OK)
		out = file_inspect(o->path, newest, true, f);
	if (out == STORE_OK || out == STORE_NEW || out == STORE_CORRUPT)
		out = open_held(n, o, out, f);
	if (out != STORE_OK && out != STORE_NEW && out != STORE_CORRUPT) {
		discard(n);
		return out;
	}
	n->checked_at = n->started;
	*s = n;
	return out;
}

/* Without the shared file beside it that a log needs and nobody can make. */
static bool
open_alone(struct db *d, const char *path)
{
	if (!db_open(d, path, path, SQLITE_OPEN_READWRITE))
		return false;
	checkpoint_on_close(d, false);
	return db_exec(d,
	    "PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON");
}

static bool
read_kept(struct store *s, int64_t newest)
{
	struct db *d = &s->db;
	int64_t version = db_ask(d, "PRAGMA user_version", 0);

	if (!d->failed && version != newest) {
		d->failed = true;
		d->outcome = STORE_IO;
		(void)fail_set(&d->fail, ERR_RANGE,
		    "%s: is of schema %lld and cannot be brought to %lld while "
		    "it cannot be written",
		    d->path, (long long)version, (long long)newest);
	}
	if (!d->failed) {
		read_back(s);
		read_instance(s);
	}
	return !d->failed;
}

enum store_outcome
store_open_kept(const struct store_options *o, struct store **s, struct fail *f)
{
	struct migrations m = migrations_built_in();
	unsigned newest = migrations_newest(&m);
	enum store_outcome out = file_inspect(o->path, newest, false, f);
	struct store *n;
	bool ok;

	if (out != STORE_OK)
		return out == STORE_NEW ? STORE_MISSING : out;
	n = mem_zalloc(sizeof(*n));
	n->lock_fd = -1;
	n->reading = true;
	n->options = *o;
	ok = db_open_reading(&n->db, o->path) && read_kept(n, newest);
	if (!ok) {
		db_close(&n->db);
		ok = open_alone(&n->db, o->path) && read_kept(n, newest);
	}
	if (ok) {
		*s = n;
		return STORE_OK;
	}
	*f = n->db.fail;
	out = n->db.outcome;
	discard(n);
	return out;
}

void
store_close(struct store *s)
{
	if (s == NULL)
		return;
	if (s->reading) {
		discard(s);
		return;
	}
	store_rollback(s);
	if (store_begin(s, s->now, NULL) == OK) {
		samples_save_heads(s, true);
		writer_set_counter(s, in_use, 0);
		if (store_commit(s, NULL) != OK)
			s->heads_at = 0; /* heads can be found again */
	}
	(void)sqlite3_wal_checkpoint_v2(s->db.handle, NULL,
	    SQLITE_CHECKPOINT_TRUNCATE, NULL, NULL);
	discard(s);
}
