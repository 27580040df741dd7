/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "stores.h"

#include "base/text.h"
#include "store/db.h"
#include "store/migrate.h"
#include "store/reports.h"

enum { WEEK = 7 * 24 * 4, QUARTER = CROWD_QUARTER_MS };

struct place {
	struct scratch d;
	struct store *s;
	struct query *q;
};

static void
begin(struct place *p)
{
	struct fail f;

	scratch_make(&p->d);
	p->s = stores_open(scratch_path(&p->d, "v.db"), STORES_T0);
	assert_int_equal(query_open(p->d.path, 0, &p->q, &f), STORE_OK);
}

static void
end(struct place *p)
{
	query_close(p->q);
	store_close(p->s);
	scratch_remove(&p->d);
}

/* n in each of so many quarters, up to that before now. */
static void
put(struct place *p, wall_ms now, int quarters, int64_t n)
{
	stores_begin(p->s, now);
	for (int i = quarters; i > 0; i--)
		store_put_reports(p->s, "shop", NULL,
		    crowd_since(crowd_quarter(now) - i), n);
	stores_commit(p->s);
}

static struct report_view
view(struct place *p, wall_ms now)
{
	struct report_view v;
	struct fail f = {.why = ""};

	if (query_reports(p->q, "shop", now, &v, &f) != OK)
		fail_msg("%s", f.why);
	return v;
}

static void
learn(struct place *p, wall_ms now)
{
	struct fail f = {.why = ""};
	bool more = true;

	while (more) {
		if (store_learn_reports(p->s, "shop", now, &more, &f) != OK)
			fail_msg("%s", f.why);
	}
}

static int64_t
ask(struct place *p, const char *sql)
{
	struct db db;
	int64_t v;

	assert_true(db_open(&db, p->d.path, p->d.path, SQLITE_OPEN_READONLY));
	v = db_ask(&db, sql, -1);
	db_close(&db);
	return v;
}

static void
assert_same(struct report_view a, struct report_view b)
{
	assert_int_equal(a.since, b.since);
	assert_int_equal(a.elevated, b.elevated);
	assert_int_equal(a.last.count, b.last.count);
	assert_int_equal(a.last.usual_q16, b.last.usual_q16);
	assert_int_equal(a.last.z_q16, b.last.z_q16);
	assert_int_equal(a.now.count, b.now.count);
	assert_int_equal(a.now.z_q16, b.now.z_q16);
}

static void
what_is_kept_and_what_is_counted_say_the_same(void **state)
{
	const wall_ms now = STORES_T0 + 5 * (wall_ms)MINUTE_MS;
	struct report_view before, after;
	struct place p;

	(void)state;
	begin(&p);
	assert_false(view(&p, now).any);
	learn(&p, now);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report_usual"), 0);
	put(&p, now, 3 * WEEK, 3);
	put(&p, now, 2, 39);
	before = view(&p, now);
	assert_true(before.any && before.elevated && before.last.known);
	assert_int_equal(before.last.count, 42);
	assert_int_equal(before.last.usual_q16, 3 << 16);
	assert_int_equal(before.since, STORES_T0);
	learn(&p, now);
	assert_int_equal(ask(&p, "SELECT upto_ms FROM report_usual"),
	    STORES_T0);
	assert_same(view(&p, now), before);

	/* The present quarter is none of what was learnt. */
	stores_begin(p.s, now);
	store_put_reports(p.s, "shop", "eu", STORES_T0, 5);
	store_put_reports(p.s, "shop", NULL, STORES_T0, 2);
	stores_commit(p.s);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report_usual"), 1);
	assert_int_equal(view(&p, now).now.count, 7);

	/* An older one is: all is learnt anew. */
	put(&p, now - 100 * (wall_ms)QUARTER, 1, 1000);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report_usual"), 0);
	after = view(&p, now);
	learn(&p, now);
	assert_same(view(&p, now), after);
	/* A day later little is to be learnt, and the rest is kept. */
	after = view(&p, now + (wall_ms)DAY_MS);
	assert_false(after.elevated);
	learn(&p, now + (wall_ms)DAY_MS);
	assert_same(view(&p, now + (wall_ms)DAY_MS), after);
	end(&p);
}

