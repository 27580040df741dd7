/* SPDX-License-Identifier: MIT */
#include "stores.h"

#include "store/latency.h"

struct seen {
	wall_ms since[LATENCY_STEPS_MAX], until[LATENCY_STEPS_MAX];
	struct rollup rows[LATENCY_STEPS_MAX];
	size_t count, max;
};

static bool
on_step(void *arg, wall_ms since, wall_ms until, const struct rollup *r)
{
	struct seen *s = arg;

	s->since[s->count] = since;
	s->until[s->count] = until;
	s->rows[s->count++] = *r;
	return s->count < s->max;
}

static void
look(struct query *q, const struct latency_part *part, struct seen *seen)
{
	struct fail f;

	assert_int_equal(latency_read(q, part, on_step, seen, &f), OK);
}

static void
steps_are_few_and_whole(void **state)
{
	static const span_ms times[] = {MINUTE_MS, DAY_MS, (wall_ms)2 * DAY_MS,
	    2 * DAY_MS + 1, (wall_ms)7 * DAY_MS, (wall_ms)20 * DAY_MS};

	(void)state;
	for (size_t i = 0; i < sizeof(times) / sizeof(times[0]); i++) {
		for (int64_t k = 1; k < 200; k *= 7) {
			span_ms time = times[i] * k;
			span_ms step =
			    latency_step(STORES_T0, STORES_T0 + time);

			assert_true(
			    step > 0 && step % ((wall_ms)5 * MINUTE_MS) == 0);
			assert_true(
			    (time + step - 1) / step <= LATENCY_STEPS_MAX);
		}
	}
	assert_true(latency_step(0, DAY_MS) == (wall_ms)5 * MINUTE_MS);
	assert_true(latency_step(0, (wall_ms)7 * DAY_MS) == HOUR_MS);
	assert_true(latency_step(0, 365 * (wall_ms)DAY_MS) == DAY_MS);
}

/* One endpoint asked each minute for three hours, 10 ms, and another, 1 s. */
static void
put_two(const char *path, int64_t e[2])
{
	struct store *s = stores_open(path, STORES_T0);

	stores_begin(s, STORES_T0);
	e[0] = store_endpoint(s, "a/b", "a", "b", STORES_T0);
	e[1] = store_endpoint(s, "a/c", "a", "c", STORES_T0);
	for (int i = 0; i < 180; i++) {
		wall_ms at = STORES_T0 + (wall_ms)i * MINUTE_MS;

		for (int k = 0; k < 2; k++) {
			struct sample p =
			    stores_sample(at, k == 0 ? 10000 : 1000000,
				i % 10 == 9 ? REASON_SERVER_ERROR : REASON_OK);

			store_put_sample(s, store_next_ref(s), e[k], &p);
		}
	}
	stores_commit(s);
	stores_begin(s, STORES_T0 + (wall_ms)181 * MINUTE_MS);
	stores_commit(s);
	store_close(s);
}

static void
of_one_endpoint_in_order(void **state)
{
	struct scratch d;
	struct seen seen = {.max = LATENCY_STEPS_MAX};
	struct query *q;
	struct fail f;
	int64_t e[2];

	(void)state;
	scratch_make(&d);
	put_two(scratch_path(&d, "v.db"), e);
	assert_int_equal(query_open(d.path, 0, &q, &f), STORE_OK);
	look(q, &(struct latency_part){e[0], STORES_T0, STORES_T0 + DAY_MS, 0},
	    &seen);
	assert_true(seen.count >= 35 && seen.count <= 36);
	for (size_t i = 0; i < seen.count; i++) {
		assert_true(
		    seen.until[i] - seen.since[i] == (wall_ms)5 * MINUTE_MS);
		assert_true(
		    seen.since[i] == STORES_T0 + (wall_ms)i * 5 * MINUTE_MS);
		assert_int_equal(seen.rows[i].n, 5);
		assert_int_equal(seen.rows[i].failing, i % 2);
		assert_int_equal(rollup_quantile_us(&seen.rows[i], 50), 10000);
	}
	seen = (struct seen){.max = 2};
	look(q,
	    &(struct latency_part){e[1], STORES_T0,
		STORES_T0 + (wall_ms)7 * DAY_MS, 0},
	    &seen);
	assert_int_equal(seen.count, 2);
	assert_int_equal(seen.rows[0].n, 60);
	assert_int_equal(rollup_quantile_us(&seen.rows[0], 50), 1000000);
	/* As long a step as is asked for: of hours, or of five minutes. */
	seen = (struct seen){.max = LATENCY_STEPS_MAX};
	look(q,
	    &(struct latency_part){e[0], STORES_T0, STORES_T0 + DAY_MS,
		HOUR_MS},
	    &seen);
	assert_int_equal(seen.count, 3);
	assert_int_equal(seen.rows[0].n, 60);
	seen = (struct seen){.max = 2};
	look(q,
	    &(struct latency_part){e[0], STORES_T0,
		STORES_T0 + (wall_ms)7 * DAY_MS, 5 * (span_ms)MINUTE_MS},
	    &seen);
	assert_int_equal(seen.rows[1].n, 5);
	query_close(q);
	scratch_remove(&d);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test(steps_are_few_and_whole),
	    cmocka_unit_test(of_one_endpoint_in_order),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
