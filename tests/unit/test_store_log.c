/* SPDX-License-Identifier: MIT */
/* The log beside the database, while a reader is in its way. */
#include <sqlite3.h>
#include <stdlib.h>

#include "stores.h"

enum { ENDPOINTS = 500, A_SECOND = 5000, SECONDS = 30 };
#define LOG_MAX (INT64_C(64) << 20)

static void
tick(struct store *s, wall_ms now)
{
	struct fail f = {OK, ""};

	if (store_tick(s, now, &f) != OK)
		fail_msg("tick: %s", f.why);
}

/* As much as one transaction ever holds. */
static wall_ms
write_a_second(struct store *s, const int64_t *rows, wall_ms now)
{
	stores_begin(s, now);
	for (int i = 0; i < A_SECOND; i++) {
		struct sample p = stores_sample(now + i / 5, 70000, REASON_OK);

		store_put_sample(s, store_next_ref(s), rows[i % ENDPOINTS], &p);
	}
	stores_commit(s);
	now += SECOND_MS;
	tick(s, now);
	return now;
}

static int64_t
count(sqlite3 *db)
{
	sqlite3_stmt *stmt;
	int64_t n;

	assert_int_equal(sqlite3_prepare_v2(db, "SELECT count(*) FROM sample",
			     -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	n = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return n;
}

static void
a_reader_of_thirty_seconds(void **state)
{
	struct scratch d;
	const char *path;
	int64_t rows[ENDPOINTS], most = 0;
	struct store_stats st;
	wall_ms now = STORES_T0;
	struct store *s;
	sqlite3 *db;

	(void)state;
	scratch_make(&d);
	path = scratch_path(&d, "v.db");
	s = stores_open(path, now);
	stores_begin(s, now);
	for (int i = 0; i < ENDPOINTS; i++) {
		char id[32];

		(void)snprintf(id, sizeof(id), "s%d/eu", i);
		rows[i] = store_endpoint(s, id, "s", "eu", now);
	}
	stores_commit(s);
	now = write_a_second(s, rows, now);

	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "BEGIN", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(count(db), A_SECOND);
	for (int i = 0; i < SECONDS; i++) {
		now = write_a_second(s, rows, now);
		store_stats(s, &st);
		most = st.wal_bytes > most ? st.wal_bytes : most;
	}
	print_message("log after %d s of %d samples each: %ld bytes\n", SECONDS,
	    A_SECOND, (long)most);
	assert_true(most <= LOG_MAX);
	assert_int_equal(count(db), A_SECOND);
	assert_int_equal(sqlite3_exec(db, "COMMIT", NULL, NULL, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);

	/* It has gone: the log is moved, and short again. */
	for (int i = 0; i < 3; i++)
		now = write_a_second(s, rows, now);
	store_stats(s, &st);
	print_message("and with the reader gone: %ld\n", (long)st.wal_bytes);
	assert_true(st.wal_bytes <= LOG_MAX / 4);
	store_close(s);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_reader_of_thirty_seconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
