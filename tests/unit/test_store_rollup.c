/* SPDX-License-Identifier: MIT */
#include <sqlite3.h>
#include <stdlib.h>

#include "stores.h"

#include "store/rollup.h"

enum { ENDPOINTS = 5, MINUTES = 150 };

static void
packs_and_unpacks(void **state)
{
	unsigned char buf[ROLLUP_BLOB_BYTES];
	uint32_t in[ROLLUP_BUCKETS] = {0}, out[ROLLUP_BUCKETS];
	size_t n;

	(void)state;
	in[0] = 1;
	in[77] = 300;
	in[127] = UINT32_MAX;
	n = rollup_pack(in, ROLLUP_BUCKETS, buf);
	assert_int_equal(n, 2 + 3 + 6);
	assert_true(rollup_unpack(buf, n, out, ROLLUP_BUCKETS));
	assert_memory_equal(in, out, sizeof(in));
	assert_false(rollup_unpack(buf, n - 1, out, ROLLUP_BUCKETS));
	assert_false(rollup_unpack("\x80\x01", 2, out, ROLLUP_BUCKETS));
	assert_false(rollup_unpack("\x01\xff\xff\xff\xff\xff\x01", 7, out,
	    ROLLUP_BUCKETS));
	assert_int_equal(out[1], 0);
}

static void
quantiles_are_near(void **state)
{
	struct rollup r = {0};
	uint32_t p50, p99;

	(void)state;
	assert_int_equal(rollup_quantile_us(&r, 50), 0);
	for (uint32_t i = 1; i <= 1000; i++)
		rollup_add(&r, CLASS_OK, i * 1000);
	rollup_add(&r, CLASS_TIMEOUT, 30000000);
	assert_int_equal(r.n, 1001);
	assert_int_equal(r.good, 1000);
	assert_int_equal(r.failing, 1);
	assert_int_equal(r.max_us, 1000000);
	p50 = rollup_quantile_us(&r, 50);
	p99 = rollup_quantile_us(&r, 99);
	assert_true(p50 >= 500000 && p50 < 600000);
	assert_true(p99 >= 990000 && p99 <= 1000000);
	assert_int_equal(rollup_quantile_us(&r, 100), 1000000);
	assert_int_equal(rollup_quantile_us(&r, 0), 1000);
}

static int64_t
ask(sqlite3 *db, const char *sql)
{
	sqlite3_stmt *stmt;
	int64_t v;

	assert_int_equal(sqlite3_prepare_v2(db, sql, -1, &stmt, NULL),
	    SQLITE_OK);
	assert_int_equal(sqlite3_step(stmt), SQLITE_ROW);
	v = sqlite3_column_int64(stmt, 0);
	assert_int_equal(sqlite3_finalize(stmt), SQLITE_OK);
	return v;
}

/* Rows that say something else than the raw samples of their period do. */
static int64_t
wrong_rows(sqlite3 *db, int period, int64_t length)
{
	char sql[1200];

	(void)snprintf(sql, sizeof(sql),
	    "WITH raw AS (SELECT endpoint, start_ms - start_ms %% %lld AS "
	    "since, count(*) AS n, sum(class <= 1) AS good, "
	    "sum(class BETWEEN 2 AND 10) AS failing, "
	    "coalesce(sum(CASE WHEN class <= 1 THEN total_us END), 0) AS us, "
	    "min(CASE WHEN class <= 1 THEN total_us END) AS least, "
	    "max(CASE WHEN class <= 1 THEN total_us END) AS most "
	    "FROM sample WHERE ref <= (SELECT value FROM counter WHERE "
	    "name = 'store.rolled_mark') GROUP BY endpoint, since), "
	    "done AS (SELECT value AS upto FROM counter "
	    "WHERE name = 'store.rolled_from') "
	    "SELECT count(*) FROM raw LEFT JOIN rollup r ON r.period = %d AND "
	    "r.since_ms = raw.since AND r.endpoint = raw.endpoint "
	    "WHERE raw.since + %lld <= (SELECT upto FROM done) AND (r.n IS NOT "
	    "raw.n OR r.good IS NOT raw.good OR r.failing IS NOT raw.failing "
	    "OR r.sum_us IS NOT raw.us OR r.min_us IS NOT raw.least OR "
	    "r.max_us IS NOT raw.most)",
	    (long long)length, period, (long long)length);
	return ask(db, sql);
}

