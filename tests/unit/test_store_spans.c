/* SPDX-License-Identifier: MIT */
#include <stdlib.h>

#include "stores.h"

#include "core/account.h"
#include "store/history.h"

static int64_t
begin(struct scratch *d, struct store **s)
{
	int64_t e;

	scratch_make(d);
	*s = stores_open(scratch_path(d, "v.db"), STORES_T0);
	stores_begin(*s, STORES_T0);
	e = store_endpoint(*s, "a/b", "a", "b", STORES_T0);
	assert_true(e > 0);
	return e;
}

static void
span(struct store *s, int64_t e, wall_ms since, enum bucket b)
{
	struct output o = {.kind = OUTPUT_SPAN, .since = since, .bucket = b};

	stores_put(s, e, &o);
}

static void
relabel(struct store *s, int64_t e, wall_ms since, wall_ms until)
{
	struct output o = {.kind = OUTPUT_RELABEL,
	    .since = since,
	    .until = until};

	stores_put(s, e, &o);
}

/* Something stored at `at`, so that time is known until then. */
static void
known_until(struct store *s, wall_ms at)
{
	struct input in = {.kind = INPUT_CLOCK_STEP, .at = at};

	in.ref = store_next_ref(s);
	store_put_input(s, 0, &in, NULL, NULL);
	stores_commit(s);
}

static void
sum(struct scratch *d, int64_t e, wall_ms from, wall_ms to,
    int64_t out[BUCKET_COUNT])
{
	struct query *q;
	struct fail f;
	struct query_sum all;

	assert_int_equal(query_open(scratch_path(d, "v.db"), 0, &q, &f),
	    STORE_OK);
	assert_int_equal(query_buckets(q, e, from, to, &all, &f), OK);
	assert_false(all.provisional);
	memcpy(out, all.ms, sizeof(all.ms));
	query_close(q);
}

static void
the_day_of_an_outage(void **state)
{
	struct scratch d;
	struct store *s;
	int64_t e = begin(&d, &s), ms[BUCKET_COUNT];

	(void)state;
	span(s, e, 0, BUCKET_UNKNOWN);
	span(s, e, 100, BUCKET_UP);
	span(s, e, 1000, BUCKET_MAINTENANCE);
	span(s, e, 2000, BUCKET_DOWN);
	span(s, e, 3000, BUCKET_RECOVERING);
	span(s, e, 3500, BUCKET_DOWN);
	span(s, e, 4000, BUCKET_RECOVERING);
	relabel(s, e, 4000, 5000);
	span(s, e, 5000, BUCKET_UP);
	known_until(s, 6000);
	sum(&d, e, 0, 6000, ms);
	assert_int_equal(ms[BUCKET_UNKNOWN], 100);
	assert_int_equal(ms[BUCKET_UP], 900 + 2000);
	assert_int_equal(ms[BUCKET_MAINTENANCE], 1000);
	assert_int_equal(ms[BUCKET_DOWN], 1000 + 500);
	assert_int_equal(ms[BUCKET_RECOVERING], 500);
	/* Clipped at both ends, and never beyond what is known. */
	sum(&d, e, 2500, 3600, ms);
	assert_int_equal(ms[BUCKET_DOWN], 500 + 100);
	assert_int_equal(ms[BUCKET_RECOVERING], 500);
	assert_int_equal(ms[BUCKET_UP], 0);
	sum(&d, e, 5500, 99999, ms);
	assert_int_equal(ms[BUCKET_UP], 500);
	store_close(s);
	scratch_remove(&d);
}

static void
back_dated_span_replaces(void **state)
{
	struct scratch d;
	struct store *s;
	int64_t e = begin(&d, &s), ms[BUCKET_COUNT];

	(void)state;
	span(s, e, 0, BUCKET_UP);
	span(s, e, 900, BUCKET_DEGRADED);
	span(s, e, 900, BUCKET_DOWN);
	span(s, e, 950, BUCKET_DOWN);
	known_until(s, 1000);
	sum(&d, e, 0, 1000, ms);
	assert_int_equal(ms[BUCKET_UP], 900);
	assert_int_equal(ms[BUCKET_DEGRADED], 0);
	assert_int_equal(ms[BUCKET_DOWN], 100);
	store_close(s);
	scratch_remove(&d);
}

/* A life as the core could tell it, to the database and to the account. */
struct life {
	struct store *s;
	struct account a;
	int64_t e;
	wall_ms now, last, back;
	bool recovering;
	uint32_t seed;
};

static uint32_t
dice(struct life *l, uint32_t sides)
{
	l->seed = l->seed * 1664525u + 1013904223u;
	return (l->seed >> 8) % sides;
}

static void
tell(struct life *l, const struct output *o)
{
	stores_put(l->s, l->e, o);
	account_feed(&l->a, o);
}

