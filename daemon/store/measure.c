/* SPDX-License-Identifier: MIT */
#include "store/measure.h"

#include <assert.h>
#include <string.h>

#include "store/file.h"
#include "store/growth.h"
#include "store/reader.h"
#include "store/rollup.h"

enum {
	FLOOR_PAGES = 64,   /* of each tree, even when the time is over */
	LOOK_EVERY = 64,    /* pages or rows between two looks at the clock */
	MAP_ENTRY_BYTES = 5 /* of a page that says whose the others are */
};
static const int64_t lock_byte = 0x40000000; /* its page holds nothing */
static const wall_ms year_10000 = 253402300800000;

static const char *const names[MEASURE_PARTS] = {[MEASURE_SAMPLES] = "samples",
    [MEASURE_ROLLUPS] = "roll-ups",
    [MEASURE_EXCERPTS] = "excerpts",
    [MEASURE_INCIDENTS] = "incidents",
    [MEASURE_NOTICES] = "notices",
    [MEASURE_INPUTS] = "inputs",
    [MEASURE_ACTS] = "acts",
    [MEASURE_REST] = "rest"};

/* Tables that are not here belong to the rest. */
static const struct {
	const char *table;
	enum measure_part part;
} places[] = {{"sample", MEASURE_SAMPLES}, {"rollup", MEASURE_ROLLUPS},
    {"excerpt", MEASURE_EXCERPTS}, {"body", MEASURE_EXCERPTS},
    {"incident", MEASURE_INCIDENTS}, {"event", MEASURE_INCIDENTS},
    {"evidence", MEASURE_INCIDENTS}, {"transition", MEASURE_INCIDENTS},
    {"span", MEASURE_INCIDENTS}, {"notice", MEASURE_NOTICES},
    {"outbox", MEASURE_NOTICES}, {"attempt", MEASURE_NOTICES},
    {"receiver", MEASURE_NOTICES}, {"input", MEASURE_INPUTS},
    {"act", MEASURE_ACTS}, {"planned", MEASURE_ACTS}};

/* What grows most comes last. */
static const enum measure_part order[] = {MEASURE_REST, MEASURE_ACTS,
    MEASURE_INCIDENTS, MEASURE_NOTICES, MEASURE_INPUTS, MEASURE_EXCERPTS,
    MEASURE_ROLLUPS, MEASURE_SAMPLES};
static_assert(sizeof(order) / sizeof(order[0]) == MEASURE_PARTS, "each once");

struct look {
	struct db *db;
	struct measure *m;
	const struct measure_limit *limit;
	int64_t until_us, never_after_us;
};

const char *
measure_part_name(enum measure_part p)
{
	return names[p];
}

static enum measure_part
part_of(const char *table)
{
	for (size_t i = 0; i < sizeof(places) / sizeof(places[0]); i++)
		if (strcmp(places[i].table, table) == 0)
			return places[i].part;
	return MEASURE_REST;
}

static int64_t
now_us(const struct look *l)
{
	return l->limit->micros(l->limit->arg);
}

/* After n of something: may another be looked at? */
static bool
goes_on(struct look *l, int64_t n, int64_t at_least)
{
	int64_t now;

	if (n % LOOK_EVERY != 0)
		return true;
	now = now_us(l);
	return now < l->until_us || (n < at_least && now < l->never_after_us);
}

static void
damaged(struct db *d)
{
	if (d->failed)
		return;
	d->failed = true;
	d->outcome = STORE_CORRUPT;
	(void)fail_set(&d->fail, ERR_CORRUPT,
	    "%s: a page is damaged; restart the daemon to set the file aside",
	    d->path);
}

/* A row is a cell of a leaf; where there is no rowid, of any page. */
static void
walk_tree(struct look *l, struct measure_size *s, const char *name, bool table,
    bool clustered)
{
	struct use u = db_use(l->db, SQL_Q_PAGES);
	int64_t seen = 0;

	s->trees++;
	use_text(&u, name);
	while (goes_on(l, seen, FLOOR_PAGES)) {
		const char *type;

		if (!use_next(&u))
			return;
		seen++;
		type = use_col_text(&u, 0);
		if (type == NULL || strcmp(type, "corrupted") == 0)
			damaged(l->db);
		else if (table &&
		    (strcmp(type, "leaf") == 0 ||
			(clustered && strcmp(type, "internal") == 0)))
			s->seen_rows += use_col(&u, 1);
		s->seen_bytes += use_col(&u, 2);
	}
	s->way = MEASURE_LEFT_OUT;
	use_end(&u);
}

