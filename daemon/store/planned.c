/* SPDX-License-Identifier: MIT */
#include "store/planned.h"

#include "store/writer.h"

int64_t
store_put_planned(struct store *s, const struct planned_row *r)
{
	struct use u = db_use(&s->db, SQL_PUT_PLANNED);

	use_int(&u, r->source);
	use_text(&u, r->uid);
	use_text(&u, r->author);
	use_int(&u, r->added);
	use_text(&u, r->service);
	use_text(&u, r->region);
	use_text(&u, r->title);
	use_text(&u, r->spec);
	return use_run(&u) ? sqlite3_last_insert_rowid(s->db.handle) : 0;
}

void
store_end_planned(struct store *s, int64_t id, wall_ms at, const char *by,
    const char *why)
{
	struct use u = db_use(&s->db, SQL_END_PLANNED);

	use_int(&u, at);
	use_text(&u, by);
	use_text(&u, why);
	use_int(&u, id);
	(void)use_run(&u);
}

void
planned_walk(struct use *u, planned_fn *fn, void *arg)
{
	bool on = true;

	while (on && use_next(u)) {
		struct planned_row r = {.id = use_col(u, 0),
		    .source = (enum planned_source)use_col(u, 1),
		    .uid = use_col_text(u, 2),
		    .author = use_col_text(u, 3),
		    .added = use_col(u, 4),
		    .spec = use_col_text(u, 5)};

		on = fn(arg, &r);
	}
	use_end(u);
}

enum status
store_load_planned(struct store *s, planned_fn *fn, void *arg, struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_PLANNED);
	planned_walk(&u, fn, arg);
	return writer_told(s, f);
}
