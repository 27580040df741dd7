/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "stores.h"

#include "store/db.h"
#include "store/migrate.h"
#include "store/planned.h"

/* They grow without end, or nearly: nothing may read all of one. */
static const char *const big[] = {"sample", "input", "span", "transition",
    "incident", "event", "evidence", "notice", "outbox", "attempt", "rollup",
    "excerpt", "body", "peer", "planned", "report", "reporter",
    "report_import"};

/*
 * Walks along a key that the caller ends, or that LIMIT 1 does; which incidents
 * were the longest is looked for among all.
 */
static const struct walk {
	enum sql id;
	const char *step;
} walks[] = {
    {SQL_KNOWN_UNTIL, "SCAN sample"},
    {SQL_KNOWN_UNTIL, "SCAN input"},
    {SQL_KNOWN_UNTIL, "SCAN event"},
    {SQL_EVENTS_BACK, "SCAN event"},
    {SQL_KNOWN_UNTIL, "SCAN transition"},
    {SQL_OLD_SAMPLES, "SCAN sample"},
    {SQL_OLD_EXCERPT, "SCAN excerpt"},
    {SQL_Q_DELIVERIES, "SCAN o"},
    {SQL_Q_INCIDENTS_LONGEST, "SCAN i"},
    {SQL_Q_HISTORY, "SCAN sample"},
    {SQL_Q_HISTORY, "SCAN input"},
    {SQL_Q_HISTORY, "SCAN event"},
    {SQL_Q_HISTORY, "SCAN transition"},
    {SQL_Q_SPANS, "SCAN sample"},
    {SQL_Q_SPANS, "SCAN input"},
    {SQL_Q_SPANS, "SCAN event"},
    {SQL_Q_SPANS, "SCAN transition"},
    {SQL_Q_PAGES, "SCAN dbstat VIRTUAL TABLE INDEX 2:"},
};

static bool
is_walk(enum sql id, const char *step)
{
	for (size_t i = 0; i < sizeof(walks) / sizeof(walks[0]); i++)
		if (walks[i].id == id && strcmp(walks[i].step, step) == 0)
			return true;
	return false;
}

/* "SCAN t" where t is one of the small tables, or a constant row. */
static bool
is_small(const char *step)
{
	static const char *const small[] = {"SCAN CONSTANT ROW", "SCAN head",
	    "SCAN receiver", "SCAN pause", "SCAN e", "SCAN e USING INDEX",
	    "SCAN t", "SCAN way", "SCAN half", "SCAN v_known",
	    "SCAN (subquery"};

	for (size_t i = 0; i < sizeof(big) / sizeof(big[0]); i++) {
		size_t n = strlen(big[i]);

		if (strncmp(step + 5, big[i], n) == 0 &&
		    (step[5 + n] == '\0' || step[5 + n] == ' '))
			return false;
	}
	for (size_t i = 0; i < sizeof(small) / sizeof(small[0]); i++)
		if (strncmp(step, small[i], strlen(small[i])) == 0)
			return true;
	return false;
}

/* A scan of a partial index reads what is open or owed, which is little. */
static bool
is_partial(const char *step)
{
	return strstr(step, "INDEX incident_open") != NULL ||
	    strstr(step, "INDEX planned_open") != NULL ||
	    strstr(step, "INDEX outbox_due") != NULL ||
	    strstr(step, "INDEX outbox_expiry") != NULL;
}

static int
bad_steps(struct db *d, enum sql id)
{
	char sql[2400];
	sqlite3_stmt *stmt;
	int bad = 0;

	(void)snprintf(sql, sizeof(sql), "EXPLAIN QUERY PLAN %s", sql_text(id));
	if (sqlite3_prepare_v2(d->handle, sql, -1, &stmt, NULL) != SQLITE_OK)
		fail_msg("%s: %s", sql_text(id), sqlite3_errmsg(d->handle));
	while (sqlite3_step(stmt) == SQLITE_ROW) {
		const char *step = (const char *)sqlite3_column_text(stmt, 3);

		if (strncmp(step, "SCAN ", 5) != 0 || is_small(step) ||
		    is_walk(id, step) || is_partial(step))
			continue;
		print_message("%s\n  %s\n", sql_text(id), step);
		bad++;
	}
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return bad;
}

