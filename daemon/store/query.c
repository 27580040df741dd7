/* SPDX-License-Identifier: MIT */
#include "store/query.h"

#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "base/text.h"
#include "store/file.h"
#include "store/history.h"
#include "store/incidentrow.h"
#include "store/migrate.h"
#include "store/outboxrow.h"
#include "store/reader.h"
#include "store/samplerow.h"
#include "store/writer.h"

enum { BUSY_MS = 2000, STEPS = 1000, PATTERN_BYTES = 4096 };

static int
count_steps(void *arg)
{
	struct query *q = arg;

	return ++q->steps > q->steps_max;
}

static enum store_outcome
no_file(const char *path, struct fail *f)
{
	(void)fail_set(f, ERR_NOTFOUND,
	    "%s: there is no database yet; start the daemon, or name its "
	    "configuration with -c",
	    path);
	return STORE_MISSING;
}

static bool
connect(struct query *q, const char *path)
{
	if (!db_open_reading(&q->db, path))
		return false;
	(void)sqlite3_busy_timeout(q->db.handle, BUSY_MS);
	if (q->steps_max > 0)
		sqlite3_progress_handler(q->db.handle, STEPS, count_steps, q);
	return db_exec(&q->db,
	    "PRAGMA query_only = ON; PRAGMA wal_autocheckpoint = 0;"
	    "PRAGMA cache_size = -8192; PRAGMA temp_store = MEMORY");
}

enum store_outcome
query_open(const char *path, unsigned steps_max, struct query **q,
    struct fail *f)
{
	struct migrations m = migrations_built_in();
	unsigned newest = migrations_newest(&m);
	enum store_outcome out = file_inspect(path, newest, false, f);
	struct query *n;
	int64_t version;

	if (out == STORE_NEW)
		return no_file(path, f);
	if (out != STORE_OK)
		return out;
	n = mem_zalloc(sizeof(*n));
	n->steps_max = steps_max;
	if (connect(n, path)) {
		version = db_ask(&n->db, "PRAGMA user_version", 0);
		if (!n->db.failed && version != (int64_t)newest) {
			n->db.failed = true;
			n->db.outcome = STORE_NEWER;
			(void)fail_set(&n->db.fail, ERR_RANGE,
			    "%s: is of schema %lld, this program reads %u; "
			    "run the daemon and the command of one version",
			    path, (long long)version, newest);
		}
	}
	if (!n->db.failed) {
		*q = n;
		return STORE_OK;
	}
	*f = n->db.fail;
	out = n->db.outcome;
	query_close(n);
	return out;
}

void
query_close(struct query *q)
{
	if (q == NULL)
		return;
	db_close(&q->db);
	newest_done(&q->newest);
	mem_free(q);
}

uint64_t
query_statements(const struct query *q)
{
	return q != NULL ? q->db.steps : 0;
}

void
reader_begin(struct query *q)
{
	db_clear(&q->db);
	q->steps = 0;
}

struct use
reader_ask(struct query *q, enum sql id)
{
	reader_begin(q);
	return db_use(&q->db, id);
}

void
reader_pattern(struct text *t, const char *words)
{
	text_init(t, PATTERN_BYTES);
	text_char(t, '%');
	for (; words != NULL && *words != '\0'; words++) {
		if (strchr("%_\\", *words) != NULL)
			text_char(t, '\\');
		text_char(t, *words);
	}
	text_char(t, '%');
}

enum status
reader_told(struct query *q, struct fail *f)
{
	if (!q->db.failed)
		return OK;
	if (f != NULL)
		*f = q->db.fail;
	return q->db.fail.code;
}

wall_ms
query_known_until(struct query *q)
{
	struct use u = reader_ask(q, SQL_KNOWN_UNTIL);

	return use_ask(&u, 0);
}