static void
what_is_kept_and_not_understood_is_learnt_again(void **state)
{
	struct report_view before;
	struct place p;
	struct db db;

	(void)state;
	begin(&p);
	put(&p, STORES_T0, 2 * WEEK, 4);
	before = view(&p, STORES_T0);
	learn(&p, STORES_T0);
	assert_true(db_open(&db, p.d.path, p.d.path, SQLITE_OPEN_READWRITE));
	assert_true(db_exec(&db, "UPDATE report_usual SET bytes = x'02ff'"));
	db_close(&db);
	assert_same(view(&p, STORES_T0), before);
	end(&p);
}

/* Twenty thousand quarters in a step, and a history of years is none more. */
static void
a_long_history_is_learnt_in_steps(void **state)
{
	const wall_ms first = STORES_T0 - 700 * (wall_ms)DAY_MS;
	struct fail f = {.why = ""};
	struct place p;
	bool more;

	(void)state;
	begin(&p);
	stores_begin(p.s, STORES_T0);
	store_put_reports(p.s, "shop", NULL, crowd_since(crowd_quarter(first)),
	    1);
	stores_commit(p.s);
	assert_int_equal(store_learn_reports(p.s, "shop", STORES_T0, &more, &f),
	    OK);
	assert_true(more);
	assert_int_equal(ask(&p, "SELECT upto_ms FROM report_usual"),
	    first + 20000 * (wall_ms)QUARTER);
	learn(&p, STORES_T0);
	assert_int_equal(ask(&p, "SELECT upto_ms FROM report_usual"),
	    STORES_T0);
	end(&p);
}

static bool
on_region(void *arg, const char *region, int64_t n)
{
	struct text *t = arg;

	text_printf(t, "%s=%d ", region, (int)n);
	return true;
}

static void
counts_are_by_region_and_bounded(void **state)
{
	struct fail f = {.why = ""};
	struct place p;
	struct text t;
	int64_t n;

	(void)state;
	begin(&p);
	text_init(&t, 256);
	stores_begin(p.s, STORES_T0);
	store_put_reports(p.s, "shop", "na", STORES_T0, 2);
	store_put_reports(p.s, "shop", "na", STORES_T0, 3);
	store_put_reports(p.s, "shop", NULL, STORES_T0, 1);
	store_put_reports(p.s, "bank", NULL, STORES_T0, STORE_REPORTS_MAX);
	store_put_reports(p.s, "bank", NULL, STORES_T0, STORE_REPORTS_MAX);
	stores_commit(p.s);
	assert_int_equal(query_reports_of(p.q, "shop", STORES_T0, on_region, &t,
			     &f),
	    OK);
	assert_string_equal(text_str(&t), "=1 na=5 ");
	assert_int_equal(query_reports_within(p.q, "shop", STORES_T0 + 1,
			     STORES_T0 + 2, &n, &f),
	    OK);
	assert_int_equal(n, 6);
	assert_int_equal(query_reports_within(p.q, "shop", STORES_T0 + QUARTER,
			     INT64_MAX, &n, &f),
	    OK);
	assert_int_equal(n, 0);
	assert_int_equal(
	    ask(&p, "SELECT reports FROM v_report WHERE service = 'bank'"),
	    STORE_REPORTS_MAX);
	assert_int_equal(ask(&p,
			     "SELECT count(*) FROM v_report "
			     "WHERE region IS NULL"),
	    2);
	text_done(&t);
	end(&p);
}

