/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "core/account.h"

static void
span(struct account *a, wall_ms since, enum bucket b)
{
	struct output o = {.kind = OUTPUT_SPAN, .since = since, .bucket = b};

	account_feed(a, &o);
}

static void
relabel(struct account *a, wall_ms since, wall_ms until)
{
	struct output o = {.kind = OUTPUT_RELABEL,
	    .since = since,
	    .until = until};

	account_feed(a, &o);
}

static void
expect(const struct account *a, wall_ms until, enum bucket b, int64_t ms)
{
	int64_t sum[BUCKET_COUNT];

	account_sum(a, until, sum);
	assert_int_equal(sum[b], ms);
}

static void
empty_is_nothing(void **state)
{
	struct account a = {0};

	(void)state;
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		expect(&a, 1000, (enum bucket)b, 0);
	account_done(&a);
}

/* A failing run counts from its first failing sample, told later. */
static void
back_dated_run(void **state)
{
	struct account a = {0};

	(void)state;
	span(&a, 0, BUCKET_UNKNOWN);
	span(&a, 10, BUCKET_UP);
	span(&a, 100, BUCKET_DOWN);
	span(&a, 100, BUCKET_MAINTENANCE);
	expect(&a, 160, BUCKET_UNKNOWN, 10);
	expect(&a, 160, BUCKET_UP, 90);
	expect(&a, 160, BUCKET_DOWN, 0);
	expect(&a, 160, BUCKET_MAINTENANCE, 60);
	account_done(&a);
}

/* The recovery that held becomes up; the relapsed one stays. */
static void
last_recovery_becomes_up(void **state)
{
	struct account a = {0};

	(void)state;
	span(&a, 0, BUCKET_UP);
	span(&a, 100, BUCKET_DOWN);
	span(&a, 200, BUCKET_RECOVERING);
	span(&a, 230, BUCKET_DOWN);
	span(&a, 300, BUCKET_RECOVERING);
	relabel(&a, 300, 500);
	span(&a, 500, BUCKET_UP);
	span(&a, 700, BUCKET_DOWN);
	expect(&a, 800, BUCKET_UP, 100 + 400);
	expect(&a, 800, BUCKET_RECOVERING, 30);
	expect(&a, 800, BUCKET_DOWN, 170 + 100);
	assert_int_equal(a.count, 1);
	account_done(&a);
}

/* Told the other way round, or over an unknown between, it is the same. */
static void
relabel_after_up_and_over_unknown(void **state)
{
	struct account a = {0};

	(void)state;
	span(&a, 0, BUCKET_DOWN);
	span(&a, 100, BUCKET_RECOVERING);
	span(&a, 150, BUCKET_UNKNOWN);
	span(&a, 170, BUCKET_RECOVERING);
	span(&a, 300, BUCKET_UP);
	relabel(&a, 100, 300);
	expect(&a, 400, BUCKET_UP, 50 + 130 + 100);
	expect(&a, 400, BUCKET_UNKNOWN, 20);
	expect(&a, 400, BUCKET_RECOVERING, 0);
	account_done(&a);
}

static void
other_outputs_are_ignored(void **state)
{
	struct account a = {0};
	struct output o = {.kind = OUTPUT_EVENT, .since = 50};

	(void)state;
	span(&a, 0, BUCKET_UP);
	account_feed(&a, &o);
	expect(&a, 90, BUCKET_UP, 90);
	account_done(&a);
}

/* A long incident does not make the work of each span grow. */
static void
settled_spans_are_forgotten(void **state)
{
	struct account a = {0};

	(void)state;
	for (int i = 0; i < 10000; i++)
		span(&a, i, i % 2 == 0 ? BUCKET_UP : BUCKET_DOWN);
	assert_true(a.count <= 2);
	assert_true(a.size <= 16);
	account_done(&a);
}

enum { AXIS = 3000, STEPS = 300, ROUNDS = 400 };

static uint32_t
next(uint32_t *seed, uint32_t below)
{
	*seed = *seed * 1664525u + 1013904223u;
	return (*seed >> 8) % below;
}

/*
 * One round against an array with one cell for each millisecond.  closed is
 * where the last incident surely ended: no relabelling reaches before it.
 */
static void
one_round(uint32_t *seed)
{
	struct account a = {0};
	unsigned char model[AXIS];
	wall_ms latest = 0, closed = 0;

	memset(model, BUCKET_UNKNOWN, sizeof(model));
	span(&a, 0, BUCKET_UNKNOWN);
	for (int step = 0; step < STEPS && latest < AXIS - 40; step++) {
		int64_t got[BUCKET_COUNT], want[BUCKET_COUNT] = {0};
		wall_ms until;

		if (next(seed, 4) > 0) {
			wall_ms since = latest + next(seed, 20);
			unsigned b = next(seed, BUCKET_COUNT);

			if (since > 0 && model[since - 1] == BUCKET_UP)
				closed = since;
			span(&a, since, (enum bucket)b);
			memset(model + since, (int)b, (size_t)(AXIS - since));
			latest = since;
		} else {
			wall_ms from = closed +
			    next(seed, (uint32_t)(latest - closed) + 10);
			wall_ms to = from + next(seed, 60);

			relabel(&a, from, to);
			for (wall_ms t = from; t < to && t < AXIS; t++)
				if (model[t] == BUCKET_RECOVERING)
					model[t] = BUCKET_UP;
		}
		until = latest + next(seed, 40);
		for (wall_ms t = 0; t < until; t++)
			want[model[t]]++;
		account_sum(&a, until, got);
		assert_memory_equal(got, want, sizeof(got));
	}
	account_done(&a);
}

static void
equals_an_array_of_milliseconds(void **state)
{
	const char *given = getenv("SEED");
	uint32_t seed =
	    given != NULL ? (uint32_t)strtoul(given, NULL, 10) : 20230214;

	(void)state;
	print_message("seed %u\n", (unsigned)seed);
	for (int i = 0; i < ROUNDS; i++)
		one_round(&seed);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(empty_is_nothing),
	    cmocka_unit_test(back_dated_run),
	    cmocka_unit_test(last_recovery_becomes_up),
	    cmocka_unit_test(relabel_after_up_and_over_unknown),
	    cmocka_unit_test(other_outputs_are_ignored),
	    cmocka_unit_test(settled_spans_are_forgotten),
	    cmocka_unit_test(equals_an_array_of_milliseconds),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
