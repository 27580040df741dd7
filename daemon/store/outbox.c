/* SPDX-License-Identifier: MIT */
#include "store/outbox.h"

#include <assert.h>

#include "store/outboxrow.h"
#include "store/writer.h"

static const char *const states[] = {"owed", "sent", "failed", "gone", "merged",
    "dropped"};

const char *
outbox_state_name(enum outbox_state s)
{
	return states[s];
}

void
store_number_notice(struct store *s, const char *service, uint64_t *id,
    uint64_t *seq)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_LAST_NOTICE);
	*id = (uint64_t)use_ask(&u, 0) + 1;
	u = db_use(&s->db, SQL_LAST_NOTICE_OF);
	use_text(&u, service);
	*seq = (uint64_t)use_ask(&u, 0) + 1;
}

void
store_put_notice(struct store *s, const struct store_notice *n)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_PUT_NOTICE);
	use_int(&u, (int64_t)n->id);
	use_text(&u, n->service);
	use_int(&u, (int64_t)n->seq);
	use_int(&u, n->at);
	use_int(&u, n->event);
	use_opt(&u, incident_row(n->incident));
	use_int(&u, n->loud);
	use_int(&u, n->severity);
	use_text(&u, n->line);
	use_text(&u, n->body);
	(void)use_run(&u);
}

uint64_t
store_put_outbox(struct store *s, const struct store_delivery *d)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_PUT_OUTBOX);
	use_int(&u, (int64_t)d->notice);
	use_text(&u, d->receiver);
	use_text(&u, d->webhook_id);
	use_int(&u, d->not_before);
	use_int(&u, d->expires);
	if (!use_run(&u))
		return 0;
	assert(sqlite3_changes(s->db.handle) == 1); /* its notice was put */
	return (uint64_t)sqlite3_last_insert_rowid(s->db.handle);
}

static void
count(struct store *s, const char *receiver, enum outbox_state state)
{
	struct use u;

	if (state != OUTBOX_SENT && state != OUTBOX_FAILED &&
	    state != OUTBOX_GONE)
		return;
	u = db_use(&s->db, SQL_COUNT_RECEIVER);
	use_text(&u, receiver);
	use_int(&u, state == OUTBOX_SENT);
	use_int(&u, state != OUTBOX_SENT);
	(void)use_run(&u);
}

struct row {
	uint64_t outbox;
	enum outbox_state state;
	int64_t attempts;
	char receiver[72];
};

static bool
find(struct store *s, uint64_t outbox, struct row *r)
{
	struct use u = db_use(&s->db, SQL_OUTBOX_ROW);
	const char *receiver;
	size_t i = 0;

	use_int(&u, (int64_t)outbox);
	if (!use_next(&u))
		return false;
	*r = (struct row){.outbox = outbox,
	    .state = (enum outbox_state)use_col(&u, 0),
	    .attempts = use_col(&u, 1)};
	receiver = use_col_text(&u, 2);
	for (; i + 1 < sizeof(r->receiver) && receiver[i] != '\0'; i++)
		r->receiver[i] = receiver[i];
	use_end(&u);
	return true;
}

/* Counts only what this very call has ended. */
static void
set(struct store *s, const struct row *r, enum outbox_state state,
    wall_ms next_try, wall_ms done)
{
	struct use u = db_use(&s->db, SQL_SET_OUTBOX);

	use_int(&u, state);
	use_int(&u, r->attempts);
	use_opt(&u, next_try);
	use_opt(&u, done);
	use_int(&u, (int64_t)r->outbox);
	if (use_run(&u) && sqlite3_changes(s->db.handle) == 1)
		count(s, r->receiver, state);
}

void
store_put_attempt(struct store *s, const struct attempt *a, wall_ms at,
    wall_ms next_try)
{
	enum outbox_state state = OUTBOX_OWED;
	struct row r;
	struct use u;

	assert(s->open);
	if (!find(s, a->outbox, &r) || r.state != OUTBOX_OWED)
		return; /* told again of what is over */
	r.attempts++;
	u = db_use(&s->db, SQL_PUT_ATTEMPT);
	use_int(&u, (int64_t)a->outbox);
	use_int(&u, r.attempts);
	use_int(&u, at);
	use_int(&u, a->result);
	use_int(&u, a->code);
	use_int(&u, a->took_ms);
	use_text(&u, a->detail);
	(void)use_run(&u);
	if (a->result == ATTEMPT_DELIVERED)
		state = OUTBOX_SENT;
	else if (a->result == ATTEMPT_GONE)
		state = OUTBOX_GONE;
	set(s, &r, state, state == OUTBOX_OWED ? next_try : 0,
	    state == OUTBOX_OWED ? 0 : at);
}