static void
tell_span(struct life *l, wall_ms since, enum bucket b)
{
	struct output o = {.kind = OUTPUT_SPAN, .since = since, .bucket = b};

	tell(l, &o);
	l->last = since;
}

static void
live(struct life *l)
{
	static const enum bucket any[] = {BUCKET_DEGRADED, BUCKET_MAINTENANCE,
	    BUCKET_DOWN, BUCKET_UNKNOWN, BUCKET_DOWN};
	wall_ms since = l->last + dice(l, (uint32_t)(l->now - l->last) + 1);

	l->now += 1 + dice(l, 5000);
	if (l->recovering && dice(l, 2) == 0) {
		struct output o = {.kind = OUTPUT_RELABEL,
		    .since = l->back,
		    .until = l->now};

		tell(l, &o);
		l->recovering = false;
		tell_span(l, l->now, BUCKET_UP);
	} else if (!l->recovering && dice(l, 3) == 0) {
		l->recovering = true;
		l->back = since;
		tell_span(l, since, BUCKET_RECOVERING);
	} else {
		enum bucket b = any[dice(l, 5)];

		l->recovering = l->recovering && b == BUCKET_UNKNOWN;
		tell_span(l, since, b);
	}
}

static void
agrees_with_the_account(void **state)
{
	int64_t want[BUCKET_COUNT], have[BUCKET_COUNT], total;

	(void)state;
	for (uint32_t seed = 1; seed <= 40; seed++) {
		struct life l = {.seed = seed, .now = 1000};
		struct scratch d;

		l.e = begin(&d, &l.s);
		tell_span(&l, 0, BUCKET_UNKNOWN);
		for (int i = 0; i < 200; i++)
			live(&l);
		l.now += 77;
		known_until(l.s, l.now);
		account_sum(&l.a, l.now, want);
		sum(&d, l.e, 0, l.now, have);
		total = 0;
		for (int b = 0; b < BUCKET_COUNT; b++) {
			if (want[b] != have[b])
				fail_msg("seed %u, bucket %d: %lld, not %lld",
				    seed, b, (long long)have[b],
				    (long long)want[b]);
			total += have[b];
		}
		assert_int_equal(total, l.now);
		account_done(&l.a);
		store_close(l.s);
		scratch_remove(&d);
	}
}

struct summing {
	wall_ms from, to, last;
	int64_t endpoint, ms[3][BUCKET_COUNT]; /* by endpoint */
};

static bool
on_span(void *arg, const struct history_span *s)
{
	struct summing *x = arg;
	wall_ms since = s->since > x->from ? s->since : x->from;
	wall_ms until = s->until < x->to ? s->until : x->to;

	assert_in_range(s->endpoint, 1, 2);
	assert_true(s->endpoint > x->endpoint ||
	    (s->endpoint == x->endpoint && s->since > x->last));
	x->endpoint = s->endpoint;
	x->last = s->since;
	if (since < until)
		x->ms[s->endpoint][s->bucket] += until - since;
	return true;
}

/* What is read of all at once is what is read of each. */
static void
the_history_of_all_is_that_of_each(void **state)
{
	static const wall_ms windows[][2] = {{0, 9000}, {0, 500}, {500, 2500},
	    {1000, 3000}, {2500, 2600}, {8000, 20000}};
	struct scratch d;
	struct store *s;
	int64_t e[] = {begin(&d, &s), 0}, ms[BUCKET_COUNT];

	(void)state;
	e[1] = store_endpoint(s, "a/c", "a", "c", STORES_T0);
	span(s, e[0], 100, BUCKET_UP);
	span(s, e[0], 1000, BUCKET_DOWN);
	span(s, e[0], 3000, BUCKET_UP);
	span(s, e[1], 2000, BUCKET_UNKNOWN);
	span(s, e[1], 2550, BUCKET_UP);
	known_until(s, 9000);
	for (size_t i = 0; i < sizeof(windows) / sizeof(windows[0]); i++) {
		struct summing x = {.from = windows[i][0],
		    .to = windows[i][1],
		    .last = -1};
		struct query *q;
		struct fail f;

		assert_int_equal(query_open(scratch_path(&d, "v.db"), 0, &q,
				     &f),
		    STORE_OK);
		assert_int_equal(history_spans(q, x.from, x.to, on_span, &x,
				     &f),
		    OK);
		query_close(q);
		for (size_t k = 0; k < 2; k++) {
			sum(&d, e[k], x.from, x.to, ms);
			assert_memory_equal(ms, x.ms[e[k]], sizeof(ms));
		}
	}
	store_close(s);
	scratch_remove(&d);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(the_day_of_an_outage),
	    cmocka_unit_test(back_dated_span_replaces),
	    cmocka_unit_test(agrees_with_the_account),
	    cmocka_unit_test(the_history_of_all_is_that_of_each),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
