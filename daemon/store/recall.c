/* SPDX-License-Identifier: MIT */
#include "store/recall.h"

#include "base/mem.h"
#include "base/numbers.h"
#include "store/inputrow.h"
#include "store/reader.h"
#include "store/snapshot.h"

struct place { /* of a row in the world */
	int64_t row;
	uint64_t ref; /* its memory is as of this one */
	uint32_t slot;
	uint32_t service, region; /* numbers of struct policy */
	char *id, *names[2];      /* of the endpoint, and of these */
	bool canary;
};

struct recall {
	struct world *world;
	struct numbers services, regions;
	struct place *places; /* by row, ascending */
	size_t count, size;
	size_t endpoints, canaries;
	uint64_t least; /* of the refs of the memories */
};

static struct place *
find(const struct recall *r, int64_t row)
{
	size_t low = 0, high = r->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (r->places[mid].row < row)
			low = mid + 1;
		else
			high = mid;
	}
	return low < r->count && r->places[low].row == row ? &r->places[low]
							   : NULL;
}

static struct place *
add_place(struct recall *r, int64_t row, bool canary)
{
	size_t *n = canary ? &r->canaries : &r->endpoints;

	if (r->count == r->size) {
		r->size = 2 * r->size + 64;
		r->places =
		    mem_resize(r->places, r->size, sizeof(r->places[0]));
	}
	r->places[r->count] = (struct place){.row = row,
	    .slot = (uint32_t)(*n)++,
	    .canary = canary};
	return &r->places[r->count++];
}

/* What the daemon last told its core of how to judge an endpoint. */
static bool
policy_of(const struct use *u, const struct place *at, struct policy *p)
{
	*p = (struct policy){.service = at->service, .region = at->region};
	p->interval = use_col(u, 3);
	p->timeout = use_col(u, 4);
	p->all_clear = (enum all_clear)use_col(u, 5);
	p->site = (uint32_t)use_col(u, 6);
	return p->interval > 0 && p->timeout > 0 &&
	    p->all_clear <= ALL_CLEAR_CAUTIOUS && p->site < (1u << 20);
}

/* Rows in ascending order; retired ones hold a place, but nothing more. */
static void
read_places(struct query *q, struct recall *r)
{
	struct use u = reader_ask(q, SQL_ALL_ENDPOINTS);

	while (use_next(&u)) {
		struct place *p =
		    add_place(r, use_col(&u, 0), use_is_null(&u, 2));

		p->service = numbers_of(&r->services, use_col_text(&u, 2));
		p->region = numbers_of(&r->regions, use_col_text(&u, 3));
		p->id = mem_dup(use_col_text(&u, 1));
		p->names[0] = mem_dup(use_col_text(&u, 2));
		p->names[1] = mem_dup(use_col_text(&u, 3));
	}
}

static enum status
read_memories(struct query *q, struct recall *r, struct fail *f)
{
	struct use u = db_use(&q->db, SQL_MEMORIES);
	enum status s = OK;

	while (s == OK && use_next(&u)) {
		struct place *p = find(r, use_col(&u, 0));
		struct policy policy;
		const void *bytes;
		size_t n;

		bytes = use_col_blob(&u, 2, &n);
		if (p == NULL || !policy_of(&u, p, &policy))
			continue;
		p->ref = (uint64_t)use_col(&u, 1);
		if (p->ref < r->least)
			r->least = p->ref;
		s = world_restore(r->world, p->slot, &policy, bytes, n, f);
	}
	use_end(&u);
	return s;
}

static void
feed(struct recall *r, int64_t row, struct input *in)
{
	const struct place *p = find(r, row);

	if (p == NULL || (!p->canary && p->ref == 0) || in->ref <= p->ref ||
	    p->canary != (in->kind == INPUT_CANARY))
		return;
	in->endpoint = p->slot;
	if (in->kind == INPUT_WATCH) {
		in->u.policy.service = p->service;
		in->u.policy.region = p->region;
	}
	core_step(r->world, in, NULL, NULL);
}

