/* SPDX-License-Identifier: MIT */
#include "store/own.h"

#include <stdio.h>

#include "store/reader.h"

enum status
own_instance(struct query *q, char buf[OWN_INSTANCE_BYTES], struct fail *f)
{
	struct use u = reader_ask(q, SQL_INSTANCE);

	buf[0] = '\0';
	while (use_next(&u))
		(void)snprintf(buf, OWN_INSTANCE_BYTES, "%s",
		    use_col_text(&u, 0));
	return reader_told(q, f);
}

enum status
own_read(struct query *q, wall_ms gaps_since, size_t max,
    const struct own_events *on, struct fail *f)
{
	wall_ms known = query_known_until(q);
	struct use u = reader_ask(q, SQL_Q_START);

	while (use_next(&u))
		on->on_start(on->arg, use_col(&u, 0), use_col_text(&u, 1));
	u = db_use(&q->db, SQL_Q_GAPS);
	use_int(&u, gaps_since);
	use_int(&u, (int64_t)max);
	while (use_next(&u))
		on->on_gap(on->arg, use_col(&u, 0), use_col(&u, 1));
	u = db_use(&q->db, SQL_Q_CANARIES);
	use_int(&u, known - HOUR_MS);
	while (use_next(&u))
		on->on_canary(on->arg, use_col_text(&u, 0), use_col(&u, 1) != 0,
		    use_col(&u, 2));
	return reader_told(q, f);
}
