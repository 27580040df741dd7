/* SPDX-License-Identifier: MIT */
#include "store/newest.h"

#include <string.h>

#include "base/mem.h"
#include "store/samplerow.h"

static struct seen *
place(struct newest *n, size_t i)
{
	size_t size = n->count;

	if (i >= size) {
		size = size > 0 ? size : 64;
		while (size <= i)
			size *= 2;
		n->all = mem_resize(n->all, size, sizeof(n->all[0]));
		memset(n->all + n->count, 0,
		    (size - n->count) * sizeof(n->all[0]));
		n->count = size;
	}
	return &n->all[i];
}

static void
take(struct newest *n, struct use *u)
{
	while (use_next(u)) {
		int64_t ref = use_col(u, SAMPLEROW_COLUMNS);
		int64_t endpoint = use_col(u, SAMPLEROW_COLUMNS + 1);
		struct seen seen = {.ref = (uint64_t)ref};

		if (endpoint >= 0 && endpoint < INT32_MAX &&
		    samplerow_read(u, &seen.sample))
			*place(n, (size_t)endpoint) = seen;
		n->upto = ref > n->upto ? ref : n->upto;
	}
}

void
newest_read(struct newest *n, struct db *db)
{
	struct use u;
	int64_t upto;

	if (!n->begun) {
		u = db_use(db, SQL_COUNTER);
		use_text(&u, "store.heads");
		upto = use_ask(&u, 0);
		u = db_use(db, SQL_Q_HEADS);
		take(n, &u);
		n->upto = upto;
		n->begun = !db->failed;
	}
	u = db_use(db, SQL_Q_HEADS_AFTER);
	use_int(&u, n->upto);
	take(n, &u);
}

const struct seen *
newest_of(const struct newest *n, int64_t endpoint)
{
	return endpoint >= 0 && (uint64_t)endpoint < n->count &&
		n->all[endpoint].ref > 0
	    ? &n->all[endpoint]
	    : NULL;
}

void
newest_done(struct newest *n)
{
	mem_free(n->all);
	*n = (struct newest){.upto = 0};
}