enum status
query_endpoints(struct query *q, const char *id, query_endpoint_fn *fn,
    void *arg, struct fail *f)
{
	struct use u;

	reader_begin(q);
	newest_read(&q->newest, &q->db);
	u = db_use(&q->db, id == NULL ? SQL_Q_ENDPOINTS : SQL_Q_ENDPOINT);
	if (id != NULL)
		use_text(&u, id);
	while (use_next(&u)) {
		struct query_endpoint e = {.endpoint = use_col(&u, 0),
		    .id = use_col_text(&u, 1),
		    .service = use_col_text(&u, 2),
		    .region = use_col_text(&u, 3),
		    .retired = use_col(&u, 4),
		    .state = (enum state)use_col(&u, 5),
		    .why = (enum why)use_col(&u, 6),
		    .since = use_col(&u, 7),
		    .bucket = (enum bucket)use_col(&u, 8),
		    .incident = incident_of_row(use_col(&u, 9)),
		    .phase = (enum phase)use_col(&u, 10),
		    .paused = use_col(&u, 11),
		    .paused_until = use_col(&u, 12),
		    .paused_by = use_col_text(&u, 13),
		    .paused_why = use_col_text(&u, 14),
		    .reported = use_col(&u, 15) != 0};
		const struct seen *seen = newest_of(&q->newest, e.endpoint);

		/* Watched again, it has had no transition yet. */
		if (use_is_null(&u, 5) ||
		    (e.why == WHY_PAUSED && e.retired == 0 && e.paused == 0))
			e.why = WHY_NEW;
		if (use_is_null(&u, 8))
			e.bucket = BUCKET_UNKNOWN;
		e.sampled = seen != NULL;
		if (seen != NULL) {
			e.last_ref = seen->ref;
			e.last = seen->sample;
		}
		if (!fn(arg, &e)) {
			use_end(&u);
			break;
		}
	}
	return reader_told(q, f);
}

enum status
query_samples(struct query *q, int64_t endpoint, size_t max,
    query_sample_fn *fn, void *arg, struct fail *f)
{
	const struct seen *newest;

	reader_begin(q);
	newest_read(&q->newest, &q->db);
	newest = newest_of(&q->newest, endpoint);
	if (newest == NULL || max == 0)
		return reader_told(q, f);
	return history_samples(q,
	    &(struct history_page){endpoint, newest->ref, max}, fn, arg, f);
}

enum status
query_tally(struct query *q, const char *receiver, struct store_tally *t,
    struct fail *f)
{
	struct use u =
	    reader_ask(q, receiver == NULL ? SQL_TALLY_ALL : SQL_TALLY);
	struct store_tally sum = {0};

	if (receiver != NULL)
		use_text(&u, receiver);
	if (use_next(&u)) {
		sum.sent = use_col(&u, 0);
		sum.failed = use_col(&u, 1);
		use_end(&u);
	}
	u = db_use(&q->db, receiver == NULL ? SQL_OWED_ALL : SQL_OWED);
	if (receiver != NULL)
		use_text(&u, receiver);
	sum.owed = use_ask(&u, 0);
	if (!q->db.failed)
		*t = sum;
	return reader_told(q, f);
}

enum status
query_buckets(struct query *q, int64_t endpoint, wall_ms from, wall_ms to,
    struct query_sum *out, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_SPANS);
	struct query_sum sum = {.provisional = false};
	wall_ms onset;

	use_int(&u, endpoint);
	use_int(&u, from);
	use_int(&u, to);
	while (use_next(&u)) {
		wall_ms since = use_col(&u, 0);
		wall_ms until = use_col(&u, 1);
		int64_t bucket = use_col(&u, 2);

		since = since > from ? since : from;
		until = until < to ? until : to;
		if (since < until && bucket >= 0 && bucket < BUCKET_COUNT)
			sum.ms[bucket] += until - since;
	}
	u = db_use(&q->db, SQL_Q_ONSET);
	use_int(&u, endpoint);
	onset = use_ask(&u, INT64_MAX);
	sum.provisional = onset < to;
	if (!q->db.failed)
		*out = sum;
	return reader_told(q, f);
}

static void
delivery(const struct use *u, struct query_delivery *d)
{
	outboxrow_read(u, d);
	d->code = (uint16_t)use_col(u, OUTBOXROW_COLUMNS);
	d->detail = use_col_text(u, OUTBOXROW_COLUMNS + 1);
}

enum status
query_notices(struct query *q, const struct query_notices *w,
    bool (*fn)(void *arg, const struct query_delivery *d), void *arg,
    struct fail *f)
{
	size_t left = w->limit > 0 ? w->limit : SIZE_MAX;
	struct query_delivery d;
	struct use u;

	if (w->owed_only) {
		u = reader_ask(q, SQL_Q_OWED);
	} else if (w->receiver != NULL) {
		u = reader_ask(q, SQL_Q_DELIVERIES_TO);
		use_text(&u, w->receiver);
	} else {
		u = reader_ask(q, SQL_Q_DELIVERIES);
	}
	while (left > 0 && use_next(&u)) {
		delivery(&u, &d);
		if (w->receiver != NULL && strcmp(w->receiver, d.receiver) != 0)
			continue;
		left--;
		if (!fn(arg, &d))
			break;
	}
	use_end(&u);
	return reader_told(q, f);
}