void
store_end_outbox(struct store *s, uint64_t outbox, enum outbox_state state,
    wall_ms at)
{
	struct row r;

	assert(s->open && state != OUTBOX_OWED && state != OUTBOX_SENT);
	if (find(s, outbox, &r))
		set(s, &r, state, 0, at);
}

size_t
store_end_receiver(struct store *s, const char *receiver,
    enum outbox_state state, wall_ms at)
{
	size_t n = 0;

	assert(s->open);
	for (;;) {
		struct use u = db_use(&s->db, SQL_OWED_OF);
		int64_t id;

		use_text(&u, receiver);
		id = use_ask(&u, 0);
		if (id == 0)
			return n;
		store_end_outbox(s, (uint64_t)id, state, at);
		n++;
	}
}

void
store_hurry_outbox(struct store *s, const char *receiver, wall_ms now)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_HURRY);
	use_int(&u, now);
	use_text(&u, receiver);
	(void)use_run(&u);
}

size_t
store_expire_outbox(struct store *s, wall_ms now, store_expired_fn *fn,
    void *arg)
{
	struct row r;
	size_t n = 0;

	assert(s->open);
	for (;;) {
		struct use u = db_use(&s->db, SQL_EXPIRED);
		int64_t id;

		use_int(&u, now);
		id = use_ask(&u, 0);
		if (id == 0)
			return n;
		if (!find(s, (uint64_t)id, &r))
			return n;
		set(s, &r, OUTBOX_FAILED, 0, now);
		fn(arg, r.receiver);
		n++;
	}
}

void
outboxrow_read(const struct use *u, struct query_delivery *d)
{
	int64_t state = use_col(u, 3), event = use_col(u, 12);

	if (state < 0 || state > OUTBOX_DROPPED)
		state = OUTBOX_DROPPED;
	if (event < 0 || event >= EVENT_COUNT)
		event = EVENT_TEST;
	*d = (struct query_delivery){.outbox = (uint64_t)use_col(u, 0),
	    .receiver = use_col_text(u, 1),
	    .webhook_id = use_col_text(u, 2),
	    .state = (enum outbox_state)state,
	    .attempts = (unsigned)use_col(u, 4),
	    .next_try = use_col(u, 5),
	    .expires = use_col(u, 6),
	    .done = use_col(u, 7),
	    .notice = {.id = (uint64_t)use_col(u, 8),
		.seq = (uint64_t)use_col(u, 9),
		.service = use_col_text(u, 10),
		.at = use_col(u, 11),
		.event = (enum event_kind)event,
		.incident = incident_of_row(use_col(u, 13)),
		.loud = use_col(u, 14) != 0,
		.severity = (int)use_col(u, 15),
		.line = use_col_text(u, 16),
		.body = use_col_text(u, 17)}};
}

static enum status
walk(struct store *s, struct use *u, store_owed_fn *fn, void *arg)
{
	while (use_next(u)) {
		struct query_delivery d;
		struct store_owed o;

		outboxrow_read(u, &d);
		o = (struct store_owed){.outbox = d.outbox,
		    .receiver = d.receiver,
		    .webhook_id = d.webhook_id,
		    .state = d.state,
		    .attempts = d.attempts,
		    .next_try = d.next_try,
		    .expires = d.expires,
		    .notice = d.notice};
		if (!fn(arg, &o)) {
			use_end(u);
			break;
		}
	}
	return writer_told(s, NULL);
}

enum status
store_outbox_due(struct store *s, const char *receiver, wall_ms now, size_t max,
    store_owed_fn *fn, void *arg)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_OUTBOX_DUE);
	use_text(&u, receiver);
	use_int(&u, now);
	use_int(&u, max > INT32_MAX ? INT32_MAX : (int64_t)max);
	return walk(s, &u, fn, arg);
}

enum status
store_outbox_of(struct store *s, struct incident_id incident,
    const char *receiver, store_owed_fn *fn, void *arg)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_OUTBOX_OF);
	use_int(&u, incident_row(incident));
	use_text(&u, receiver);
	return walk(s, &u, fn, arg);
}

wall_ms
store_outbox_next(struct store *s, const char *receiver)
{
	struct use u;

	writer_reads(s);
	u = db_use(&s->db, SQL_OUTBOX_NEXT);
	use_text(&u, receiver);
	return use_ask(&u, INT64_MAX);
}

void
store_tally(struct store *s, const char *receiver, struct store_tally *t)
{
	struct use u;

	writer_reads(s);
	*t = (struct store_tally){0};
	u = db_use(&s->db, SQL_TALLY);
	use_text(&u, receiver);
	if (use_next(&u)) {
		t->sent = use_col(&u, 0);
		t->failed = use_col(&u, 1);
		use_end(&u);
	}
	u = db_use(&s->db, SQL_OWED);
	use_text(&u, receiver);
	t->owed = use_ask(&u, 0);
}
