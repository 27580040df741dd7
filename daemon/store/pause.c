/* SPDX-License-Identifier: MIT */
#include "store/pause.h"

#include <assert.h>

#include "store/writer.h"

/* What was remembered is void: when it is watched again it is as new. */
static void
begin(struct store *s, int64_t endpoint, const struct input *in,
    const char *author, const char *why)
{
	struct use u = db_use(&s->db, SQL_PUT_PAUSE);

	assert(author != NULL);
	use_int(&u, endpoint);
	use_int(&u, in->at);
	use_opt(&u, in->u.unwatch.until);
	use_text(&u, author);
	use_text(&u, why);
	(void)use_run(&u);
	u = db_use(&s->db, SQL_DROP_MEMORY);
	use_int(&u, endpoint);
	(void)use_run(&u);
}

void
pause_follow(struct store *s, int64_t endpoint, const struct input *in,
    const char *author, const char *why)
{
	struct use u;

	if (in->kind == INPUT_UNWATCH && in->u.unwatch.paused) {
		begin(s, endpoint, in, author, why);
	} else if (in->kind == INPUT_WATCH || in->kind == INPUT_UNWATCH) {
		u = db_use(&s->db, SQL_DROP_PAUSE);
		use_int(&u, endpoint);
		(void)use_run(&u);
	}
}

enum status
store_load_pauses(struct store *s,
    void (*fn)(void *arg, const struct pause_row *r), void *arg, struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_PAUSES);
	while (use_next(&u)) {
		struct pause_row r = {.endpoint = use_col(&u, 0),
		    .since = use_col(&u, 1),
		    .until = use_col(&u, 2),
		    .author = use_col_text(&u, 3),
		    .why = use_col_text(&u, 4)};

		fn(arg, &r);
	}
	return writer_told(s, f);
}
