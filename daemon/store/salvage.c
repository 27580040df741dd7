/* SPDX-License-Identifier: MIT */
#include "store/salvage.h"

#include "store/outbox.h"
#include "store/outboxrow.h"
#include "store/writer.h"

static bool
is_owed_here(struct store *s, const char *webhook_id)
{
	struct use u = db_use(&s->db, SQL_OUTBOX_BY_ID);

	use_text(&u, webhook_id);
	return use_ask(&u, 0) != 0;
}

/* Under numbers of this file; its words stay as they may have been heard. */
static uint64_t
renumber(struct store *s, const struct store_notice *old)
{
	struct store_notice n = *old;

	store_number_notice(s, n.service, &n.id, &n.seq);
	store_put_notice(s, &n);
	return n.id;
}

static size_t
take_over(struct store *s, struct db *old)
{
	struct use u = db_use(old, SQL_OWED_ROWS);
	uint64_t last = 0, notice = 0;
	size_t n = 0;

	while (!s->db.failed && use_next(&u)) {
		struct query_delivery row;

		outboxrow_read(&u, &row);
		if (is_owed_here(s, row.webhook_id))
			continue;
		if (notice == 0 || row.notice.id != last)
			notice = renumber(s, &row.notice);
		last = row.notice.id;
		(void)store_put_outbox(s,
		    &(struct store_delivery){.notice = notice,
			.receiver = row.receiver,
			.webhook_id = row.webhook_id,
			/* Its attempts begin anew; what is held back waits. */
			.not_before =
			    row.attempts > 0 ? s->started : row.next_try,
			.expires = row.expires});
		n++;
	}
	use_end(&u);
	return n;
}

size_t
salvage(struct store *s, const char *aside)
{
	struct db old;
	size_t n = 0;

	if (db_open_reading(&old, aside) &&
	    store_begin(s, s->started, NULL) == OK) {
		n = take_over(s, &old);
		if (store_commit(s, NULL) != OK)
			n = 0;
	}
	db_close(&old);
	return n;
}