static void
imports_and_reporters_are_known_again(void **state)
{
	struct store_import i = {.digest = {7},
	    .author = "ann",
	    .at = 5,
	    .entries = 10,
	    .taken = 4};
	struct store_import found = {.digest = {7}}, other = {.digest = {8}};
	struct place p;

	(void)state;
	begin(&p);
	assert_false(store_report_import(p.s, &found));
	assert_int_equal(store_reporter(p.s, "shop", "ann"), 0);
	stores_begin(p.s, STORES_T0);
	store_put_report_import(p.s, &i);
	i.taken = 10;
	i.at = 6;
	store_put_report_import(p.s, &i);
	store_put_reporter(p.s, "shop", "ann", STORES_T0);
	store_put_reporter(p.s, "shop", "ann", STORES_T0 + 1);
	stores_commit(p.s);
	assert_true(store_report_import(p.s, &found));
	assert_string_equal(found.author, "ann");
	assert_int_equal(found.at, 6);
	assert_int_equal(found.taken, 10);
	assert_false(store_report_import(p.s, &other));
	assert_int_equal(store_reporter(p.s, "shop", "ann"), STORES_T0 + 1);
	assert_int_equal(store_reporter(p.s, "bank", "ann"), 0);
	assert_int_equal(store_reporter(p.s, "shop", "bob"), 0);
	end(&p);
}

static void
what_is_old_leaves(void **state)
{
	struct store_retention keep = store_retention_default();
	const wall_ms later = STORES_T0 + 399 * (wall_ms)DAY_MS;
	struct store_import i = {.digest = {7},
	    .author = "ann",
	    .at = STORES_T0,
	    .entries = 1,
	    .taken = 1};
	struct fail f = {.why = ""};
	struct place p;
	bool more = true;

	(void)state;
	begin(&p);
	put(&p, STORES_T0, 3 * 96, 1);
	stores_begin(p.s, STORES_T0);
	store_put_report_import(p.s, &i);
	for (int n = 0; n < 500; n++) {
		char author[16];

		(void)snprintf(author, sizeof(author), "user %d", n);
		store_put_reporter(p.s, "shop", author,
		    n == 0 ? later : STORES_T0);
	}
	stores_commit(p.s);
	while (more)
		assert_int_equal(store_retain(p.s, later, &keep, &more, &f),
		    OK);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report"), 96);
	assert_int_equal(ask(&p, "SELECT min(since_ms) FROM report"),
	    STORES_T0 - (wall_ms)DAY_MS);
	assert_int_equal(ask(&p, "SELECT count(*) FROM reporter"), 1);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report_import"), 1);
	for (more = true; more;)
		assert_int_equal(store_retain(p.s, later + 2 * (wall_ms)DAY_MS,
				     &keep, &more, &f),
		    OK);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report"), 0);
	assert_int_equal(ask(&p, "SELECT count(*) FROM report_import"), 0);
	end(&p);
}

/* Version 5 knew of no reports. */
static void
reports_come_to_a_database_of_version_5(void **state)
{
	struct migrations built_in = migrations_built_in();
	struct asset older[64];
	struct migrations m = {older, 0};
	struct place p;
	struct db db;

	(void)state;
	assert_true(built_in.count <= 64);
	for (size_t i = 0; i < built_in.count; i++)
		if (strtoul(built_in.assets[i].path, NULL, 10) < 6)
			older[m.count++] = built_in.assets[i];
	scratch_make(&p.d);
	assert_true(db_open(&db, scratch_path(&p.d, "v.db"), p.d.path,
	    SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE));
	assert_true(migrate(&db, &m));
	assert_true(db_exec(&db, "INSERT INTO counter VALUES ('kept', 42)"));
	db_close(&db);
	assert_int_equal(ask(&p, "PRAGMA user_version"), 5);

	p.s = stores_open(p.d.path, STORES_T0);
	assert_int_equal(store_counted(p.s, "kept"), 42);
	put(&p, STORES_T0, 1, 9);
	assert_int_equal(ask(&p,
			     "SELECT reports FROM v_report WHERE "
			     "service = 'shop' AND region IS NULL"),
	    9);
	store_close(p.s);
	scratch_remove(&p.d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_kept_and_what_is_counted_say_the_same),
	    cmocka_unit_test(what_is_kept_and_not_understood_is_learnt_again),
	    cmocka_unit_test(a_long_history_is_learnt_in_steps),
	    cmocka_unit_test(counts_are_by_region_and_bounded),
	    cmocka_unit_test(imports_and_reporters_are_known_again),
	    cmocka_unit_test(what_is_old_leaves),
	    cmocka_unit_test(reports_come_to_a_database_of_version_5),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
