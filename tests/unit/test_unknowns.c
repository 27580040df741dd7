/* SPDX-License-Identifier: MIT */
/* For how long nothing was known, over a real database. */
#include "stores.h"
#include "web/unknowns.h"

struct scene {
	struct scratch folder;
	struct store *store;
	struct query *q;
	int64_t a, b;
	struct unknowns u;
};

static void
put(struct scene *c, int64_t endpoint, wall_ms since, enum bucket bucket)
{
	const struct output span = {.kind = OUTPUT_SPAN,
	    .since = since,
	    .bucket = bucket,
	    .at = since};

	stores_begin(c->store, since);
	stores_put(c->store, endpoint, &span);
	stores_commit(c->store);
}

static void
expect(struct scene *c, wall_ms as_of, int64_t a, int64_t b)
{
	struct fail f = {.why = ""};

	assert_int_equal(unknowns_read(&c->u, c->q, as_of, &f), OK);
	assert_int_equal(unknowns_ms(&c->u, c->a), a);
	assert_int_equal(unknowns_ms(&c->u, c->b), b);
}

static void
open_scene(struct scene *c)
{
	struct fail f = {.why = ""};

	*c = (struct scene){.store = NULL};
	scratch_make(&c->folder);
	c->store = stores_open(scratch_path(&c->folder, "v.db"), STORES_T0);
	stores_begin(c->store, STORES_T0);
	c->a = store_endpoint(c->store, "a/eu", "a", "eu", STORES_T0);
	c->b = store_endpoint(c->store, "b/eu", "b", "eu", STORES_T0);
	stores_commit(c->store);
	assert_int_equal(query_open(c->folder.path, 0, &c->q, &f), STORE_OK);
}

static void
close_scene(struct scene *c)
{
	unknowns_done(&c->u);
	query_close(c->q);
	store_close(c->store);
	scratch_remove(&c->folder);
}

/* The present span ends where knowledge does: at the last one put. */
static void
known(struct scene *c, wall_ms at)
{
	const struct output event = {.kind = OUTPUT_EVENT,
	    .event = EVENT_SIGHTED,
	    .at = at};

	stores_begin(c->store, at);
	stores_put(c->store, 0, &event);
	stores_commit(c->store);
}

static void
it_is_summed_once_and_goes_on(void **state)
{
	const wall_ms t = STORES_T0;
	struct scene c;

	(void)state;
	open_scene(&c);
	expect(&c, t, 0, 0);
	/* The later one first: it has to find its place. */
	put(&c, c.b, t, BUCKET_UNKNOWN);
	known(&c, t + HOUR_MS);
	expect(&c, t + HOUR_MS, 0, HOUR_MS);
	put(&c, c.a, t, BUCKET_UNKNOWN);
	put(&c, c.a, t + HOUR_MS, BUCKET_UP);
	put(&c, c.b, t + (wall_ms)2 * HOUR_MS, BUCKET_UP);
	known(&c, t + (wall_ms)2 * HOUR_MS);
	expect(&c, t + (wall_ms)2 * HOUR_MS, HOUR_MS, (wall_ms)2 * HOUR_MS);
	/* Days later, twice: what is kept as a sum is not summed again. */
	put(&c, c.a, t + (wall_ms)4 * DAY_MS, BUCKET_UNKNOWN);
	known(&c, t + (wall_ms)5 * DAY_MS);
	expect(&c, t + (wall_ms)5 * DAY_MS, HOUR_MS + DAY_MS,
	    (wall_ms)2 * HOUR_MS);
	expect(&c, t + (wall_ms)5 * DAY_MS, HOUR_MS + DAY_MS,
	    (wall_ms)2 * HOUR_MS);
	known(&c, t + (wall_ms)7 * DAY_MS);
	expect(&c, t + (wall_ms)7 * DAY_MS, HOUR_MS + 3 * DAY_MS,
	    (wall_ms)2 * HOUR_MS);
	close_scene(&c);
}

/* What was not known turns out to have been an outage. */
static void
it_never_gets_less(void **state)
{
	const wall_ms t = STORES_T0;
	struct scene c;

	(void)state;
	open_scene(&c);
	put(&c, c.a, t, BUCKET_UP);
	put(&c, c.a, t + MINUTE_MS, BUCKET_UNKNOWN);
	known(&c, t + (wall_ms)10 * MINUTE_MS);
	expect(&c, t + (wall_ms)10 * MINUTE_MS, (wall_ms)9 * MINUTE_MS, 0);
	put(&c, c.a, t + (wall_ms)2 * MINUTE_MS, BUCKET_DOWN);
	expect(&c, t + (wall_ms)10 * MINUTE_MS, (wall_ms)9 * MINUTE_MS, 0);
	put(&c, c.a, t + (wall_ms)20 * MINUTE_MS, BUCKET_UNKNOWN);
	known(&c, t + (wall_ms)30 * MINUTE_MS);
	expect(&c, t + (wall_ms)30 * MINUTE_MS, (wall_ms)11 * MINUTE_MS, 0);
	close_scene(&c);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       it_is_summed_once_and_goes_on),
	    cmocka_unit_test(it_never_gets_less)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
