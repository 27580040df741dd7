/* SPDX-License-Identifier: MIT */
#include "store/history.h"

#include "store/reader.h"
#include "store/samplerow.h"

enum {
	DISORDER_MS = HOUR_MS, /* samples are stored when they end */
	NEAR_REFS = 100000     /* as far as the next of an endpoint is sought */
};

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
			.until = use_col(&u, 1),
			.bucket = (enum bucket)bucket});
	}
	if (!more)
		use_end(&u);
	return reader_told(q, f);
}

enum status
history_windows(struct query *q, const struct history_part *p,
    history_window_fn *fn, void *arg, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_WINDOWS);

	use_int(&u, p->endpoint);
	use_int(&u, p->from);
	use_int(&u, p->to);
	while (use_next(&u))
		if (!fn(arg, use_col(&u, 0), use_col(&u, 1)))
			break;
	use_end(&u);
	return reader_told(q, f);
}

enum status
history_before(struct query *q, int64_t endpoint, wall_ms at, uint64_t *ref,
    struct fail *f)
{
	const struct seen *newest;
	struct use u;
	int64_t from;

	reader_begin(q);
	newest_read(&q->newest, &q->db);
	newest = newest_of(&q->newest, endpoint);
	*ref = newest != NULL ? newest->ref : 0;
	if (newest == NULL || newest->sample.start < at)
		return reader_told(q, f);
	u = db_use(&q->db, SQL_Q_SAMPLE_FROM);
	use_int(&u, (int64_t)newest->ref);
	use_int(&u, at + DISORDER_MS);
	from = use_ask(&u, 1);
	u = db_use(&q->db, SQL_Q_SAMPLE_NEAR);
	use_int(&u, from);
	use_int(&u, from + NEAR_REFS);
	use_int(&u, endpoint);
	/* Where it is looked at so rarely, the way from its newest is short. */
	*ref = (uint64_t)use_ask(&u, (int64_t)newest->ref);
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

struct walking {
	struct history_walk *w;
	size_t told;
	query_sample_fn *fn;
	void *arg;
};

static bool
on_step(void *arg, uint64_t ref, const struct sample *s)
{
	struct walking *a = arg;
	struct history_walk *w = a->w;

	if (ref == w->after || (w->to != 0 && s->start >= w->to))
		return true;
	w->more = s->start >= w->from && a->told == w->max;
	if (s->start < w->from || w->more)
		return false;
	w->last = ref;
	a->told++;
	return a->fn(a->arg, ref, s);
}

enum status
history_walk(struct query *q, struct history_walk *w, query_sample_fn *fn,
    void *arg, struct fail *f)
{
	struct walking a = {.w = w, .fn = fn, .arg = arg};
	struct history_page page = {w->endpoint, w->after, SIZE_MAX};
	enum status s = OK;

	w->last = 0;
	w->more = false;
	if (w->after == 0 && w->to == 0)
		return query_samples(q, w->endpoint, SIZE_MAX, on_step, &a, f);
	if (w->after == 0)
		s = history_before(q, w->endpoint, w->to, &page.ref, f);
	if (page.ref == 0 || s != OK)
		return s;
	return history_samples(q, &page, on_step, &a, f);
}