static void
no_statement_reads_a_whole_big_table(void **state)
{
	struct scratch d;
	struct store *s;
	struct db db;
	int bad = 0;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	assert_true(db_open(&db, d.path, d.path, SQLITE_OPEN_READWRITE));
	for (int id = 0; id < SQL_COUNT; id++)
		bad += bad_steps(&db, (enum sql)id);
	assert_int_equal(bad, 0);
	db_close(&db);
	store_close(s);
	scratch_remove(&d);
}

static int64_t
ask(struct db *d, const char *sql)
{
	int64_t v = db_ask(d, sql, -1);

	if (d->failed)
		fail_msg("%s", d->fail.why);
	return v;
}

static void
views_add_up(void **state)
{
	static const enum bucket life[] = {BUCKET_UNKNOWN, BUCKET_UP,
	    BUCKET_DOWN, BUCKET_RECOVERING, BUCKET_UP, BUCKET_DEGRADED};
	wall_ms at = STORES_T0 - 3 * (wall_ms)DAY_MS, from = at;
	struct output o = {.kind = OUTPUT_SPAN};
	struct input in = {.kind = INPUT_CLOCK_STEP};
	struct scratch d;
	struct store *s;
	struct db db;
	int64_t e;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	e = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	for (size_t i = 0; i < sizeof(life) / sizeof(life[0]); i++) {
		o.since = at;
		o.bucket = life[i];
		stores_put(s, e, &o);
		at += 11 * (wall_ms)HOUR_MS + 123;
	}
	in.at = at;
	in.ref = store_next_ref(s);
	store_put_input(s, 0, &in, NULL, NULL);
	o = (struct output){.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = at,
	    .onset = at - HOUR_MS,
	    .incident = {20230214, 12},
	    .kind_now = KIND_OUTAGE};
	stores_put(s, e, &o);
	stores_commit(s);
	assert_true(db_open(&db, d.path, d.path, SQLITE_OPEN_READONLY));
	assert_int_equal(ask(&db,
			     "SELECT sum(up_ms + degraded_ms + recovering_ms + "
			     "maintenance_ms + down_ms + unknown_ms) "
			     "FROM v_availability_day"),
	    at - from);
	assert_int_equal(ask(&db,
			     "SELECT sum(down_ms) FROM v_availability_day"),
	    11 * (wall_ms)HOUR_MS + 123);
	assert_int_equal(ask(&db,
			     "SELECT max(up_ms + degraded_ms + recovering_ms + "
			     "maintenance_ms + down_ms + unknown_ms) "
			     "FROM v_availability_day"),
	    DAY_MS);
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM v_availability_day "
			     "WHERE provisional"),
	    1);
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM v_incident WHERE "
			     "incident = '20230214-12' AND kind = "
			     "'outage'"),
	    1);
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM v_span WHERE provisional"),
	    1);
	assert_int_equal(ask(&db, "SELECT count(*) FROM v_notice"), 0);
	assert_int_equal(ask(&db, "SELECT count(*) FROM v_sample"), 0);
	db_close(&db);
	store_close(s);
	scratch_remove(&d);
}

static const unsigned char second[] =
    "CREATE TABLE later (x INTEGER) STRICT; INSERT INTO later VALUES (7)";
static const unsigned char broken[] =
    "CREATE TABLE half (x INTEGER) STRICT; CREATE TABLE nonsense";

/*
 * From empty and from each older version to the newest; what a further
 * version would do is shown with files of the test's own.
 */