static void
put_some(struct store *s, const int64_t *e, wall_ms at, uint32_t *seed,
    const uint64_t *refs)
{
	static const enum reason reasons[] = {REASON_OK, REASON_OK,
	    REASON_TOO_SLOW, REASON_SERVER_ERROR, REASON_TIMEOUT,
	    REASON_RATE_LIMITED, REASON_OK};

	for (int i = 0; i < ENDPOINTS; i++) {
		struct sample p;

		*seed = *seed * 1664525u + 1013904223u;
		/* Some are told up to two minutes after they began. */
		p = stores_sample(at - (*seed >> 8) % 120000,
		    1000 + (*seed >> 10) % 900000, reasons[(*seed >> 5) % 7]);
		store_put_sample(s, refs[i], e[i], &p);
	}
}

/* Two and a half hours, with restarts, and commits lost and told again. */
static void
live(struct scratch *d)
{
	int64_t e[ENDPOINTS];
	wall_ms now = STORES_T0;
	uint32_t seed = 7;
	struct store *s;
	char name[16];

	s = stores_open(scratch_path(d, "v.db"), now);
	stores_begin(s, now);
	for (int i = 0; i < ENDPOINTS; i++) {
		(void)snprintf(name, sizeof(name), "a/r%d", i);
		e[i] = store_endpoint(s, name, "a", name + 2, now);
	}
	stores_commit(s);
	for (int k = 0; k < MINUTES * 6; k++, now += 10000) {
		uint64_t refs[ENDPOINTS];
		uint32_t before = seed;

		for (int i = 0; i < ENDPOINTS; i++)
			refs[i] = store_next_ref(s);
		if (k % 7 == 0) {
			stores_begin(s, now);
			put_some(s, e, now, &seed, refs);
			store_rollback(s);
			seed = before;
		}
		stores_begin(s, now);
		put_some(s, e, now, &seed, refs);
		stores_commit(s);
		if (k % 100 == 50) {
			store_close(s);
			s = stores_open(d->path, now);
		}
	}
	store_close(s);
}

/* Every row of each period is what SQL makes of the samples. */
static void
equal_to_sql_over_samples(void **state)
{
	struct scratch d;
	sqlite3 *db;

	(void)state;
	scratch_make(&d);
	live(&d);
	assert_int_equal(sqlite3_open(d.path, &db), SQLITE_OK);
	assert_int_equal(ask(db, "SELECT count(*) FROM sample"),
	    (int64_t)MINUTES * 6 * ENDPOINTS);
	assert_true(
	    ask(db, "SELECT count(*) FROM rollup WHERE period = 0") >= 140);
	assert_true(
	    ask(db, "SELECT count(*) FROM rollup WHERE period = 1") >= 10);
	assert_int_equal(wrong_rows(db, 0, 300000), 0);
	assert_int_equal(wrong_rows(db, 1, 3600000), 0);
	/* The day is not over: it holds what its five minutes hold, and they
	   hold all samples told so far of the time rolled up so far. */
	assert_int_equal(
	    ask(db,
		"SELECT (SELECT sum(n) FROM rollup WHERE period = 2) - "
		"(SELECT sum(n) FROM rollup WHERE period = 0)"),
	    0);
	assert_int_equal(
	    ask(db,
		"SELECT (SELECT sum(n) FROM rollup WHERE period = 0) - "
		"(SELECT count(*) FROM sample WHERE start_ms < "
		"(SELECT value FROM counter WHERE "
		"name = 'store.rolled_from') AND ref <= (SELECT value FROM "
		"counter WHERE name = 'store.rolled_mark'))"),
	    0);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(packs_and_unpacks),
	    cmocka_unit_test(quantiles_are_near),
	    cmocka_unit_test(equal_to_sql_over_samples),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
