/* SPDX-License-Identifier: MIT */
/*
 * db - a connection and its prepared statements; private to this room.
 *
 * The first failure is remembered, and later uses do nothing, until
 * db_clear().  Statements are prepared once, on first use, from the one table
 * in statements.def.
 *
 *	struct use u = db_use(db, SQL_X);
 *	use_int(&u, 5);                    parameters, from left to right
 *	while (use_next(&u))               or use_run(&u) for none
 *		... use_col(&u, 0) ...
 *	use_end(&u);                       after a walk left early
 */
#ifndef STORE_DB_H
#define STORE_DB_H

#include <sqlite3.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/status.h"
#include "store/store.h"

enum sql {
#define STATEMENT(id, text) SQL_##id,
#include "store/statements.def"
	SQL_COUNT
};

const char *sql_text(enum sql id);

struct db {
	sqlite3 *handle;
	sqlite3_stmt *prepared[SQL_COUNT];
	enum store_outcome outcome; /* of the first failure */
	bool failed;
	bool interrupted; /* by the limit on steps */
	struct fail fail;
	uint64_t steps;      /* statements run */
	unsigned damage;     /* how often it was met */
	struct fail damaged; /* the last time */
	char path[512];
};

/* "application_id" of our files: "Vigi". */
enum { DB_APPLICATION_ID = 0x56696769 };

/* flags as of sqlite3_open_v2(); name may be a URI.  False: db->fail says. */
MUST_CHECK
bool db_open(struct db *d, const char *name, const char *path, int flags);
/* To read alone, whether or not somebody writes it. */
MUST_CHECK
bool db_open_reading(struct db *d, const char *path);
void db_close(struct db *d);
void db_clear(struct db *d);

/* Note a failure of the library; keeps an earlier one.  Returns false. */
bool db_fail(struct db *d, int rc, const char *doing);
/* The class of a result code of this connection. */
enum store_outcome db_class(struct db *d, int rc);

/* Statements without parameters; several, separated by semicolons. */
bool db_exec(struct db *d, const char *sql);
/* The first column of the first row; fallback when there is none. */
int64_t db_ask(struct db *d, const char *sql, int64_t fallback);

struct use {
	struct db *db;
	sqlite3_stmt *stmt; /* NULL after a failure */
	int n;
};

struct use db_use(struct db *d, enum sql id);
void use_int(struct use *u, int64_t v);
void use_opt(struct use *u, int64_t v); /* 0 is NULL */
void use_null(struct use *u);
/* Borrowed until the statement has run; NULL is NULL. */
void use_text(struct use *u, const char *s);
void use_blob(struct use *u, const void *p, size_t n);
bool use_run(struct use *u);  /* to its end; false after a failure */
bool use_next(struct use *u); /* true on a row; ends itself after the last */
void use_end(struct use *u);
/* The only row's first column; fallback when there is none. */
int64_t use_ask(struct use *u, int64_t fallback);

int64_t use_col(const struct use *u, int column); /* NULL is 0 */
bool use_is_null(const struct use *u, int column);
/* Borrowed until the next step; NULL for NULL, "" after a failure. */
const char *use_col_text(const struct use *u, int column);
const void *use_col_blob(const struct use *u, int column, size_t *n);

#endif
