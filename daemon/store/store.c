/* SPDX-License-Identifier: MIT */
#include "store/store.h"

#include <assert.h>

#include "store/file.h"
#include "store/writer.h"

enum {
	PASSIVE_PAGES = 256,           /* 1 MB */
	PASSIVE_LATEST_MS = 30 * 1000, /* even when less is in the log */
	RESTART_PAGES = 16 * 256,      /* 16 MB */
	TRUNCATE_PAGES = 64 * 256      /* 64 MB */
};

void
writer_reads(struct store *s)
{
	if (!s->open)
		db_clear(&s->db);
}

enum status
writer_told(struct store *s, struct fail *f)
{
	if (!s->db.failed)
		return OK;
	if (f != NULL)
		*f = s->db.fail;
	return s->db.fail.code;
}

/* A failure may have kept an older transaction from its end. */
static void
end_open(struct store *s)
{
	if (sqlite3_get_autocommit(s->db.handle) == 0)
		(void)sqlite3_exec(s->db.handle, "ROLLBACK", NULL, NULL, NULL);
}

enum status
store_begin(struct store *s, wall_ms now, struct fail *f)
{
	struct use u;

	assert(!s->open);
	end_open(s);
	db_clear(&s->db);
	u = db_use(&s->db, SQL_BEGIN);
	if (!use_run(&u)) {
		s->stats.failures++;
		(void)writer_told(s, f);
		return ERR_IO;
	}
	s->open = true;
	s->now = now;
	return OK;
}

static void
undo(struct store *s)
{
	end_open(s); /* some failures have done that already */
	s->open = false;
	samples_rolled_back(s);
	rolling_rolled_back(s);
}

void
store_rollback(struct store *s)
{
	if (s->open)
		undo(s);
}

enum status
store_commit(struct store *s, struct fail *f)
{
	struct use u;

	assert(s->open);
	rolling_flush(s);
	samples_save_heads(s, false);
	u = db_use(&s->db, SQL_COMMIT);
	if (!use_run(&u)) {
		s->stats.failures++;
		undo(s);
		(void)writer_told(s, f);
		return ERR_IO;
	}
	s->open = false;
	rolling_committed(s);
	samples_committed(s);
	s->stats.commits++;
	return OK;
}

bool
store_in_transaction(const struct store *s)
{
	return s->open;
}

bool
store_failed(const struct store *s)
{
	return s->db.failed;
}

enum store_outcome
store_outcome(const struct store *s)
{
	return s->db.failed ? s->db.outcome : STORE_OK;
}

enum status
store_tick(struct store *s, wall_ms now, struct fail *f)
{
	int mode = SQLITE_CHECKPOINT_PASSIVE, left = 0, moved = 0, rc;

	assert(!s->open);
	if (s->wal_pages == 0 ||
	    (s->wal_pages < PASSIVE_PAGES &&
		now - s->checked_at < PASSIVE_LATEST_MS))
		return OK;
	if (s->wal_pages > TRUNCATE_PAGES)
		mode = SQLITE_CHECKPOINT_TRUNCATE;
	else if (s->wal_pages > RESTART_PAGES)
		mode = SQLITE_CHECKPOINT_RESTART;
	db_clear(&s->db);
	s->checked_at = now;
	s->stats.checkpoints++;
	rc = sqlite3_wal_checkpoint_v2(s->db.handle, NULL, mode, &left, &moved);
	if ((rc & 0xff) == SQLITE_BUSY) {
		s->stats.checkpoints_busy++;
		return OK;
	}
	if (rc != SQLITE_OK) {
		(void)db_fail(&s->db, rc, "moving the log into the file");
		return writer_told(s, f);
	}
	/* All moved: the next commit starts the log anew. */
	if (left == moved)
		s->wal_pages = 0;
	else
		s->stats.checkpoints_busy++;
	return OK;
}

enum exit_code
store_exit_code(enum store_outcome o)
{
	switch (o) {
	case STORE_OK:
	case STORE_NEW:
		return EXIT_CODE_GOOD;
	case STORE_READONLY:
	case STORE_PERMISSION:
		return EXIT_CODE_PERMISSION;
	case STORE_FOREIGN:
	case STORE_NEWER:
		return EXIT_CODE_CONFIG;
	case STORE_MISSING:
	case STORE_LOCKED:
		return EXIT_CODE_UNAVAILABLE;
	case STORE_CORRUPT:
	case STORE_FULL:
	case STORE_IO:
		break;
	}
	return EXIT_CODE_IO;
}

const char *
store_instance(const struct store *s)
{
	return s->instance;
}

int64_t
store_epoch(const struct store *s)
{
	return s->epoch;
}

wall_ms
store_started(const struct store *s)
{
	return s->started;
}

bool
store_log_missing(const struct store *s)
{
	return s->log_missing;
}

uint64_t
store_next_ref(struct store *s)
{
	return s->next_ref++;
}

void
store_skip_refs(struct store *s, uint64_t ref)
{
	if (s->next_ref <= ref)
		s->next_ref = ref + 1;
}

void
store_count(struct store *s, const char *name, int64_t add)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_ADD_COUNTER);
	use_text(&u, name);
	use_int(&u, add);
	(void)use_run(&u);
}

int64_t
writer_counter(struct store *s, const char *name)
{
	struct use u = db_use(&s->db, SQL_COUNTER);

	use_text(&u, name);
	return use_ask(&u, 0);
}

int64_t
store_counted(struct store *s, const char *name)
{
	writer_reads(s);
	return writer_counter(s, name);
}

void
writer_set_counter(struct store *s, const char *name, int64_t value)
{
	struct use u = db_use(&s->db, SQL_SET_COUNTER);

	use_text(&u, name);
	use_int(&u, value);
	(void)use_run(&u);
}

void
store_stats(const struct store *s, struct store_stats *out)
{
	*out = s->stats;
	out->statements = s->db.steps;
	out->wal_bytes = file_bytes(s->db.path, "-wal");
	out->file_bytes = file_bytes(s->db.path, "");
}