static void
walk_part(struct look *l, enum measure_part p)
{
	struct measure_size *s = &l->m->parts[p];
	struct use u;

	if (p == MEASURE_REST)
		walk_tree(l, s, "sqlite_schema", false, false);
	u = db_use(l->db, SQL_Q_TREES);
	while (use_next(&u)) {
		const char *table = use_col_text(&u, 1);

		if (table != NULL && part_of(table) == p)
			walk_tree(l, s, use_col_text(&u, 0),
			    use_col(&u, 2) != 0, use_col(&u, 3) != 0);
	}
	if (s->way == MEASURE_COUNTED) {
		s->bytes = s->seen_bytes;
		s->rows = s->seen_rows;
	}
}

/* Pages that belong to no tree, and are not free. */
static int64_t
other_pages(const struct look *l)
{
	const struct measure *m = l->m;
	int64_t n = 0, mapped = m->page_bytes / MAP_ENTRY_BYTES;

	if (m->pages > lock_byte / m->page_bytes)
		n++;
	/* A page of the map stands before those that it is about. */
	if (m->pages > 1 && db_ask(l->db, "PRAGMA auto_vacuum", 0) != 0)
		n += (m->pages - 1 + mapped) / (mapped + 1);
	return n;
}

static void
estimate(struct measure *m, enum measure_part p, int64_t bytes)
{
	m->parts[p].way = MEASURE_ESTIMATED;
	m->parts[p].bytes = bytes;
	m->left_bytes -= bytes;
}

static int
left_out(const struct measure *m, enum measure_part *last)
{
	int n = 0;

	for (int p = 0; p < MEASURE_PARTS; p++) {
		if (m->parts[p].way == MEASURE_LEFT_OUT) {
			*last = (enum measure_part)p;
			n++;
		}
	}
	return n;
}

/*
 * One that was not looked at to its end is what the others leave; of two,
 * samples are reckoned by their number first.
 */
static void
reckon(struct measure *m)
{
	struct measure_size *s = &m->parts[MEASURE_SAMPLES];
	enum measure_part p = MEASURE_REST;
	int n = left_out(m, &p);

	if (n > 1 && s->way == MEASURE_LEFT_OUT && s->seen_rows > 0) {
		int64_t bytes = growth_share(m->samples_at_most, s->seen_bytes,
		    s->seen_rows);

		estimate(m, MEASURE_SAMPLES,
		    bytes < m->left_bytes ? bytes : m->left_bytes);
		n = left_out(m, &p);
	}
	if (n == 1)
		estimate(m, p, m->left_bytes);
}

static void
walk(struct look *l)
{
	struct measure *m = l->m;

	m->by_table = sqlite3_compileoption_used("ENABLE_DBSTAT_VTAB") != 0;
	if (!m->by_table || l->db->failed || m->page_bytes <= 0)
		return;
	for (size_t i = 0; i < MEASURE_PARTS; i++)
		walk_part(l, order[i]);
	if (m->parts[MEASURE_REST].way == MEASURE_COUNTED)
		m->parts[MEASURE_REST].bytes += other_pages(l) * m->page_bytes;
	m->left_bytes = (m->pages - m->free_pages) * m->page_bytes;
	for (int p = 0; p < MEASURE_PARTS; p++)
		if (m->parts[p].way == MEASURE_COUNTED)
			m->left_bytes -= m->parts[p].bytes;
	if (m->left_bytes < 0)
		m->left_bytes = 0;
	reckon(m);
}

/* A time as it is stored; one that cannot be is as none. */
static wall_ms
sane(int64_t t)
{
	return t > 0 && t < year_10000 ? t : 0;
}

static int64_t
counter(struct db *d, const char *name)
{
	struct use u = db_use(d, SQL_COUNTER);

	use_text(&u, name);
	return use_ask(&u, 0);
}

