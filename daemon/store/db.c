/* SPDX-License-Identifier: MIT */
#include "store/db.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/text.h"
#include "store/file.h"

static const char *const texts[SQL_COUNT] = {
#define STATEMENT(id, text) text,
#include "store/statements.def"
};

const char *
sql_text(enum sql id)
{
	return texts[id];
}

static bool
no_room(int err)
{
	return err == ENOSPC || err == EDQUOT || err == EFBIG;
}

/*
 * What the system said to the last write.  The library keeps it per file and
 * calls only ENOSPC full; a quota is no different for us.
 */
static int
write_errno(struct db *d)
{
	sqlite3_file *log = NULL;
	int err = 0;

	if (sqlite3_file_control(d->handle, "main",
		SQLITE_FCNTL_JOURNAL_POINTER, &log) == SQLITE_OK &&
	    log != NULL && log->pMethods != NULL)
		(void)log->pMethods->xFileControl(log, SQLITE_FCNTL_LAST_ERRNO,
		    &err);
	if (!no_room(err))
		(void)sqlite3_file_control(d->handle, "main",
		    SQLITE_FCNTL_LAST_ERRNO, &err);
	return err;
}

static int
errno_of(struct db *d, int rc)
{
	if (d->handle == NULL)
		return 0;
	if (rc == SQLITE_IOERR_WRITE)
		return write_errno(d);
	return sqlite3_system_errno(d->handle);
}

enum store_outcome
db_class(struct db *d, int rc)
{
	int err = errno_of(d, rc);

	switch (rc & 0xff) {
	case SQLITE_FULL:
		return STORE_FULL;
	case SQLITE_READONLY:
		return STORE_READONLY;
	case SQLITE_PERM:
	case SQLITE_AUTH:
		return STORE_PERMISSION;
	case SQLITE_BUSY:
	case SQLITE_LOCKED:
		return STORE_LOCKED;
	case SQLITE_CORRUPT:
	case SQLITE_NOTADB:
		return STORE_CORRUPT;
	case SQLITE_IOERR:
	case SQLITE_CANTOPEN:
		if (no_room(err))
			return STORE_FULL;
		if (err == EROFS)
			return STORE_READONLY;
		if (err == EACCES || err == EPERM)
			return STORE_PERMISSION;
		return STORE_IO;
	default:
		return STORE_IO;
	}
}

static const char *
advice(enum store_outcome o)
{
	switch (o) {
	case STORE_FULL:
		return "; make room on its file system";
	case STORE_READONLY:
		return "; make its file system writable";
	case STORE_PERMISSION:
		return "; give this user the right to write there";
	case STORE_LOCKED:
		return "; another program holds it: end that first";
	case STORE_CORRUPT:
		return "; it is damaged: restart the daemon to set it aside";
	default:
		return "";
	}
}

bool
db_fail(struct db *d, int rc, const char *doing)
{
	int err;

	if (d->failed)
		return false;
	d->failed = true;
	d->interrupted = (rc & 0xff) == SQLITE_INTERRUPT;
	d->outcome = db_class(d, rc);
	err = errno_of(d, rc);
	(void)fail_set(&d->fail,
	    d->interrupted                    ? ERR_LIMIT
		: d->outcome == STORE_CORRUPT ? ERR_CORRUPT
					      : ERR_IO,
	    "%s: %s: %s (%d%s%s)%s", d->path, doing,
	    d->handle != NULL ? sqlite3_errmsg(d->handle) : sqlite3_errstr(rc),
	    rc, err != 0 ? ", " : "", err != 0 ? strerrordesc_np(err) : "",
	    advice(d->outcome));
	if (d->outcome == STORE_CORRUPT) {
		d->damage++;
		d->damaged = d->fail;
	}
	return false;
}

void
db_clear(struct db *d)
{
	/* Who meets it again shall have read it again. */
	if (d->outcome == STORE_CORRUPT && d->handle != NULL)
		(void)sqlite3_db_release_memory(d->handle);
	d->failed = false;
	d->interrupted = false;
	d->outcome = STORE_OK;
}

bool
db_open(struct db *d, const char *name, const char *path, int flags)
{
	int rc;

	*d = (struct db){0};
	(void)snprintf(d->path, sizeof(d->path), "%s", path);
	rc = sqlite3_open_v2(name, &d->handle,
	    flags | SQLITE_OPEN_NOMUTEX | SQLITE_OPEN_EXRESCODE, NULL);
	if (rc != SQLITE_OK)
		return db_fail(d, rc, "opening");
	(void)sqlite3_db_config(d->handle, SQLITE_DBCONFIG_DEFENSIVE, 1,
	    (int *)NULL);
	(void)sqlite3_db_config(d->handle, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0,
	    (int *)NULL);
	(void)sqlite3_db_config(d->handle,
	    SQLITE_DBCONFIG_ENABLE_LOAD_EXTENSION, 0, (int *)NULL);
	(void)sqlite3_limit(d->handle, SQLITE_LIMIT_ATTACHED, 0);
	(void)sqlite3_limit(d->handle, SQLITE_LIMIT_LENGTH, 16 << 20);
	return true;
}

/* "file:PATH?mode=ro" with what has a meaning in a URI escaped. */
static void
reading_name(struct text *uri, const char *path, bool immutable)
{
	text_add(uri, "file:");
	for (const char *p = path; *p != '\0'; p++) {
		if (strchr("%?#", *p) != NULL)
			text_printf(uri, "%%%02X", (unsigned)*p);
		else
			text_char(uri, *p);
	}
	text_add(uri, immutable ? "?mode=ro&immutable=1" : "?mode=ro");
}

