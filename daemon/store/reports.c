/* SPDX-License-Identifier: MIT */
#include "store/reports.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "store/reader.h"
#include "store/writer.h"

enum {
	LEARN_QUARTERS = 20000, /* in one step */
	LEARN_LATE = 24 * 4     /* a reader learns so many by itself */
};

void
store_put_reports(struct store *s, const char *service, const char *region,
    wall_ms since, int64_t n)
{
	struct use u;

	assert(s->open && since % CROWD_QUARTER_MS == 0 && n >= 0);
	u = db_use(&s->db, SQL_PUT_REPORT);
	use_text(&u, service);
	use_int(&u, since);
	use_text(&u, region != NULL ? region : "");
	use_int(&u, n);
	(void)use_run(&u);
	u = db_use(&s->db, SQL_FORGET_USUAL);
	use_text(&u, service);
	use_int(&u, since);
	(void)use_run(&u);
}

wall_ms
store_reporter(struct store *s, const char *service, const char *author)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_REPORTER);
	use_text(&u, service);
	use_text(&u, author);
	return use_ask(&u, 0);
}

void
store_put_reporter(struct store *s, const char *service, const char *author,
    wall_ms at)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_PUT_REPORTER);
	use_text(&u, service);
	use_text(&u, author);
	use_int(&u, at);
	(void)use_run(&u);
}

bool
store_report_import(struct store *s, struct store_import *i)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_REPORT_IMPORT);
	use_blob(&u, i->digest, sizeof(i->digest));
	if (!use_next(&u))
		return false;
	(void)snprintf(i->author, sizeof(i->author), "%s", use_col_text(&u, 0));
	i->at = use_col(&u, 1);
	i->entries = use_col(&u, 2);
	i->taken = use_col(&u, 3);
	use_end(&u);
	return true;
}

void
store_put_report_import(struct store *s, const struct store_import *i)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_PUT_REPORT_IMPORT);
	use_blob(&u, i->digest, sizeof(i->digest));
	use_text(&u, i->author);
	use_int(&u, i->at);
	use_int(&u, i->entries);
	use_int(&u, i->taken);
	(void)use_run(&u);
}

/* What is kept of it, else from its first report; false: there is none. */
static bool
begin(struct db *d, const char *service, struct crowd *c)
{
	struct use u = db_use(d, SQL_USUAL);
	bool kept = false;
	wall_ms first;

	use_text(&u, service);
	if (use_next(&u)) {
		size_t n;
		const void *bytes = use_col_blob(&u, 1, &n);

		kept = crowd_load(c, crowd_quarter(use_col(&u, 0)), bytes, n);
		use_end(&u);
	}
	if (kept)
		return true;
	u = db_use(d, SQL_FIRST_REPORT);
	use_text(&u, service);
	first = use_ask(&u, 0);
	crowd_init(c, crowd_quarter(first));
	return first > 0;
}

/*
 * Learn up to that quarter, or to that of the last report if it is later, but
 * from so many at most: *more then.  Returns how many came in c->upto so far.
 */
static uint64_t
learn(struct db *d, const char *service, int64_t upto, int64_t most,
    struct crowd *c, bool *more)
{
	struct use u = db_use(d, SQL_REPORTS_SINCE);
	int64_t until = c->upto + most;
	uint64_t count = 0;

	use_text(&u, service);
	use_int(&u, crowd_since(c->upto));
	while (c->upto < until && use_next(&u)) {
		int64_t quarter = crowd_quarter(use_col(&u, 0));

		while (c->upto < quarter && c->upto < until) {
			crowd_learn(c, count);
			count = 0;
		}
		if (c->upto == quarter)
			count = (uint64_t)use_col(&u, 1);
	}
	use_end(&u);
	while (c->upto < upto && c->upto < until) {
		crowd_learn(c, count);
		count = 0;
	}
	*more = c->upto == until;
	return count;
}

static void
keep(struct store *s, const char *service, const struct crowd *c)
{
	unsigned char bytes[CROWD_BYTES];
	struct use u = db_use(&s->db, SQL_PUT_USUAL);

	crowd_save(c, bytes);
	use_text(&u, service);
	use_int(&u, crowd_since(c->upto));
	use_blob(&u, bytes, sizeof(bytes));
	(void)use_run(&u);
}

enum status
store_learn_reports(struct store *s, const char *service, wall_ms now,
    bool *more, struct fail *f)
{
	int64_t upto = crowd_quarter(now);
	struct crowd c;

	*more = false;
	writer_reads(s);
	if (!begin(&s->db, service, &c) || upto - c.upto < LEARN_LATE)
		return writer_told(s, f);
	if (store_begin(s, now, f) != OK)
		return ERR_IO;
	(void)learn(&s->db, service, upto, LEARN_QUARTERS, &c, more);
	keep(s, service, &c);
	return store_commit(s, f);
}

enum status
query_reports(struct query *q, const char *service, wall_ms now,
    struct report_view *v, struct fail *f)
{
	struct crowd c;
	uint64_t count;
	bool more;

	*v = (struct report_view){.any = false};
	reader_begin(q);
	if (begin(&q->db, service, &c)) {
		count = learn(&q->db, service, crowd_quarter(now), INT32_MAX,
		    &c, &more);
		v->any = true;
		v->since = crowd_since(c.upto);
		v->last = c.last;
		v->now = crowd_judge(&c, count);
		v->elevated = crowd_elevated(&c, &v->now);
	}
	return reader_told(q, f);
}

enum status
query_reports_within(struct query *q, const char *service, wall_ms from,
    wall_ms to, int64_t *n, struct fail *f)
{
	struct use u = reader_ask(q, SQL_REPORTS_WITHIN);

	use_text(&u, service);
	use_int(&u, crowd_since(crowd_quarter(from)));
	use_int(&u, to);
	*n = use_ask(&u, 0);
	return reader_told(q, f);
}

enum status
query_reports_of(struct query *q, const char *service, wall_ms since,
    bool (*fn)(void *arg, const char *region, int64_t n), void *arg,
    struct fail *f)
{
	struct use u = reader_ask(q, SQL_REPORTS_OF_REGIONS);

	use_text(&u, service);
	use_int(&u, since);
	while (use_next(&u)) {
		if (!fn(arg, use_col_text(&u, 0), use_col(&u, 1)))
			break;
	}
	use_end(&u);
	return reader_told(q, f);
}
