/* SPDX-License-Identifier: MIT */
#include "store/spans.h"

#include <assert.h>

struct span {
	wall_ms since, until; /* until 0: open */
	int64_t bucket;
};

/* The span that the statement finds; false for none. */
static bool
get(struct store *s, enum sql id, int64_t endpoint, wall_ms at,
    struct span *out)
{
	struct use u = db_use(&s->db, id);

	use_int(&u, endpoint);
	if (id != SQL_LAST_SPAN)
		use_int(&u, at);
	if (!use_next(&u))
		return false;
	*out = (struct span){use_col(&u, 0), use_col(&u, 1), use_col(&u, 2)};
	use_end(&u);
	return true;
}

static void
put(struct store *s, int64_t endpoint, const struct span *p)
{
	struct use u = db_use(&s->db, SQL_PUT_SPAN);

	use_int(&u, endpoint);
	use_int(&u, p->since);
	use_opt(&u, p->until);
	use_int(&u, p->bucket);
	(void)use_run(&u);
}

static void
set_end(struct store *s, int64_t endpoint, wall_ms since, wall_ms until)
{
	struct use u = db_use(&s->db, SQL_END_SPAN);

	use_opt(&u, until);
	use_int(&u, endpoint);
	use_int(&u, since);
	(void)use_run(&u);
}

static void
drop(struct store *s, int64_t endpoint, wall_ms since)
{
	struct use u = db_use(&s->db, SQL_DROP_SPAN);

	use_int(&u, endpoint);
	use_int(&u, since);
	(void)use_run(&u);
}

void
spans_put(struct store *s, int64_t endpoint, wall_ms since, enum bucket bucket)
{
	struct use u = db_use(&s->db, SQL_CUT_SPANS);
	struct span last;

	use_int(&u, endpoint);
	use_int(&u, since);
	(void)use_run(&u);
	if (get(s, SQL_LAST_SPAN, endpoint, 0, &last)) {
		bool touches = last.until == 0 || last.until >= since;

		if (touches && last.bucket == (int64_t)bucket) {
			set_end(s, endpoint, last.since, 0);
			return;
		}
		if (touches)
			set_end(s, endpoint, last.since, since);
	}
	put(s, endpoint, &(struct span){since, 0, bucket});
}

/* Make `at` a boundary between two spans. */
static void
split(struct store *s, int64_t endpoint, wall_ms at)
{
	struct span p;

	if (!get(s, SQL_SPAN_AT, endpoint, at, &p) ||
	    (p.until != 0 && p.until <= at))
		return;
	set_end(s, endpoint, p.since, at);
	p.since = at;
	put(s, endpoint, &p);
}

/* One row per change: neighbours of one bucket from before `from` to `to`. */
static void
join(struct store *s, int64_t endpoint, wall_ms from, wall_ms to)
{
	struct span a, b;

	if (!get(s, SQL_SPAN_AT, endpoint, from, &a) &&
	    !get(s, SQL_NEXT_SPAN, endpoint, from - 1, &a))
		return;
	while (get(s, SQL_NEXT_SPAN, endpoint, a.since, &b) && b.since <= to) {
		if (a.bucket != b.bucket || a.until != b.since) {
			a = b;
			continue;
		}
		drop(s, endpoint, b.since);
		set_end(s, endpoint, a.since, b.until);
		a.until = b.until;
	}
}

void
spans_relabel(struct store *s, int64_t endpoint, wall_ms since, wall_ms until)
{
	struct use u;

	if (since >= until)
		return;
	split(s, endpoint, since);
	split(s, endpoint, until);
	u = db_use(&s->db, SQL_RELABEL_SPANS);
	use_int(&u, BUCKET_UP);
	use_int(&u, endpoint);
	use_int(&u, since);
	use_int(&u, until);
	use_int(&u, BUCKET_RECOVERING);
	(void)use_run(&u);
	join(s, endpoint, since, until);
}