/* Both kinds of rows are in order of ref; the core wants one order. */
static void
read_inputs(struct query *q, struct recall *r)
{
	struct use a = db_use(&q->db, SQL_SAMPLES_AFTER);
	struct use b = db_use(&q->db, SQL_INPUTS_AFTER);
	struct input sample, other;
	int64_t sample_of = 0, other_of = 0;
	bool has_sample, has_other;

	use_int(&a, (int64_t)r->least);
	use_int(&b, (int64_t)r->least);
	has_sample = inputrow_sample(&a, &sample, &sample_of);
	has_other = inputrow_other(&b, &other, &other_of);
	while (has_sample || has_other) {
		if (has_sample && (!has_other || sample.ref < other.ref)) {
			feed(r, sample_of, &sample);
			has_sample = inputrow_sample(&a, &sample, &sample_of);
		} else {
			feed(r, other_of, &other);
			has_other = inputrow_other(&b, &other, &other_of);
		}
	}
}

/* Saved with every commit, so newer than what the samples led to. */
static enum status
read_shared(struct query *q, struct recall *r, struct fail *f)
{
	struct use u = db_use(&q->db, SQL_MEMORY);
	enum status s = OK;
	const void *bytes;
	size_t n;

	use_int(&u, 0);
	if (use_next(&u)) {
		bytes = use_col_blob(&u, 1, &n);
		s = world_restore_shared(r->world, bytes, n, f);
	}
	use_end(&u);
	return s;
}

static enum status
read_all(struct query *q, struct recall *r, struct fail *f)
{
	struct input now = {.kind = INPUT_ADVANCE, .endpoint = ENDPOINT_NONE};
	struct use u;
	enum status s;

	read_places(q, r);
	r->world = world_new(r->canaries, 0);
	s = read_memories(q, r, f);
	if (s == OK && r->least != UINT64_MAX)
		read_inputs(q, r);
	if (s == OK)
		s = read_shared(q, r, f);
	u = db_use(&q->db, SQL_KNOWN_UNTIL);
	now.at = use_ask(&u, 0);
	if (s == OK)
		s = reader_told(q, f);
	if (s == OK)
		core_step(r->world, &now, NULL, NULL);
	world_group(r->world);
	return s;
}

enum status
recall_open(struct query *q, struct recall **r, struct fail *f)
{
	struct recall *n = mem_zalloc(sizeof(*n));
	enum status s;

	n->least = UINT64_MAX;
	snapshot_hold(q);
	s = read_all(q, n, f);
	snapshot_release(q);
	if (s == OK)
		*r = n;
	else
		recall_close(n);
	return s;
}

void
recall_close(struct recall *r)
{
	if (r == NULL)
		return;
	world_free(r->world);
	numbers_done(&r->services);
	numbers_done(&r->regions);
	for (size_t i = 0; i < r->count; i++) {
		mem_free(r->places[i].id);
		mem_free(r->places[i].names[0]);
		mem_free(r->places[i].names[1]);
	}
	mem_free(r->places);
	mem_free(r);
}

const struct world *
recall_world(const struct recall *r)
{
	return r->world;
}

struct recall_names
recall_names(const struct recall *r, uint32_t slot)
{
	for (size_t i = 0; i < r->count; i++) {
		const struct place *p = &r->places[i];

		if (!p->canary && p->slot == slot)
			return (struct recall_names){.id = p->id,
			    .service = p->names[0],
			    .region = p->names[1]};
	}
	return (struct recall_names){0};
}

bool
recall_slot(const struct recall *r, int64_t endpoint, uint32_t *slot)
{
	const struct place *p = find(r, endpoint);

	if (p == NULL || p->canary || !world_watches(r->world, p->slot))
		return false;
	*slot = p->slot;
	return true;
}

void
recall_refresh(const struct recall *r, int64_t endpoint, struct output *o)
{
	struct output now;
	uint32_t slot;

	if (r == NULL || !recall_slot(r, endpoint, &slot))
		return;
	world_describe(r->world, slot, &now);
	output_refresh(o, &now);
}
