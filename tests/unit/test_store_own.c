/* SPDX-License-Identifier: MIT */
#include "stores.h"

#include "store/own.h"

struct seen {
	wall_ms started, from, until, asked;
	unsigned starts, gaps, canaries;
	bool good;
	char version[16], name[16];
};

static void
on_start(void *arg, wall_ms at, const char *version)
{
	struct seen *s = arg;

	s->starts++;
	s->started = at;
	(void)snprintf(s->version, sizeof(s->version), "%s", version);
}

static void
on_gap(void *arg, wall_ms from, wall_ms until)
{
	struct seen *s = arg;

	if (s->gaps++ > 0)
		return;
	s->from = from;
	s->until = until;
}

static void
on_canary(void *arg, const char *name, bool good, wall_ms at)
{
	struct seen *s = arg;

	s->canaries++;
	s->good = good;
	s->asked = at;
	(void)snprintf(s->name, sizeof(s->name), "%s", name);
}

static void
put(struct store *s, int64_t endpoint, struct input in)
{
	in.ref = store_next_ref(s);
	store_put_input(s, endpoint, &in, NULL, NULL);
}

static struct seen
look(const struct scratch *d, wall_ms gaps_since, size_t max)
{
	struct seen seen = {.starts = 0};
	const struct own_events on = {on_start, on_gap, on_canary, &seen};
	struct query *q;
	struct fail f;

	assert_int_equal(query_open(d->path, 0, &q, &f), STORE_OK);
	assert_int_equal(own_read(q, gaps_since, max, &on, &f), OK);
	query_close(q);
	return seen;
}

static void
the_newest_of_each_is_told(void **state)
{
	struct scratch d;
	struct store *s;
	struct seen seen;
	int64_t canary;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	(void)store_endpoint(s, "a/b", "a", "b", STORES_T0);
	canary = store_endpoint(s, "canary/0", NULL, NULL, STORES_T0);
	for (wall_ms at = STORES_T0; at < STORES_T0 + HOUR_MS; at += MINUTE_MS)
		put(s, canary,
		    (struct input){.kind = INPUT_CANARY,
			.at = at,
			.u.canary.good = at == STORES_T0});
	for (int i = 1; i <= 3; i++)
		put(s, 0,
		    (struct input){.kind = INPUT_GAP,
			.at = STORES_T0 + (wall_ms)i * HOUR_MS,
			.u.gap_from =
			    STORES_T0 + (wall_ms)i * HOUR_MS - MINUTE_MS});
	stores_commit(s);
	store_close(s);
	s = stores_open(d.path, STORES_T0 + (wall_ms)4 * HOUR_MS);
	store_close(s);

	seen = look(&d, STORES_T0, 10);
	assert_int_equal(seen.starts, 1);
	assert_true(seen.started == STORES_T0 + (wall_ms)4 * HOUR_MS);
	assert_string_equal(seen.version, "0");
	assert_int_equal(seen.gaps, 3);
	assert_true(seen.until == STORES_T0 + (wall_ms)3 * HOUR_MS);
	assert_true(seen.until - seen.from == MINUTE_MS);
	assert_int_equal(look(&d, STORES_T0, 2).gaps, 2);
	assert_int_equal(look(&d, STORES_T0 + (wall_ms)2 * HOUR_MS, 10).gaps,
	    2);
	/* Asked last more than an hour before what is known. */
	assert_int_equal(seen.canaries, 0);
	scratch_remove(&d);
}

static void
a_canary_is_as_its_last_answer(void **state)
{
	struct scratch d;
	struct store *s;
	struct seen seen;
	int64_t canary;

	(void)state;
	scratch_make(&d);
	s = stores_open(scratch_path(&d, "v.db"), STORES_T0);
	stores_begin(s, STORES_T0);
	canary = store_endpoint(s, "canary/0", NULL, NULL, STORES_T0);
	for (int i = 0; i < 3; i++)
		put(s, canary,
		    (struct input){.kind = INPUT_CANARY,
			.at = STORES_T0 + (wall_ms)i * MINUTE_MS,
			.u.canary.good = i < 2});
	stores_commit(s);
	store_close(s);
	seen = look(&d, STORES_T0, 10);
	assert_int_equal(seen.canaries, 1);
	assert_string_equal(seen.name, "canary/0");
	assert_false(seen.good);
	assert_true(seen.asked == STORES_T0 + (wall_ms)2 * MINUTE_MS);
	assert_int_equal(seen.gaps, 0);
	scratch_remove(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_newest_of_each_is_told),
	    cmocka_unit_test(a_canary_is_as_its_last_answer),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