static void
each_version_reaches_the_newest(void **state)
{
	struct migrations built_in = migrations_built_in();
	unsigned newest = migrations_newest(&built_in);

	(void)state;
	assert_true(newest >= 1);
	for (unsigned from = 0; from <= newest; from++) {
		struct asset some[64];
		struct migrations m = {some, 0};
		struct scratch d;
		struct db db;

		assert_true(built_in.count <= 64);
		for (size_t i = 0; i < built_in.count; i++)
			if (strtoul(built_in.assets[i].path, NULL, 10) <= from)
				some[m.count++] = built_in.assets[i];
		scratch_make(&d);
		assert_true(db_open(&db, scratch_path(&d, "v.db"), d.path,
		    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
		assert_true(migrate(&db, &m));
		assert_int_equal(ask(&db, "PRAGMA user_version"), from);
		assert_true(migrate(&db, &built_in));
		assert_int_equal(ask(&db, "PRAGMA user_version"), newest);
		assert_int_equal(ask(&db, "PRAGMA application_id"),
		    DB_APPLICATION_ID);
		assert_int_equal(
		    ask(&db, "SELECT count(*) FROM pragma_foreign_key_check"),
		    0);
		db_close(&db);
		scratch_remove(&d);
	}
}

static void
a_later_version_is_whole_or_not_there(void **state)
{
	struct migrations built_in = migrations_built_in();
	unsigned newest = migrations_newest(&built_in);
	char next[32], after[32], before[40];
	struct asset all[66];
	struct migrations m = {all, built_in.count};
	struct scratch d;
	struct db db;

	(void)state;
	assert_true(built_in.count <= 64);
	memcpy(all, built_in.assets, built_in.count * sizeof(all[0]));
	scratch_make(&d);
	assert_true(db_open(&db, scratch_path(&d, "it's.db"), d.path,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
	assert_true(migrate(&db, &m));

	(void)snprintf(next, sizeof(next), "%03u-later.sql", newest + 1);
	(void)snprintf(after, sizeof(after), "%03u-broken.sql", newest + 2);
	(void)snprintf(before, sizeof(before), "it's.db.before-%03u",
	    newest + 2);
	all[m.count++] = (struct asset){after, "", broken, sizeof(broken) - 1};
	assert_false(migrate(&db, &m)); /* the next one is missing */
	db_clear(&db);
	all[m.count++] = (struct asset){next, "", second, sizeof(second) - 1};
	assert_false(migrate(&db, &m));
	assert_non_null(strstr(db.fail.why, "incomplete"));
	db_clear(&db);
	assert_int_equal(ask(&db, "PRAGMA user_version"), newest + 1);
	assert_int_equal(ask(&db, "SELECT x FROM later"), 7);
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM sqlite_schema "
			     "WHERE name = 'half'"),
	    0);
	db_close(&db);
	/* As it was before it was touched. */
	assert_true(db_open(&db, scratch_path(&d, before), d.path,
	    SQLITE_OPEN_READONLY));
	assert_int_equal(ask(&db, "PRAGMA user_version"), newest);
	db_close(&db);
	scratch_remove(&d);
}

/* d.path: a database of that version, in which sql was run. */
static void
older_database(struct scratch *d, unsigned version, const char *sql)
{
	struct migrations built_in = migrations_built_in();
	struct asset older[64];
	struct migrations m = {older, 0};
	struct db db;

	assert_true(built_in.count <= 64);
	for (size_t i = 0; i < built_in.count; i++)
		if (strtoul(built_in.assets[i].path, NULL, 10) <= version)
			older[m.count++] = built_in.assets[i];
	scratch_make(d);
	assert_true(db_open(&db, scratch_path(d, "v.db"), d->path,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
	assert_true(migrate(&db, &m));
	assert_int_equal(ask(&db, "PRAGMA user_version"), version);
	assert_true(db_exec(&db, sql));
	db_close(&db);
}

/* What version 2 held is there in version 3, and windows can be added. */
static void
windows_come_to_a_database_of_version_2(void **state)
{
	struct scratch d;
	struct store *s;
	struct db db;

	(void)state;
	older_database(&d, 2, "INSERT INTO counter VALUES ('kept', 42)");

	s = stores_open(d.path, STORES_T0);
	assert_int_equal(store_counted(s, "kept"), 42);
	stores_begin(s, STORES_T0);
	assert_int_equal(store_put_planned(s,
			     &(struct planned_row){.source = PLANNED_CALENDAR,
				 .author = "ann",
				 .added = STORES_T0,
				 .service = "shop",
				 .title = "New disks",
				 .spec = "{\"service\":\"shop\"}"}),
	    1);
	stores_commit(s);
	assert_true(db_open(&db, d.path, d.path, SQLITE_OPEN_READONLY));
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM v_planned WHERE id = 'w1' "
			     "AND source = 'calendar' AND service = 'shop' "
			     "AND region IS NULL AND over_ms IS NULL"),
	    1);
	db_close(&db);
	store_close(s);
	scratch_remove(&d);
}

/* Version 4 knew of no pause: what was removed there was not paused. */
static void
pauses_come_to_a_database_of_version_4(void **state)
{
	struct scratch d;
	struct store *s;
	struct db db;

	(void)state;
	older_database(&d, 4,
	    "INSERT INTO endpoint VALUES (1, 'a/b', 'a', 'b', 1, NULL);"
	    "INSERT INTO input (ref, kind, at_ms, endpoint, author, why) "
	    "VALUES (7, 6, 5, 1, 'ann', 'gone')");

	s = stores_open(d.path, STORES_T0);
	stores_begin(s, STORES_T0);
	store_put_input(s, 1,
	    &(struct input){.kind = INPUT_UNWATCH,
		.at = STORES_T0,
		.ref = store_next_ref(s),
		.u.unwatch = {.paused = true, .until = STORES_T0 + 1}},
	    "ann", "new disks");
	stores_commit(s);
	assert_true(db_open(&db, d.path, d.path, SQLITE_OPEN_READONLY));
	assert_int_equal(ask(&db,
			     "SELECT count(*) FROM input WHERE ref = 7 "
			     "AND paused IS NULL AND why = 'gone'"),
	    1);
	assert_int_equal(ask(&db,
			     "SELECT until_ms - at_ms FROM v_pause WHERE "
			     "endpoint = 'a/b' AND author = 'ann' "
			     "AND why = 'new disks'"),
	    1);
	db_close(&db);
	store_close(s);
	scratch_remove(&d);
}

/* An incident that the columns of a version begin so. */
#define INCIDENT                                                                \
	"INSERT INTO endpoint VALUES (1, 'a/b', 'a', 'b', 1, NULL);"            \
	"INSERT INTO incident VALUES (20230214000007, 1, 1, 3, 3, 0, 0, 5, 6, " \
	"NULL, NULL, 0, 4, NULL, NULL, 0, 0, 0, 5, 6, 500, 0, 0, 0, 0, 0, 0"

/* A database of that version, in which sql was run, comes to hold this once. */
static void
comes_to_hold(unsigned version, const char *sql, const char *count)
{
	struct scratch d;
	struct store *s;
	struct db db;

	older_database(&d, version, sql);
	s = stores_open(d.path, STORES_T0);
	assert_true(db_open(&db, d.path, d.path, SQLITE_OPEN_READONLY));
	assert_int_equal(ask(&db, count), 1);
	db_close(&db);
	store_close(s);
	scratch_remove(&d);
}

static void
incidents_of_older_versions(void **state)
{
	(void)state;
	/* Told of one endpoint each. */
	comes_to_hold(6, INCIDENT ")",
	    "SELECT count(*) FROM v_scope WHERE incident = '20230214-7' "
	    "AND scope = 'endpoint:a/b' AND part_of IS NULL");
	/* Parts, never effects. */
	comes_to_hold(7, INCIDENT ", 20230214000003, 'endpoint:a/b')",
	    "SELECT count(*) FROM v_scope WHERE incident = '20230214-7' "
	    "AND scope = 'endpoint:a/b' AND part_of = '20230214-3' "
	    "AND caused_by IS NULL");
	/* What servers promised was not kept. */
	comes_to_hold(8, INCIDENT ", NULL, 'endpoint:a/b', 20230214000003)",
	    "SELECT count(*) FROM incident WHERE promised_ms IS NULL "
	    "AND caused_by = 20230214000003");
	/* Of a part the cause was no incident. */
	comes_to_hold(10, INCIDENT ", 20230214000003, 'region:b', 0, NULL)",
	    "SELECT count(*) FROM v_scope WHERE incident = '20230214-7' "
	    "AND part_of = '20230214-3' AND caused_by IS NULL");
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(no_statement_reads_a_whole_big_table),
	    cmocka_unit_test(views_add_up),
	    cmocka_unit_test(each_version_reaches_the_newest),
	    cmocka_unit_test(a_later_version_is_whole_or_not_there),
	    cmocka_unit_test(windows_come_to_a_database_of_version_2),
	    cmocka_unit_test(pauses_come_to_a_database_of_version_4),
	    cmocka_unit_test(incidents_of_older_versions),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
