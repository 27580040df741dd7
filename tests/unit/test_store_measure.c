/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <unistd.h>

#include "stores.h"

#include "store/db.h"
#include "store/growth.h"
#include "store/measure.h"
#include "wire/message.h"

enum { ENDPOINTS = 10, STEP_MS = 2 * MINUTE_MS, HOURS = 80, BODIES = 40 };

/*
 * The library as it is, or built without dbstat.  The linker makes these
 * names.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
static bool without_dbstat;
int __real_sqlite3_compileoption_used(const char *name);
int __wrap_sqlite3_compileoption_used(const char *name);

int
__wrap_sqlite3_compileoption_used(const char *name)
{
	return without_dbstat ? 0 : __real_sqlite3_compileoption_used(name);
}
/* NOLINTEND(bugprone-reserved-identifier) */

static void
put_excerpts(struct store *s, uint64_t first)
{
	unsigned char hash[32] = {0};
	char body[2048];

	for (unsigned i = 0; i < BODIES; i++) {
		struct excerpt e = {.body = body, .body_size = sizeof(body)};

		memset(body, (int)i, sizeof(body));
		hash[0] = (unsigned char)i;
		store_put_excerpt(s, first + i, hash, &e);
	}
}

static void
put_incident(struct store *s, uint32_t n, wall_ms at)
{
	struct output o = {.kind = OUTPUT_EVENT,
	    .event = EVENT_OPENED,
	    .at = at,
	    .onset = at,
	    .incident = {20230214, n},
	    .kind_now = KIND_OUTAGE};
	char id[32];

	(void)snprintf(id, sizeof(id), "a/i%u", n);
	stores_put(s, store_endpoint(s, id, "a", id + 2, at), &o);
}

/*
 * Three days and a third, from nine o'clock on; some of what was written has
 * been deleted again.
 */
static void
fill(const char *path)
{
	struct store_retention keep = {
	    .samples = (HOURS - 8) * (span_ms)HOUR_MS};
	wall_ms now = STORES_T0, end = now + HOURS * (wall_ms)HOUR_MS;
	struct store *s = stores_open(path, now);
	struct fail f = {OK, ""};
	int64_t e[ENDPOINTS];
	bool more = true;
	char name[16];

	stores_begin(s, now);
	for (int i = 0; i < ENDPOINTS; i++) {
		(void)snprintf(name, sizeof(name), "a/r%d", i);
		e[i] = store_endpoint(s, name, "a", name + 2, now);
	}
	put_excerpts(s, 1);
	for (uint32_t n = 1; n <= 30; n++)
		put_incident(s, n, now);
	stores_commit(s);
	for (; now < end; now += STEP_MS) {
		stores_begin(s, now);
		for (int i = 0; i < ENDPOINTS; i++) {
			struct sample p =
			    stores_sample(now + i, 90000, REASON_OK);

			store_put_sample(s, store_next_ref(s), e[i], &p);
		}
		stores_commit(s);
	}
	while (more)
		assert_int_equal(store_retain(s, now, &keep, &more, &f), OK);
	store_close(s);
}

/* Made once; each test has a copy of its own. */
static struct scratch model;

static int
make_model(void **state)
{
	(void)state;
	scratch_make(&model);
	fill(scratch_path(&model, "v.db"));
	return 0;
}

static int
remove_model(void **state)
{
	(void)state;
	scratch_remove(&model);
	return 0;
}

static const char *
copy(struct scratch *d)
{
	static char bytes[1 << 16];
	const char *path;
	ssize_t n;
	int from, to;

	scratch_make(d);
	path = scratch_path(d, "v.db");
	from = open(model.path, O_RDONLY | O_CLOEXEC);
	to = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0640);
	while ((n = read(from, bytes, sizeof(bytes))) > 0)
		assert_int_equal(write(to, bytes, (size_t)n), n);
	assert_int_equal(n, 0);
	assert_int_equal(close(from), 0);
	assert_int_equal(close(to), 0);
	return path;
}

struct clock { /* reads this, then that */
	int64_t first, then;
	unsigned reads;
};

static int64_t
read_clock(void *arg)
{
	struct clock *c = arg;

	return c->reads++ == 0 ? c->first : c->then;
}

enum { BUDGET_MS = 1000, US = 1000 };

static enum status
look(const char *path, int64_t then_ms, struct measure *m, struct fail *f)
{
	struct clock clock = {.then = then_ms * US};
	const struct measure_limit limit = {.micros = read_clock,
	    .arg = &clock,
	    .budget = BUDGET_MS};
	struct query *q;
	enum status s;

	*f = (struct fail){OK, ""};
	if (query_open(path, 0, &q, f) != STORE_OK)
		fail_msg("%s", f->why);
	s = measure_read(q, &limit, m, f);
	query_close(q);
	return s;
}

