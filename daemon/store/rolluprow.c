/* SPDX-License-Identifier: MIT */
#include "store/rolluprow.h"

void
rolluprow_take(const struct use *u, struct rollup *r)
{
	const void *bytes;
	size_t n;

	r->n = (uint32_t)use_col(u, 0);
	r->good = (uint32_t)use_col(u, 1);
	r->failing = (uint32_t)use_col(u, 2);
	r->sum_us = (uint64_t)use_col(u, 3);
	r->min_us = (uint32_t)use_col(u, 4);
	r->max_us = (uint32_t)use_col(u, 5);
	bytes = use_col_blob(u, 6, &n);
	/* Damaged counts start again from nothing; the rest still holds. */
	(void)rollup_unpack(bytes, n, r->classes, CLASS_COUNT);
	bytes = use_col_blob(u, 7, &n);
	(void)rollup_unpack(bytes, n, r->sketch, ROLLUP_BUCKETS);
}

void
rolluprow_read(struct db *db, enum rollup_period p, wall_ms since,
    int64_t endpoint, struct rollup *r)
{
	struct use u = db_use(db, SQL_ROLLUP);

	use_int(&u, p);
	use_int(&u, since);
	use_int(&u, endpoint);
	if (!use_next(&u))
		return;
	rolluprow_take(&u, r);
	use_end(&u);
}