bool
db_open_reading(struct db *d, const char *path)
{
	/* Without a log nobody writes, and a log may not be ours to make. */
	bool immutable = !file_exists(path, "-wal");
	struct text uri;
	bool ok;

	text_init(&uri, 2048);
	reading_name(&uri, path, immutable);
	ok = db_open(d, text_str(&uri), path,
	    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI);
	text_done(&uri);
	if (ok)
		(void)sqlite3_db_config(d->handle,
		    SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, (int *)NULL);
	return ok;
}

void
db_close(struct db *d)
{
	for (size_t i = 0; i < SQL_COUNT; i++) {
		(void)sqlite3_finalize(d->prepared[i]);
		d->prepared[i] = NULL;
	}
	(void)sqlite3_close(d->handle);
	d->handle = NULL;
}

bool
db_exec(struct db *d, const char *sql)
{
	int rc;

	if (d->failed)
		return false;
	rc = sqlite3_exec(d->handle, sql, NULL, NULL, NULL);
	return rc == SQLITE_OK || db_fail(d, rc, "writing");
}

int64_t
db_ask(struct db *d, const char *sql, int64_t fallback)
{
	sqlite3_stmt *stmt = NULL;
	int rc;

	if (d->failed)
		return fallback;
	rc = sqlite3_prepare_v2(d->handle, sql, -1, &stmt, NULL);
	if (rc == SQLITE_OK)
		rc = sqlite3_step(stmt);
	if (rc == SQLITE_ROW)
		fallback = sqlite3_column_int64(stmt, 0);
	else if (rc != SQLITE_DONE)
		(void)db_fail(d, rc, "reading");
	(void)sqlite3_finalize(stmt);
	return fallback;
}

struct use
db_use(struct db *d, enum sql id)
{
	struct use u = {.db = d};
	int rc;

	if (d->failed)
		return u;
	if (d->prepared[id] == NULL) {
		rc = sqlite3_prepare_v3(d->handle, texts[id], -1,
		    SQLITE_PREPARE_PERSISTENT, &d->prepared[id], NULL);
		if (rc != SQLITE_OK) {
			(void)db_fail(d, rc, "preparing a statement");
			return u;
		}
	}
	u.stmt = d->prepared[id];
	d->steps++;
	(void)sqlite3_reset(u.stmt); /* tells again of an older failure */
	return u;
}

static void
bound(struct use *u, int rc)
{
	if (rc == SQLITE_OK)
		return;
	(void)db_fail(u->db, rc, "binding a value");
	u->stmt = NULL;
}

void
use_int(struct use *u, int64_t v)
{
	if (u->stmt != NULL)
		bound(u, sqlite3_bind_int64(u->stmt, ++u->n, v));
}

void
use_null(struct use *u)
{
	if (u->stmt != NULL)
		bound(u, sqlite3_bind_null(u->stmt, ++u->n));
}

void
use_opt(struct use *u, int64_t v)
{
	if (v == 0)
		use_null(u);
	else
		use_int(u, v);
}

void
use_text(struct use *u, const char *s)
{
	if (u->stmt != NULL)
		bound(u,
		    sqlite3_bind_text(u->stmt, ++u->n, s, -1, SQLITE_STATIC));
}

void
use_blob(struct use *u, const void *p, size_t n)
{
	if (u->stmt == NULL)
		return;
	if (p == NULL && n == 0)
		p = ""; /* a NULL pointer would be NULL, not empty */
	bound(u, sqlite3_bind_blob64(u->stmt, ++u->n, p, n, SQLITE_STATIC));
}

void
use_end(struct use *u)
{
	if (u->stmt != NULL)
		(void)sqlite3_reset(u->stmt); /* its failure was told */
	u->stmt = NULL;
}

bool
use_next(struct use *u)
{
	int rc;

	if (u->stmt == NULL)
		return false;
	if (u->db->failed) {
		use_end(u); /* a value of the last row could not be had */
		return false;
	}
	rc = sqlite3_step(u->stmt);
	if (rc == SQLITE_ROW)
		return true;
	if (rc != SQLITE_DONE)
		(void)db_fail(u->db, rc, "a statement");
	use_end(u);
	return false;
}

bool
use_run(struct use *u)
{
	while (use_next(u))
		;
	return !u->db->failed;
}

int64_t
use_ask(struct use *u, int64_t fallback)
{
	if (use_next(u)) {
		fallback = use_is_null(u, 0) ? fallback : use_col(u, 0);
		use_end(u);
	}
	return fallback;
}

int64_t
use_col(const struct use *u, int column)
{
	return sqlite3_column_int64(u->stmt, column);
}

bool
use_is_null(const struct use *u, int column)
{
	return sqlite3_column_type(u->stmt, column) == SQLITE_NULL;
}

const char *
use_col_text(const struct use *u, int column)
{
	const char *s = (const char *)sqlite3_column_text(u->stmt, column);

	if (s != NULL || sqlite3_column_type(u->stmt, column) == SQLITE_NULL)
		return s;
	(void)db_fail(u->db, SQLITE_NOMEM, "reading a value");
	return "";
}

const void *
use_col_blob(const struct use *u, int column, size_t *n)
{
	const void *p = sqlite3_column_blob(u->stmt, column);

	*n = (size_t)sqlite3_column_bytes(u->stmt, column);
	return p;
}
