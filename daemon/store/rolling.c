/* SPDX-License-Identifier: MIT */
/*
 * rolling - the roll-ups of the present, in memory, and their way into the
 * database.
 *
 * Each sample is in exactly one of: a row of rollup, the lists in memory, or
 * the open transaction.  So that a restart finds the same, three counters
 * are written together with the rows: all samples up to ref `mark` of periods
 * before `from` are in rows, and none before ref `low` is missing.
 */
#include <string.h>

#include "base/mem.h"
#include "store/rolluprow.h"
#include "store/writer.h"

enum { LATE_MS = 60 * 1000 }; /* a slow answer is told after its start */

void
rolling_free(struct head *h)
{
	while (h->rolled != NULL) {
		struct rolled *next = h->rolled->next;

		mem_free(h->rolled);
		h->rolled = next;
	}
}

void
rolling_add(struct store *s, uint64_t ref, int64_t endpoint,
    enum sample_class class, uint32_t total_us, wall_ms start)
{
	struct head *h = writer_head(s, endpoint);
	wall_ms since = rollup_since(ROLLUP_5MIN, start);
	struct rolled *r = h->rolled;

	while (r != NULL && r->since != since)
		r = r->next;
	if (r == NULL) {
		r = mem_zalloc(sizeof(*r));
		r->since = since;
		r->first_ref = ref;
		r->next = h->rolled;
		h->rolled = r;
	}
	if (ref < r->first_ref)
		r->first_ref = ref;
	rollup_add(&r->sum, class, total_us);
}

static void
merge_row(struct store *s, enum rollup_period p, int64_t endpoint,
    const struct rolled *add)
{
	unsigned char classes[ROLLUP_BLOB_BYTES], sketch[ROLLUP_BLOB_BYTES];
	wall_ms since = rollup_since(p, add->since);
	struct rollup r = {0};
	struct use u;

	rolluprow_read(&s->db, p, since, endpoint, &r);
	rollup_merge(&r, &add->sum);
	u = db_use(&s->db, SQL_PUT_ROLLUP);
	use_int(&u, p);
	use_int(&u, since);
	use_int(&u, endpoint);
	use_int(&u, r.n);
	use_int(&u, r.good);
	use_int(&u, r.failing);
	use_int(&u, (int64_t)r.sum_us);
	if (r.good > 0) {
		use_int(&u, r.min_us);
		use_int(&u, r.max_us);
	} else {
		use_null(&u);
		use_null(&u);
	}
	use_blob(&u, classes, rollup_pack(r.classes, CLASS_COUNT, classes));
	use_blob(&u, sketch, rollup_pack(r.sketch, ROLLUP_BUCKETS, sketch));
	(void)use_run(&u);
}

/* The newest sample that is on disk already. */
static uint64_t
mark_of(const struct store *s)
{
	uint64_t mark = 0;

	for (size_t i = 0; i < s->head_count; i++)
		if (s->heads[i].committed > mark)
			mark = s->heads[i].committed;
	return mark;
}

void
rolling_flush(struct store *s)
{
	wall_ms from = rollup_since(ROLLUP_5MIN, s->now - LATE_MS);
	uint64_t mark, low;

	if (from <= s->rolled_from || s->db.failed)
		return;
	mark = mark_of(s);
	low = mark + 1;
	for (size_t i = 0; i < s->head_count; i++) {
		for (struct rolled *r = s->heads[i].rolled; r != NULL;
		     r = r->next) {
			if (r->since >= from) {
				low = r->first_ref < low ? r->first_ref : low;
				continue;
			}
			for (int p = 0; p < ROLLUP_PERIODS; p++)
				merge_row(s, (enum rollup_period)p, (int64_t)i,
				    r);
			r->written = true;
		}
	}
	writer_set_counter(s, "store.rolled_mark", (int64_t)mark);
	writer_set_counter(s, "store.rolled_from", from);
	writer_set_counter(s, "store.rolled_low", (int64_t)low);
	s->rolling_from = from;
}

/* Of what was written, forget the sums, or that it was written. */
static void
settle(struct store *s, bool committed)
{
	for (size_t i = 0; i < s->head_count; i++) {
		struct rolled **at = &s->heads[i].rolled;

		while (*at != NULL) {
			struct rolled *r = *at;

			if (!r->written || !committed) {
				r->written = false;
				at = &r->next;
				continue;
			}
			*at = r->next;
			mem_free(r);
		}
	}
	if (committed)
		s->rolled_from = s->rolling_from;
	s->rolling_from = 0;
}

void
rolling_rolled_back(struct store *s)
{
	if (s->rolling_from != 0)
		settle(s, false);
}

/* Before samples_committed(): what this transaction adds is not in rows. */
void
rolling_committed(struct store *s)
{
	if (s->rolling_from != 0)
		settle(s, true);
}

void
rolling_load(struct store *s)
{
	uint64_t mark = (uint64_t)writer_counter(s, "store.rolled_mark");
	wall_ms from = writer_counter(s, "store.rolled_from");
	struct use u;

	s->rolled_from = from;
	u = db_use(&s->db, SQL_ROLL_FROM);
	use_int(&u, writer_counter(s, "store.rolled_low"));
	while (use_next(&u)) {
		uint64_t ref = (uint64_t)use_col(&u, 0);
		wall_ms start = use_col(&u, 2);
		int64_t class = use_col(&u, 4);

		if (ref <= mark && rollup_since(ROLLUP_5MIN, start) < from)
			continue;
		if (class >= 0 && class < CLASS_COUNT)
			rolling_add(s, ref, use_col(&u, 1),
			    (enum sample_class) class, (uint32_t)use_col(&u, 3),
			    start);
	}
}
