/* SPDX-License-Identifier: MIT */
/* What a reader keeps of its last read is what it would read again. */
#include "stores.h"

#include "store/history.h"

enum { ENDPOINTS = 3, ROUNDS = 40, WALK = 5 };

struct looking {
	wall_ms newest[ENDPOINTS];
	size_t count;
};

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct looking *l = arg;

	assert_true(l->count < ENDPOINTS);
	l->newest[l->count++] = e->sampled ? e->last.start : 0;
	return true;
}

static bool
on_sample(void *arg, uint64_t ref, const struct sample *s)
{
	struct looking *l = arg;

	(void)ref;
	assert_true(l->count == 0 || s->start < l->newest[0]);
	l->newest[0] = s->start;
	return ++l->count < WALK;
}

static void
add(struct store *s, int64_t endpoint, wall_ms at)
{
	struct sample p = stores_sample(at, 70000, REASON_OK);

	stores_begin(s, at);
	store_put_sample(s, store_next_ref(s), endpoint, &p);
	stores_commit(s);
}

static void
agree(struct query *kept, const char *path)
{
	struct looking a = {.count = 0}, b = {.count = 0};
	struct query *fresh;
	struct fail f;

	assert_int_equal(query_open(path, 1000, &fresh, &f), STORE_OK);
	assert_int_equal(query_endpoints(kept, NULL, on_endpoint, &a, &f), OK);
	assert_int_equal(query_endpoints(fresh, NULL, on_endpoint, &b, &f), OK);
	query_close(fresh);
	assert_int_equal(a.count, b.count);
	assert_memory_equal(a.newest, b.newest, sizeof(a.newest));
}

static void
only_what_came_since_is_read(void **state)
{
	struct scratch d;
	struct store *s;
	struct query *q;
	struct looking l = {.count = 0};
	struct fail f;
	uint64_t before;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	(void)store_endpoint(s, "a/a", "a", "a", STORES_T0);
	(void)store_endpoint(s, "a/b", "a", "b", STORES_T0);
	(void)store_endpoint(s, "a/c", "a", "c", STORES_T0);
	stores_commit(s);
	assert_int_equal(query_open(d.path, 1000, &q, &f), STORE_OK);
	agree(q, d.path);
	/* Long enough for heads to be written in between. */
	for (int i = 0; i < ROUNDS; i++) {
		add(s, 1 + i % (ENDPOINTS - 1),
		    STORES_T0 + (wall_ms)i * MINUTE_MS);
		agree(q, d.path);
	}
	before = query_statements(q);
	assert_int_equal(query_endpoints(q, NULL, on_endpoint, &l, &f), OK);
	assert_int_equal(query_statements(q) - before, 2);
	assert_int_equal(l.newest[2], 0);
	assert_int_equal(l.newest[1],
	    STORES_T0 + (ROUNDS - 1) * (wall_ms)MINUTE_MS);

	l = (struct looking){.count = 0};
	before = query_statements(q);
	assert_int_equal(query_samples(q, 2, SIZE_MAX, on_sample, &l, &f), OK);
	assert_int_equal(l.count, WALK);
	assert_int_equal(query_statements(q) - before, 2);
	l.count = 0;
	assert_int_equal(query_samples(q, 2, 3, on_sample, &l, &f), OK);
	assert_int_equal(l.count, 3);
	l.count = 0;
	assert_int_equal(query_samples(q, 3, 3, on_sample, &l, &f), OK);
	assert_int_equal(l.count, 0);
	query_close(q);
	store_close(s);
	scratch_remove(&d);
}

struct way {
	wall_ms before, found; /* the first that began before it */
	unsigned skipped;
};

static bool
on_way(void *arg, uint64_t ref, const struct sample *s)
{
	struct way *w = arg;

	(void)ref;
	w->skipped += s->start >= w->before;
	w->found = s->start < w->before ? s->start : 0;
	return w->found == 0;
}

/* One each minute and one each seven hours for two days, and one never. */
enum { MINUTES = 48 * 60, RARELY = 7 * 60 };
static const int every[] = {1, RARELY};

static void
put_three(struct store *s)
{
	stores_begin(s, STORES_T0);
	for (int i = 0; i < 3; i++) {
		char id[] = {'a', '/', (char)('a' + i), '\0'};

		(void)store_endpoint(s, id, "a", id + 2, STORES_T0);
	}
	for (int i = 0; i < MINUTES; i++) {
		wall_ms at = STORES_T0 + (wall_ms)i * MINUTE_MS;
		struct sample p = stores_sample(at, 70000, REASON_OK);

		for (int k = 0; k < 2; k++)
			if (i % every[k] == 0)
				store_put_sample(s, store_next_ref(s), 1 + k,
				    &p);
	}
	stores_commit(s);
}

/* By few statements, and few samples that are not meant. */
static void
walk_back(struct query *q, int k, int minute)
{
	struct way w = {.before = STORES_T0 + (wall_ms)minute * MINUTE_MS};
	uint64_t before = query_statements(q), ref;
	int last = (minute - 1) / every[k] * every[k];
	struct fail f;

	assert_int_equal(history_before(q, 1 + k, w.before, &ref, &f), OK);
	assert_int_equal(history_samples(q,
			     &(struct history_page){1 + k, ref, SIZE_MAX},
			     on_way, &w, &f),
	    OK);
	assert_true(query_statements(q) - before <= 20);
	assert_int_equal(w.found, STORES_T0 + (wall_ms)last * MINUTE_MS);
	assert_true(w.skipped <= 62);
}

static void
a_walk_back_begins_near_its_time(void **state)
{
	struct scratch d;
	struct store *s;
	struct query *q;
	struct fail f;
	uint64_t ref;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	put_three(s);
	assert_int_equal(query_open(d.path, 1000, &q, &f), STORE_OK);
	for (int i = 1; i <= MINUTES; i += 97)
		for (int k = 0; k < 2; k++)
			walk_back(q, k, i);
	assert_int_equal(history_before(q, 3, STORES_T0, &ref, &f), OK);
	assert_int_equal(ref, 0);
	query_close(q);
	store_close(s);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       only_what_came_since_is_read),
	    cmocka_unit_test(a_walk_back_begins_near_its_time)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
