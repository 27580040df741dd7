/* SPDX-License-Identifier: MIT */
#include "store/evidence.h"

#include "store/reader.h"
#include "store/samplerow.h"

enum status
evidence_read(struct query *q, uint64_t ref, int64_t endpoint,
    query_evidence_fn *fn, void *arg, struct fail *f)
{
	struct query_evidence e = {.ref = ref};
	struct use u = reader_ask(q, SQL_SAMPLE);

	use_int(&u, (int64_t)ref);
	if (!use_next(&u))
		return reader_told(q, f);
	e.sampled = samplerow_read(&u, &e.sample) &&
	    use_col(&u, SAMPLEROW_COLUMNS + 1) == endpoint;
	use_end(&u);
	if (!e.sampled)
		return reader_told(q, f);
	e.event_at = sample_evidence(&e.sample);
	u = db_use(&q->db, SQL_Q_EXCERPT);
	use_int(&u, (int64_t)ref);
	if (use_next(&u)) {
		e.headers = use_col_text(&u, 0);
		e.detail = use_col_text(&u, 1);
		e.body = use_col_blob(&u, 2, &e.body_size);
	}
	(void)fn(arg, &e);
	use_end(&u);
	return reader_told(q, f);
}
