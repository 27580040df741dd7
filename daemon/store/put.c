/* SPDX-License-Identifier: MIT */
#include "store/put.h"

#include <assert.h>
#include <string.h>

#include "store/writer.h"

/* Rows hold these numbers, and indexes and statements name them. */
static_assert(INPUT_CANARY == 2 && INPUT_WINDOW == 3 && INPUT_RESOLVE == 4 &&
	INPUT_WATCH == 5 && INPUT_UNWATCH == 6 && INPUT_GAP == 7 &&
	INPUT_CLOCK_STEP == 8,
    "input kinds are numbers in the database");

int64_t
store_endpoint(struct store *s, const char *id, const char *service,
    const char *region, wall_ms now)
{
	struct use u;
	int64_t row;

	assert(s->open);
	u = db_use(&s->db, SQL_ENDPOINT_ID);
	use_text(&u, id);
	row = use_ask(&u, 0);
	if (row == 0) {
		u = db_use(&s->db, SQL_PUT_ENDPOINT);
		use_text(&u, id);
		use_text(&u, service);
		use_text(&u, region);
		use_int(&u, now);
		if (use_run(&u))
			row = sqlite3_last_insert_rowid(s->db.handle);
	} else {
		u = db_use(&s->db, SQL_REVIVE_ENDPOINT);
		use_text(&u, service);
		use_text(&u, region);
		use_int(&u, row);
		(void)use_run(&u);
	}
	return s->db.failed ? 0 : row;
}

void
store_retire(struct store *s, int64_t endpoint, wall_ms now)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_RETIRE_ENDPOINT);
	use_int(&u, now);
	use_int(&u, endpoint);
	(void)use_run(&u);
}

static void
use_policy(struct use *u, const struct policy *p)
{
	if (p == NULL) {
		for (int i = 0; i < 4; i++)
			use_null(u);
		return;
	}
	use_int(u, p->interval);
	use_int(u, p->timeout);
	use_int(u, p->all_clear);
	use_int(u, p->site);
}

/* The time of a row's until_ms; 0: none. */
static wall_ms
until_of(const struct input *in)
{
	switch (in->kind) {
	case INPUT_WINDOW:
		return in->u.window.until;
	case INPUT_UNWATCH:
		return in->u.unwatch.until;
	case INPUT_CLOCK_STEP:
		return in->u.wall;
	default:
		return 0;
	}
}

void
store_put_input(struct store *s, int64_t endpoint, const struct input *in,
    const char *author, const char *why)
{
	struct use u;

	assert(
	    s->open && in->kind != INPUT_ADVANCE && in->kind != INPUT_SAMPLE);
	u = db_use(&s->db, SQL_PUT_INPUT);
	use_int(&u, (int64_t)in->ref);
	use_int(&u, in->kind);
	use_int(&u, in->at);
	use_opt(&u, endpoint);
	if (in->kind == INPUT_CANARY)
		use_int(&u, in->u.canary.good);
	else
		use_null(&u);
	use_opt(&u, in->kind == INPUT_GAP ? in->u.gap_from : 0);
	use_opt(&u, until_of(in));
	use_policy(&u, in->kind == INPUT_WATCH ? &in->u.policy : NULL);
	use_text(&u, author);
	use_text(&u, why);
	if (in->kind == INPUT_UNWATCH)
		use_int(&u, in->u.unwatch.paused);
	else
		use_null(&u);
	(void)use_run(&u);
	pause_follow(s, endpoint, in, author, why);
	if (in->ref >= s->next_ref)
		s->next_ref = in->ref + 1;
}

static int64_t
put_body(struct store *s, const unsigned char hash[32], const struct excerpt *e)
{
	struct use u = db_use(&s->db, SQL_BODY_ID);
	int64_t id;

	use_blob(&u, hash, 32);
	id = use_ask(&u, 0);
	if (id > 0)
		return id;
	u = db_use(&s->db, SQL_PUT_BODY);
	use_blob(&u, hash, 32);
	use_blob(&u, e->body, e->body_size);
	return use_run(&u) ? sqlite3_last_insert_rowid(s->db.handle) : 0;
}

void
store_put_excerpt(struct store *s, uint64_t ref, const unsigned char hash[32],
    const struct excerpt *e)
{
	int64_t body = 0;
	struct use u;

	assert(s->open);
	if (e->body_size > 0)
		body = put_body(s, hash, e);
	u = db_use(&s->db, SQL_PUT_EXCERPT);
	use_int(&u, (int64_t)ref);
	use_int(&u, e->start);
	use_opt(&u, body);
	use_text(&u, e->headers);
	use_text(&u, e->detail);
	(void)use_run(&u);
}

void
store_put_state(struct store *s, int64_t endpoint, uint64_t ref,
    const void *bytes, size_t n)
{
	struct use u;

	assert(s->open);
	u = db_use(&s->db, SQL_PUT_MEMORY);
	use_int(&u, endpoint);
	use_int(&u, (int64_t)ref);
	use_blob(&u, bytes, n);
	(void)use_run(&u);
}

void
store_put_shared(struct store *s, uint64_t ref, const void *bytes, size_t n)
{
	store_put_state(s, 0, ref, bytes, n);
}