/* Rows of a period, and the sum of what they count; false: no time. */
static bool
rolled(struct look *l, enum rollup_period p, wall_ms from, wall_ms to,
    int64_t *rows, int64_t *samples)
{
	struct use u = db_use(l->db, SQL_Q_ROLLED);
	int64_t n = 0;

	use_int(&u, p);
	use_int(&u, from);
	use_int(&u, to);
	while (goes_on(l, n, 0)) {
		int64_t count;

		if (!use_next(&u)) {
			*rows += n;
			return true;
		}
		n++;
		count = use_col(&u, 0);
		if (count > 0 && count <= UINT32_MAX)
			*samples += count;
	}
	use_end(&u);
	return false;
}

/*
 * Of a day that is over every sample is in a row once the roll-ups have come
 * past its end.
 */
static void
count_days(struct look *l)
{
	struct measure *m = l->m;
	wall_ms until = sane(counter(l->db, "store.rolled_from"));
	wall_ms first = m->oldest_rollup + DAY_MS - 1;
	int64_t days, rows = 0, samples = 0, ignored = 0;

	until = rollup_since(ROLLUP_DAY, until);
	days = (until - rollup_since(ROLLUP_DAY, first)) / DAY_MS;
	if (m->oldest_rollup == 0 || days <= 0)
		return;
	if (days > MEASURE_DAYS)
		days = MEASURE_DAYS;
	if (!rolled(l, ROLLUP_DAY, until - days * DAY_MS, until, &ignored,
		&samples))
		return;
	for (int p = 0; p < ROLLUP_PERIODS; p++)
		if (!rolled(l, (enum rollup_period)p, until - DAY_MS, until,
			&rows, &ignored))
			return;
	m->days = (int)days;
	m->days_until = until;
	m->samples_per_day = samples / days;
	m->rollups_per_day = rows;
}

static void
look_at_ages(struct look *l)
{
	struct measure *m = l->m;
	struct use u = db_use(l->db, SQL_OLD_SAMPLES);
	int64_t first, last;

	use_int(&u, 0);
	if (use_next(&u)) {
		first = use_col(&u, 0) > 0 ? use_col(&u, 0) : 1;
		m->oldest_sample = sane(use_col(&u, 1));
		use_end(&u);
		u = db_use(l->db, SQL_Q_LAST_SAMPLE);
		last = use_ask(&u, 0);
		if (last >= first)
			m->samples_at_most = last - first + 1;
	}
	u = db_use(l->db, SQL_OLD_ROLLUP);
	use_int(&u, ROLLUP_5MIN);
	m->oldest_rollup = sane(use_ask(&u, 0));
	u = db_use(l->db, SQL_Q_CREATED);
	m->created = sane(use_ask(&u, 0));
	u = db_use(l->db, SQL_KNOWN_UNTIL);
	m->known = sane(use_ask(&u, 0));
	m->backup = sane(counter(l->db, "backup.at_ms"));
	m->backup_bytes = counter(l->db, "backup.bytes");
}

static void
look_at_file(struct look *l)
{
	struct measure *m = l->m;

	m->file_bytes = file_bytes(l->db->path, "");
	m->log_bytes = file_bytes(l->db->path, "-wal");
	m->schema = db_ask(l->db, "PRAGMA user_version", 0);
	m->page_bytes = db_ask(l->db, "PRAGMA page_size", 0);
	m->pages = db_ask(l->db, "PRAGMA page_count", 0);
	m->free_pages = db_ask(l->db, "PRAGMA freelist_count", 0);
}

enum status
measure_read(struct query *q, const struct measure_limit *limit,
    struct measure *m, struct fail *f)
{
	struct look l = {.db = &q->db, .m = m, .limit = limit};

	*m = (struct measure){.by_table = false};
	db_clear(&q->db);
	q->steps = 0;
	l.until_us = now_us(&l) + limit->budget * 1000;
	l.never_after_us = l.until_us + limit->budget * 1000;
	/* All of one moment, or the parts would not sum to the whole. */
	if (db_exec(&q->db, "BEGIN")) {
		look_at_file(&l);
		look_at_ages(&l);
		count_days(&l);
		walk(&l);
		(void)sqlite3_exec(q->db.handle, "ROLLBACK", NULL, NULL, NULL);
	}
	return reader_told(q, f);
}
