/* SPDX-License-Identifier: MIT */
/* retain - what has aged leaves, a little at a time. */

#include "store/reports.h"
#include "store/writer.h"

enum {
	STEP_US = 20 * 1000,
	STEPS_WITHOUT_CLOCK = 4,
	CHUNK_ROWS = 200,
	KEPT_ATTEMPTS = 10, /* at either end of a long row of them */
	SPARE_PAGES = 4096, /* free pages are kept for the next samples */
	ATTEMPT_DAYS = 90,
	SAMPLE_DAYS = 400,
	ROLLUP_DAYS = 3650
};

struct store_retention
store_retention_default(void)
{
	return (
	    struct store_retention){.samples = SAMPLE_DAYS * (span_ms)DAY_MS,
	    .excerpts = SAMPLE_DAYS * (span_ms)DAY_MS,
	    .rollups = ROLLUP_DAYS * (span_ms)DAY_MS,
	    .attempts = ATTEMPT_DAYS * (span_ms)DAY_MS,
	    .reports = SAMPLE_DAYS * (span_ms)DAY_MS};
}

/* Each step is true when it dropped something: there may be more. */
typedef bool step_fn(struct store *s, wall_ms before);

/* The nth of the oldest samples, if that is old enough; 0 else. */
static int64_t
old_sample(struct store *s, int nth, wall_ms before)
{
	struct use u = db_use(&s->db, SQL_OLD_SAMPLES);
	int64_t ref = 0;

	use_int(&u, nth);
	if (use_next(&u)) {
		if (use_col(&u, 1) < before)
			ref = use_col(&u, 0);
		use_end(&u);
	}
	return ref;
}

static bool
drop_samples(struct store *s, wall_ms before)
{
	int64_t ref = old_sample(s, CHUNK_ROWS, before);
	struct use u;

	if (ref == 0)
		ref = old_sample(s, 0, before);
	if (ref == 0)
		return false;
	/* Refs are never given twice, even when no row is left. */
	writer_set_counter(s, "store.refs", (int64_t)s->next_ref);
	u = db_use(&s->db, SQL_DROP_SAMPLES);
	use_int(&u, ref);
	return use_run(&u);
}

static bool
drop_by(struct store *s, enum sql id, wall_ms before)
{
	struct use u = db_use(&s->db, id);

	use_int(&u, before);
	return use_run(&u) && sqlite3_changes(s->db.handle) > 0;
}

static bool
drop_inputs(struct store *s, wall_ms before)
{
	return drop_by(s, SQL_DROP_INPUTS, before);
}

static bool
drop_excerpt(struct store *s, wall_ms before)
{
	struct use u = db_use(&s->db, SQL_OLD_EXCERPT);
	int64_t ref, seen, body;

	if (!use_next(&u))
		return false;
	ref = use_col(&u, 0);
	seen = use_col(&u, 1);
	body = use_col(&u, 2);
	use_end(&u);
	if (seen >= before)
		return false;
	u = db_use(&s->db, SQL_DROP_EXCERPT);
	use_int(&u, ref);
	(void)use_run(&u);
	u = db_use(&s->db, SQL_DROP_BODY);
	use_int(&u, body);
	return use_run(&u);
}

static bool
drop_rollups(struct store *s, wall_ms before)
{
	for (int p = 0; p < ROLLUP_PERIODS; p++) {
		struct use u = db_use(&s->db, SQL_OLD_ROLLUP);
		wall_ms since;

		use_int(&u, p);
		since = use_ask(&u, INT64_MAX);
		if (since >= before)
			continue;
		u = db_use(&s->db, SQL_DROP_ROLLUP);
		use_int(&u, p);
		use_int(&u, since);
		return use_run(&u);
	}
	return false;
}

/* One quarter of an hour. */
static bool
drop_reports(struct store *s, wall_ms before)
{
	struct use u = db_use(&s->db, SQL_OLD_REPORT);
	wall_ms since = use_ask(&u, 0);

	if (since == 0 || since >= before)
		return false;
	u = db_use(&s->db, SQL_DROP_REPORTS);
	use_int(&u, since);
	return use_run(&u);
}

static bool
drop_reporters(struct store *s, wall_ms before)
{
	return drop_by(s, SQL_DROP_REPORTERS, before);
}

/* By then all that it brought has aged as well. */
static bool
drop_report_imports(struct store *s, wall_ms before)
{
	return drop_by(s, SQL_DROP_REPORT_IMPORTS, before);
}

static bool
fold_attempts(struct store *s, wall_ms before)
{
	struct use u = db_use(&s->db, SQL_LONG_OUTBOX);
	int64_t outbox, attempts;

	use_int(&u, before);
	if (!use_next(&u))
		return false;
	outbox = use_col(&u, 0);
	attempts = use_col(&u, 1);
	use_end(&u);
	u = db_use(&s->db, SQL_FOLD_ATTEMPTS);
	use_int(&u, outbox);
	use_int(&u, attempts - KEPT_ATTEMPTS);
	(void)use_run(&u);
	u = db_use(&s->db, SQL_SET_FOLDED);
	use_int(&u, attempts - 2 * (int64_t)KEPT_ATTEMPTS);
	use_int(&u, outbox);
	return use_run(&u);
}

/* False when the time of this call is used up. */
static bool
again(const struct store *s, int64_t until_us, unsigned steps)
{
	if (s->options.micros == NULL)
		return steps < STEPS_WITHOUT_CLOCK;
	return s->options.micros(s->options.micros_arg) < until_us;
}

/* Give a little back to the file system when much is free. */
static bool
shrink(struct store *s)
{
	int64_t spare = db_ask(&s->db, "PRAGMA freelist_count", 0);
	int64_t pages = db_ask(&s->db, "PRAGMA page_count", 0);

	if (spare <= SPARE_PAGES || spare < pages / 4)
		return false;
	return db_exec(&s->db, "PRAGMA incremental_vacuum(64)");
}

enum status
store_retain(struct store *s, wall_ms now, const struct store_retention *keep,
    bool *more, struct fail *f)
{
	const struct {
		step_fn *step;
		span_ms keep;
	} jobs[] = {{drop_samples, keep->samples}, {drop_inputs, keep->samples},
	    {drop_excerpt, keep->excerpts}, {drop_rollups, keep->rollups},
	    {fold_attempts, keep->attempts}, {drop_reports, keep->reports},
	    {drop_report_imports, keep->reports},
	    {drop_reporters, STORE_REPORTER_MS}};
	int64_t until_us = s->options.micros == NULL
	    ? 0
	    : s->options.micros(s->options.micros_arg) + STEP_US;
	unsigned steps = 0;
	bool dropped;

	*more = false;
	if (store_begin(s, now, f) != OK)
		return ERR_IO;
	do {
		dropped = false;
		for (size_t i = 0; i < sizeof(jobs) / sizeof(jobs[0]); i++)
			if (jobs[i].keep > 0 && again(s, until_us, steps) &&
			    jobs[i].step(s, now - jobs[i].keep))
				dropped = true;
		steps++;
	} while (dropped && !s->db.failed && again(s, until_us, steps));
	*more = dropped || shrink(s);
	return store_commit(s, f);
}
