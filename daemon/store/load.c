/* SPDX-License-Identifier: MIT */
#include "store/load.h"

#include <string.h>

#include "store/incidentrow.h"
#include "store/samplerow.h"
#include "store/writer.h"

enum status
store_load_endpoints(struct store *s, store_endpoint_fn *fn, void *arg,
    struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_ALL_ENDPOINTS);
	while (use_next(&u)) {
		struct store_endpoint_row r = {.endpoint = use_col(&u, 0),
		    .id = use_col_text(&u, 1),
		    .service = use_col_text(&u, 2),
		    .region = use_col_text(&u, 3),
		    .added = use_col(&u, 4),
		    .retired = use_col(&u, 5),
		    .state_ref = (uint64_t)use_col(&u, 6)};

		r.last_ref = writer_head(s, r.endpoint)->ref;
		r.state = use_col_blob(&u, 7, &r.state_size);
		fn(arg, &r);
	}
	return writer_told(s, f);
}

enum status
store_load_shared(struct store *s, uint64_t *ref, void *buf, size_t size,
    size_t *n, struct fail *f)
{
	const void *bytes;
	struct use u;
	size_t have;

	writer_reads(s);
	*n = 0;
	u = db_use(&s->db, SQL_MEMORY);
	use_int(&u, 0);
	if (!use_next(&u))
		return writer_told(s, f);
	bytes = use_col_blob(&u, 1, &have);
	if (have > size) {
		use_end(&u);
		return fail_set(f, ERR_LIMIT,
		    "%s: shared memory of %zu bytes does not fit", s->db.path,
		    have);
	}
	if (have > 0)
		memcpy(buf, bytes, have);
	*n = have;
	*ref = (uint64_t)use_col(&u, 0);
	use_end(&u);
	return OK;
}

static bool
next_sample(struct use *u, struct input *in, int64_t *endpoint)
{
	struct sample p;

	if (!use_next(u))
		return false;
	(void)samplerow_read(u, &p);
	*in = (struct input){.kind = INPUT_SAMPLE,
	    .at = sample_evidence(&p),
	    .endpoint = ENDPOINT_NONE,
	    .ref = (uint64_t)use_col(u, SAMPLEROW_COLUMNS),
	    .u.sample = p};
	*endpoint = use_col(u, SAMPLEROW_COLUMNS + 1);
	return true;
}

static bool
next_input(struct use *u, struct input *in, int64_t *endpoint)
{
	if (!use_next(u))
		return false;
	*in = (struct input){.kind = (enum input_kind)use_col(u, 1),
	    .at = use_col(u, 2),
	    .endpoint = ENDPOINT_NONE,
	    .ref = (uint64_t)use_col(u, 0)};
	*endpoint = use_col(u, 3);
	if (in->kind == INPUT_CANARY)
		in->u.canary.good = use_col(u, 4) != 0;
	else if (in->kind == INPUT_GAP)
		in->u.gap_from = use_col(u, 5);
	else if (in->kind == INPUT_WINDOW)
		in->u.window.until = use_col(u, 6);
	else if (in->kind == INPUT_WATCH)
		in->u.policy = (struct policy){.interval = use_col(u, 7),
		    .timeout = use_col(u, 8),
		    .all_clear = (enum all_clear)use_col(u, 9),
		    .site = (uint32_t)use_col(u, 10)};
	return true;
}

enum status
store_load_inputs(struct store *s, uint64_t after, store_input_fn *fn,
    void *arg, struct fail *f)
{
	struct input sample, other;
	int64_t sample_of = 0, other_of = 0;
	bool has_sample, has_other;
	struct use a, b;

	writer_reads(s);
	a = db_use(&s->db, SQL_SAMPLES_AFTER);
	use_int(&a, (int64_t)after);
	b = db_use(&s->db, SQL_INPUTS_AFTER);
	use_int(&b, (int64_t)after);
	has_sample = next_sample(&a, &sample, &sample_of);
	has_other = next_input(&b, &other, &other_of);
	while (has_sample || has_other) {
		if (has_sample && (!has_other || sample.ref < other.ref)) {
			fn(arg, sample_of, &sample);
			has_sample = next_sample(&a, &sample, &sample_of);
		} else {
			fn(arg, other_of, &other);
			has_other = next_input(&b, &other, &other_of);
		}
	}
	return writer_told(s, f);
}

uint32_t
store_last_incident(struct store *s, uint32_t day)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_LAST_INCIDENT);
	use_int(&u, incident_row((struct incident_id){day, 1}) - 1);
	use_int(&u, incident_row((struct incident_id){day + 1, 1}) - 1);
	return incident_of_row(use_ask(&u, 0)).n;
}

enum status
store_load_incidents(struct store *s, store_incident_fn *fn, void *arg,
    struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_OPEN_INCIDENTS);
	while (use_next(&u)) {
		struct query_incident i;
		int64_t endpoint = incidentrow_read(&u, &i);

		fn(arg, endpoint, &i.now);
	}
	return writer_told(s, f);
}

wall_ms
store_known_until(struct store *s)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_KNOWN_UNTIL);
	return use_ask(&u, 0);
}