static struct measure
measured(const char *path, int64_t then_ms)
{
	struct measure m;
	struct fail f;

	if (look(path, then_ms, &m, &f) != OK)
		fail_msg("%s", f.why);
	return m;
}

static int64_t
ask(const char *path, const char *sql)
{
	struct db d;
	int64_t v;

	assert_true(db_open(&d, path, path, SQLITE_OPEN_READWRITE));
	v = db_ask(&d, sql, -1);
	if (d.failed)
		fail_msg("%s", d.fail.why);
	db_close(&d);
	return v;
}

static void
change(const char *path, const char *sql)
{
	struct db d;

	assert_true(db_open(&d, path, path, SQLITE_OPEN_READWRITE));
	if (!db_exec(&d, sql))
		fail_msg("%s", d.fail.why);
	db_close(&d);
}

static int64_t
sum_of(const struct measure *m)
{
	int64_t sum = 0;

	for (int p = 0; p < MEASURE_PARTS; p++)
		sum += m->parts[p].bytes;
	return sum;
}

static void
what_is_told_is_what_is_there(void **state)
{
	static const char *const rows[MEASURE_PARTS] =
	    {[MEASURE_SAMPLES] = "SELECT count(*) FROM sample",
		[MEASURE_ROLLUPS] = "SELECT count(*) FROM rollup",
		[MEASURE_EXCERPTS] = "SELECT (SELECT count(*) FROM excerpt) + "
				     "(SELECT count(*) FROM body)",
		[MEASURE_INCIDENTS] =
		    "SELECT (SELECT count(*) FROM incident) + "
		    "(SELECT count(*) FROM event) + "
		    "(SELECT count(*) FROM evidence) + "
		    "(SELECT count(*) FROM transition) + "
		    "(SELECT count(*) FROM span)",
		[MEASURE_NOTICES] = "SELECT (SELECT count(*) FROM notice) + "
				    "(SELECT count(*) FROM outbox) + "
				    "(SELECT count(*) FROM attempt) + "
				    "(SELECT count(*) FROM receiver)",
		[MEASURE_INPUTS] = "SELECT count(*) FROM input",
		[MEASURE_ACTS] = "SELECT (SELECT count(*) FROM act) + "
				 "(SELECT count(*) FROM planned)"};
	struct scratch d;
	const char *path;
	struct measure m;

	(void)state;
	path = copy(&d);
	m = measured(path, 0);
	assert_true(m.by_table);
	assert_int_equal(m.left_bytes, 0);
	for (int p = 0; p < MEASURE_PARTS; p++) {
		assert_int_equal(m.parts[p].way, MEASURE_COUNTED);
		if (rows[p] != NULL)
			assert_int_equal(m.parts[p].rows, ask(path, rows[p]));
	}
	assert_true(m.parts[MEASURE_EXCERPTS].bytes > BODIES * 2048L);
	/* Not a page is missing, nor counted twice. */
	assert_true(m.free_pages > 10);
	assert_int_equal(sum_of(&m) + m.free_pages * m.page_bytes,
	    m.file_bytes);
	assert_int_equal(m.pages * m.page_bytes, m.file_bytes);
	assert_int_equal(m.log_bytes, 0);
	assert_int_equal(m.schema, ask(path, "PRAGMA user_version"));
	assert_int_equal(m.created, STORES_T0);
	assert_int_equal(m.oldest_sample,
	    ask(path, "SELECT min(start_ms) FROM sample"));
	assert_int_equal(m.samples_at_most, m.parts[MEASURE_SAMPLES].rows);
	scratch_remove(&d);
}

/* Every 820 pages, with pages of 4 KiB, there is one more that maps them. */
static void
pages_that_map_others(void **state)
{
	enum { EVERY = 820, FROM = 4 * EVERY - 8, TO = 4 * EVERY + 8 };
	unsigned looks = 0;
	struct scratch d;
	struct measure m;
	const char *path = copy(&d);

	(void)state;
	for (m = measured(path, 0); m.pages < TO; m = measured(path, 0)) {
		int rows = m.pages < FROM - 250 ? 200
		    : m.pages < FROM - 30       ? 20
						: 1;
		char sql[200];

		(void)snprintf(sql, sizeof(sql),
		    "INSERT INTO body (hash, bytes) WITH RECURSIVE n(i) AS "
		    "(SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < %d) "
		    "SELECT randomblob(32), zeroblob(4000) FROM n",
		    rows);
		change(path, sql);
		assert_int_equal(sum_of(&m) + m.free_pages * m.page_bytes,
		    m.pages * m.page_bytes);
		looks += m.pages >= FROM;
	}
	assert_true(looks >= 12);
	scratch_remove(&d);
}

