/* SPDX-License-Identifier: MIT */
#include "store/evidence.h"

#include "store/reader.h"
#include "store/samplerow.h"
#include "wire/partial.h"

/* Between two words of what fails there may be probes that say nothing. */
enum { LOOK_BACK = 2 * PARTIAL_EVERY };

/* The sample itself; *back is how far the one before it is, 0 for none. */
static bool
read_sample(struct query *q, int64_t endpoint, struct query_evidence *e,
    uint64_t *back)
{
	struct use u = db_use(&q->db, SQL_SAMPLE);

	use_int(&u, (int64_t)e->ref);
	if (!use_next(&u))
		return false;
	e->sampled = samplerow_read(&u, &e->sample) &&
	    use_col(&u, SAMPLEROW_COLUMNS + 1) == endpoint;
	*back = (uint64_t)use_col(&u, SAMPLEROW_COLUMNS);
	use_end(&u);
	if (e->sampled)
		e->event_at = sample_evidence(&e->sample);
	return e->sampled;
}

/* Tell it with what was kept of its answer; false when that is nothing. */
static bool
tell(struct query *q, struct query_evidence *e, bool bare,
    query_evidence_fn *fn, void *arg)
{
	struct use u = db_use(&q->db, SQL_Q_EXCERPT);
	bool kept;

	use_int(&u, (int64_t)e->ref);
	kept = use_next(&u);
	if (kept) {
		e->headers = use_col_text(&u, 0);
		e->detail = use_col_text(&u, 1);
		e->body = use_col_blob(&u, 2, &e->body_size);
	}
	if (kept || bare)
		(void)fn(arg, e);
	use_end(&u);
	return kept;
}

enum status
evidence_read(struct query *q, uint64_t ref, int64_t endpoint,
    query_evidence_fn *fn, void *arg, struct fail *f)
{
	struct query_evidence e = {.ref = ref};
	uint64_t back;

	reader_begin(q);
	if (read_sample(q, endpoint, &e, &back))
		(void)tell(q, &e, true, fn, arg);
	return reader_told(q, f);
}

enum status
evidence_partial(struct query *q, uint64_t ref, int64_t endpoint,
    query_evidence_fn *fn, void *arg, struct fail *f)
{
	uint64_t back = 0;

	reader_begin(q);
	for (unsigned i = 0; i < LOOK_BACK && ref > 0; i++) {
		struct query_evidence e = {.ref = ref};
		bool partial;

		if (!read_sample(q, endpoint, &e, &back))
			break;
		partial = (e.sample.flags & SAMPLE_PARTIAL) != 0;
		if (!partial && (i == 0 || e.sample.class != CLASS_LOCAL))
			break;
		if (partial && tell(q, &e, false, fn, arg))
			break;
		ref = back > 0 && back < ref ? ref - back : 0;
	}
	return reader_told(q, f);
}

enum status
evidence_promises(struct query *q, int64_t endpoint, int64_t *all,
    int64_t *kept, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_PROMISES);

	*all = *kept = 0;
	use_int(&u, endpoint);
	use_int(&u, OUTPUT_GRACE_MS);
	if (use_next(&u)) {
		*all = use_col(&u, 0);
		*kept = use_col(&u, 1);
	}
	use_end(&u);
	return reader_told(q, f);
}
