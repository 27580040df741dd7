/* SPDX-License-Identifier: MIT */
#include "store/snapshot.h"

#include "store/reader.h"

/* One snapshot is one transaction; what fails here shows in the next read. */
void
snapshot_hold(struct query *q)
{
	db_clear(&q->db);
	(void)db_exec(&q->db, "BEGIN");
}

void
snapshot_release(struct query *q)
{
	db_clear(&q->db);
	(void)db_exec(&q->db, "COMMIT");
}