/* The statement joins an event with the input that brought it about. */
static_assert(EVENT_RESOLVED == 4 && EVENT_WITHDRAWN == 5 && ACT_ACK == 0 &&
	INPUT_RESOLVE == 4 && INPUT_UNWATCH == 6,
    "statements name these numbers");

static struct event_said
said_of(const struct use *u)
{
	struct event_said said = {.act = ACT_RESOLVE,
	    .author = use_col_text(u, 5),
	    .text = use_col_text(u, 6)};

	if (!use_is_null(u, 4))
		said.act = use_col(u, 4) == ACT_ACK ? ACT_ACK : ACT_NOTE;
	else if (use_col(u, 7) == INPUT_UNWATCH)
		said.act = ACT_PAUSE;
	return said;
}

static void
walk_followers(struct query *q, int64_t row,
    const struct query_incident_events *on)
{
	struct use u = db_use(&q->db, SQL_Q_FOLLOWERS);
	bool on_going = on->on_follower != NULL;
	struct query_incident i;

	use_int(&u, row);
	while (on_going && use_next(&u)) {
		(void)incidentrow_read(&u, &i);
		on_going = on->on_follower(on->arg, &i);
	}
	use_end(&u);
}

static void
walk_timeline(struct query *q, int64_t row,
    const struct query_incident_events *on)
{
	struct use u = db_use(&q->db, SQL_Q_TIMELINE);
	bool on_going = on->on_event != NULL;

	use_int(&u, row);
	while (on_going && use_next(&u)) {
		struct query_event e = {.number = use_col(&u, 8),
		    .at = use_col(&u, 0),
		    .event = (enum event_kind)use_col(&u, 1),
		    .loud = use_col(&u, 2) != 0,
		    .json = use_col_text(&u, 3),
		    .said = said_of(&u)};

		on_going = on->on_event(on->arg, &e);
	}
	use_end(&u);
}

static void
walk_evidence(struct query *q, int64_t row,
    const struct query_incident_events *on)
{
	struct use u = db_use(&q->db, SQL_Q_EVIDENCE);
	bool on_going = on->on_evidence != NULL;

	use_int(&u, row);
	while (on_going && use_next(&u)) {
		const int c = SAMPLEROW_COLUMNS;
		struct query_evidence e = {.event_at = use_col(&u, c),
		    .first = use_col(&u, c + 1) != 0,
		    .ref = (uint64_t)use_col(&u, c + 2),
		    .ledger = (int)use_col(&u, c + 3),
		    .headers = use_col_text(&u, c + 4),
		    .detail = use_col_text(&u, c + 5),
		    .event = (enum event_kind)use_col(&u, c + 7)};

		e.sampled = samplerow_read(&u, &e.sample);
		e.body = use_col_blob(&u, c + 6, &e.body_size);
		on_going = on->on_evidence(on->arg, &e);
	}
	use_end(&u);
}

static void
walk_deliveries(struct query *q, int64_t row,
    const struct query_incident_events *on)
{
	struct use u = db_use(&q->db, SQL_Q_DELIVERIES_OF);
	bool on_going = on->on_delivery != NULL;
	struct query_delivery d;

	use_int(&u, row);
	while (on_going && use_next(&u)) {
		delivery(&u, &d);
		on_going = on->on_delivery(on->arg, &d);
	}
	use_end(&u);
}

enum status
query_incident(struct query *q, struct incident_id id,
    const struct query_incident_events *on, struct fail *f)
{
	struct use u = reader_ask(q, SQL_Q_INCIDENT);
	int64_t row = incident_row(id);
	struct query_incident i;

	use_int(&u, row);
	if (!use_next(&u))
		return q->db.failed
		    ? reader_told(q, f)
		    : fail_set(f, ERR_NOTFOUND, "there is no incident %lu-%lu",
			  (unsigned long)id.day, (unsigned long)id.n);
	(void)incidentrow_read(&u, &i);
	if (on->on_incident != NULL)
		(void)on->on_incident(on->arg, &i);
	use_end(&u);
	walk_followers(q, row, on);
	walk_timeline(q, row, on);
	walk_evidence(q, row, on);
	walk_deliveries(q, row, on);
	return reader_told(q, f);
}

enum status
query_planned(struct query *q, planned_fn *fn, void *arg, struct fail *f)
{
	struct use u = reader_ask(q, SQL_PLANNED);

	planned_walk(&u, fn, arg);
	return reader_told(q, f);
}
