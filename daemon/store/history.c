/* SPDX-License-Identifier: MIT */
#include "store/history.h"

#include "store/reader.h"
#include "store/samplerow.h"

enum status
history_spans(struct query *q, wall_ms from, wall_ms to, history_fn *fn,
    void *arg, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_HISTORY);
	bool more = true;

	use_int(&u, from);
	use_int(&u, to);
	while (more && use_next(&u)) {
		int64_t bucket = use_col(&u, 3);

		if (bucket < 0 || bucket >= BUCKET_COUNT)
			continue;
		more = fn(arg,
		    &(struct history_span){.endpoint = use_col(&u, 0),
			.since = use_col(&u, 1),
			.until = use_col(&u, 2),
			.bucket = (enum bucket)bucket});
	}
	if (!more)
		use_end(&u);
	return reader_told(q, f);
}

enum status
history_of(struct query *q, const struct history_part *p, history_fn *fn,
    void *arg, struct fail *f)
{
	wall_ms known = query_known_until(q);
	struct use u = reader_ask(q, SQL_Q_SPANS);
	bool more = true;

	use_int(&u, p->endpoint);
	use_int(&u, p->from);
	use_int(&u, p->to);
	while (more && use_next(&u)) {
		int64_t bucket = use_col(&u, 2);

		if (bucket < 0 || bucket >= BUCKET_COUNT)
			continue;
		more = fn(arg,
		    &(struct history_span){.endpoint = p->endpoint,
			.since = use_col(&u, 0),
			.until = use_is_null(&u, 1) ? known : use_col(&u, 1),
			.bucket = (enum bucket)bucket});
	}
	if (!more)
		use_end(&u);
	return reader_told(q, f);
}

enum status
history_samples(struct query *q, const struct history_page *p,
    query_sample_fn *fn, void *arg, struct fail *f)
{
	struct sample one;
	struct use u;

	reader_begin(q);
	u = db_use(&q->db, SQL_Q_SAMPLES);
	use_int(&u, (int64_t)p->ref);
	use_int(&u, p->endpoint);
	use_int(&u, p->max < INT32_MAX ? (int64_t)p->max : INT32_MAX);
	while (use_next(&u)) {
		if (samplerow_read(&u, &one) &&
		    !fn(arg, (uint64_t)use_col(&u, SAMPLEROW_COLUMNS), &one))
			break;
	}
	use_end(&u);
	return reader_told(q, f);
}