static void
days_that_are_whole(void **state)
{
	wall_ms day = STORES_T0 - STORES_T0 % DAY_MS;
	struct scratch d;
	const char *path;
	struct measure m;

	(void)state;
	path = copy(&d);
	m = measured(path, 0);
	/* Tuesday 9:00 to Friday 17:00: Wednesday and Thursday. */
	assert_int_equal(m.days, 2);
	assert_int_equal(m.days_until, day + 3 * (wall_ms)DAY_MS);
	assert_int_equal(m.samples_per_day, ENDPOINTS * (DAY_MS / STEP_MS));
	assert_int_equal(m.rollups_per_day, ENDPOINTS * (288 + 24 + 1));

	/* What is there of a day alone is that; of more than seven, seven. */
	change(path,
	    "DELETE FROM rollup WHERE since_ms < 1676505600000; "
	    "UPDATE counter SET value = value + 86400000 * 20 "
	    "WHERE name = 'store.rolled_from'");
	m = measured(path, 0);
	assert_int_equal(m.days, MEASURE_DAYS);
	assert_int_equal(m.samples_per_day, 0);
	change(path, "DELETE FROM rollup");
	m = measured(path, 0);
	assert_int_equal(m.days, 0);
	scratch_remove(&d);
}

static void
when_time_is_over_the_rest_is_reckoned(void **state)
{
	struct measure_size *samples, *rollups;
	struct measure all, m;
	struct scratch d;
	const char *path;
	struct growth g;

	(void)state;
	path = copy(&d);
	all = measured(path, 0);
	samples = &m.parts[MEASURE_SAMPLES];
	rollups = &m.parts[MEASURE_ROLLUPS];

	/* Over at once; a little of each tree is looked at all the same. */
	m = measured(path, BUDGET_MS);
	assert_int_equal(samples->way, MEASURE_ESTIMATED);
	assert_int_equal(rollups->way, MEASURE_ESTIMATED);
	assert_int_equal(m.left_bytes, 0);
	assert_int_equal(sum_of(&m), sum_of(&all));
	assert_in_range(samples->bytes,
	    all.parts[MEASURE_SAMPLES].bytes * 9 / 10,
	    all.parts[MEASURE_SAMPLES].bytes * 11 / 10);
	for (int p = MEASURE_EXCERPTS; p < MEASURE_PARTS; p++) {
		assert_int_equal(m.parts[p].way, MEASURE_COUNTED);
		assert_int_equal(m.parts[p].bytes, all.parts[p].bytes);
	}

	/* One alone is exactly what the others leave. */
	change(path, "DELETE FROM rollup WHERE period = 0");
	all = measured(path, 0);
	m = measured(path, BUDGET_MS);
	assert_int_equal(samples->way, MEASURE_ESTIMATED);
	assert_int_equal(rollups->way, MEASURE_COUNTED);
	assert_int_equal(samples->bytes, all.parts[MEASURE_SAMPLES].bytes);

	/* So late that nothing is looked at: then nothing is said. */
	m = measured(path, 2 * (span_ms)BUDGET_MS);
	for (int p = 0; p < MEASURE_PARTS; p++)
		assert_int_equal(m.parts[p].way, MEASURE_LEFT_OUT);
	assert_int_equal(m.left_bytes, (m.pages - m.free_pages) * m.page_bytes);
	assert_false(growth_of(&m, &(struct store_retention){0}, &g));
	scratch_remove(&d);
}

struct busy { /* each look at the clock is a turn of the writer's */
	struct store *store;
	int64_t endpoint;
	wall_ms now;
	struct store_stats before;
	unsigned turns;
};

static int64_t
write_on(void *arg)
{
	struct busy *b = arg;
	struct fail f = {OK, ""};
	struct sample p;

	if (b->turns++ == 0)
		return 0;
	b->now += (span_ms)HOUR_MS;
	p = stores_sample(b->now, 90000, REASON_OK);
	stores_begin(b->store, b->now);
	store_put_sample(b->store, store_next_ref(b->store), b->endpoint, &p);
	stores_commit(b->store);
	if (store_tick(b->store, b->now, &f) != OK)
		fail_msg("%s", f.why);
	return 0;
}

