/* SPDX-License-Identifier: MIT */
#include "store/load.h"

#include <string.h>

#include "store/incidentrow.h"
#include "store/inputrow.h"
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
		r.last_seq = (uint32_t)use_col(&u, 8);
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
	has_sample = inputrow_sample(&a, &sample, &sample_of);
	has_other = inputrow_other(&b, &other, &other_of);
	while (has_sample || has_other) {
		if (has_sample && (!has_other || sample.ref < other.ref)) {
			fn(arg, sample_of, &sample);
			has_sample = inputrow_sample(&a, &sample, &sample_of);
		} else {
			fn(arg, other_of, &other);
			has_other = inputrow_other(&b, &other, &other_of);
		}
	}
	return writer_told(s, f);
}

enum status
store_last_incident(struct store *s, uint32_t day, uint32_t *n, struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_LAST_INCIDENT);
	use_int(&u, incident_row((struct incident_id){day, 1}) - 1);
	use_int(&u, incident_row((struct incident_id){day + 1, 1}) - 1);
	*n = incident_of_row(use_ask(&u, 0)).n;
	return writer_told(s, f);
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

enum status
store_load_told(struct store *s, enum event_kind event, wall_ms after,
    store_told_fn *fn, void *arg, struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_EVENTS_BACK);
	while (use_next(&u)) {
		if (use_col(&u, 2) <= after) {
			use_end(&u);
			break;
		}
		if (use_col(&u, 1) == event)
			fn(arg, use_col(&u, 0), use_col(&u, 2),
			    use_col_text(&u, 3));
	}
	return writer_told(s, f);
}

enum status
store_known_until(struct store *s, wall_ms *known, struct fail *f)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_KNOWN_UNTIL);
	*known = use_ask(&u, 0);
	return writer_told(s, f);
}