static void
a_writer_goes_on_meanwhile(void **state)
{
	struct busy b = {.now = STORES_T0 + HOURS * (wall_ms)HOUR_MS};
	const struct measure_limit limit = {.micros = write_on,
	    .arg = &b,
	    .budget = BUDGET_MS};
	struct store_stats after;
	struct fail f = {OK, ""};
	struct scratch d;
	struct measure m;
	const char *path = copy(&d);
	int64_t rows = ask(path, "SELECT count(*) FROM sample");
	struct query *q;

	(void)state;
	b.store = stores_open(path, b.now);
	stores_begin(b.store, b.now);
	b.endpoint = store_endpoint(b.store, "a/r0", "a", "r0", b.now);
	stores_commit(b.store);
	assert_int_equal(query_open(path, 0, &q, &f), STORE_OK);
	if (measure_read(q, &limit, &m, &f) != OK)
		fail_msg("%s", f.why);
	/* All of the moment at which it began. */
	assert_true(b.turns > 20);
	assert_int_equal(m.parts[MEASURE_SAMPLES].rows, rows);
	assert_int_equal(m.left_bytes, 0);
	assert_int_equal(sum_of(&m) + m.free_pages * m.page_bytes,
	    m.pages * m.page_bytes);
	/* It is out of the way, though its connection is open. */
	store_stats(b.store, &b.before);
	(void)write_on(&b);
	store_stats(b.store, &after);
	assert_int_equal(after.checkpoints, b.before.checkpoints + 1);
	assert_int_equal(after.checkpoints_busy, b.before.checkpoints_busy);
	query_close(q);
	store_close(b.store);
	assert_int_equal(ask(path, "SELECT count(*) FROM sample"),
	    rows + b.turns - 1);
	scratch_remove(&d);
}

static void
a_library_that_cannot_tell_pages_apart(void **state)
{
	struct scratch d;
	const char *path;
	struct measure m;

	(void)state;
	path = copy(&d);
	without_dbstat = true;
	m = measured(path, 0);
	without_dbstat = false;
	assert_false(m.by_table);
	assert_int_equal(sum_of(&m), 0);
	assert_int_equal(m.days, 2);
	assert_true(m.file_bytes > 0);
	assert_int_equal(m.samples_at_most,
	    ask(path, "SELECT count(*) FROM sample"));
	scratch_remove(&d);
}

static void
numbers_that_nobody_wrote(void **state)
{
	const struct store_retention keep = store_retention_default();
	struct scratch d;
	const char *path;
	struct measure m;
	struct growth g;

	(void)state;
	path = copy(&d);
	change(path,
	    "UPDATE rollup SET n = CASE endpoint % 2 WHEN 0 THEN -1 "
	    "ELSE 9223372036854775807 END;"
	    "UPDATE installation SET created_ms = -9223372036854775807;"
	    "UPDATE sample SET start_ms = 9223372036854775807;"
	    "INSERT INTO counter VALUES ('backup.at_ms', 9223372036854775807)");
	m = measured(path, 0);
	assert_int_equal(m.days, 2);
	assert_int_equal(m.samples_per_day, 0);
	assert_int_equal(m.created, 0);
	assert_int_equal(m.oldest_sample, 0);
	assert_int_equal(m.backup, 0);
	assert_true(growth_of(&m, &keep, &g));
	assert_true(growth_bytes(&g, INT64_MAX) >= 0);
	change(path,
	    "UPDATE counter SET value = 9223372036854775807 "
	    "WHERE name = 'store.rolled_from'");
	m = measured(path, 0);
	assert_int_equal(m.days, 0);
	scratch_remove(&d);
}

static void
a_damaged_page_is_told(void **state)
{
	unsigned char junk[4096];
	struct scratch d;
	const char *path;
	struct measure m;
	struct fail f;
	int64_t page;
	int fd;

	(void)state;
	path = copy(&d);
	page = ask(path,
	    "SELECT max(pageno) FROM dbstat WHERE name = 'sample' "
	    "AND pagetype = 'leaf'");
	memset(junk, 0xa5, sizeof(junk));
	fd = open(path, O_WRONLY | O_CLOEXEC);
	assert_int_equal(pwrite(fd, junk, sizeof(junk), (page - 1) * 4096),
	    sizeof(junk));
	assert_int_equal(close(fd), 0);
	assert_int_equal(look(path, 0, &m, &f), ERR_CORRUPT);
	assert_non_null(strstr(f.why, path));
	assert_non_null(strstr(f.why, "restart the daemon"));
	scratch_remove(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_is_told_is_what_is_there),
	    cmocka_unit_test(pages_that_map_others),
	    cmocka_unit_test(days_that_are_whole),
	    cmocka_unit_test(when_time_is_over_the_rest_is_reckoned),
	    cmocka_unit_test(a_writer_goes_on_meanwhile),
	    cmocka_unit_test(a_library_that_cannot_tell_pages_apart),
	    cmocka_unit_test(numbers_that_nobody_wrote),
	    cmocka_unit_test(a_damaged_page_is_told),
	};

	return cmocka_run_group_tests(tests, make_model, remove_model);
}
