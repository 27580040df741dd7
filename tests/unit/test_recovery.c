/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "core/memory.h"
#include "core/recovery.h"

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */
static const span_ms minute = MINUTE_MS;

/* A stranger: 1 - e^-(H(t + 1 h) - H(t)) of docs/recovery.md, by hand. */
static void
chance_of_a_stranger(void **state)
{
	static const struct {
		unsigned others;
		int minutes;
		unsigned chance;
	} rows[] = {{0, 0, 85}, {0, 60, 95}, {0, 600, 98}, {1, 0, 72},
	    {1, 120, 87}, {2, 0, 59}, {3, 0, 42}, {3, 360, 92}, {0, -5, 85}};
	const struct recovery_record own = {0};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
		assert_int_equal(recovery_chance(rows[i].others, &own,
				     rows[i].minutes * minute),
		    rows[i].chance);
	assert_int_equal(recovery_frailty(&own), RECOVERY_UNIT);
}

static void
one_that_fails_again_is_trusted_less(void **state)
{
	struct recovery_log log = {0};
	struct recovery_record own = {0};
	wall_ms at = noon;

	(void)state;
	recovery_note(&log, &own, at - minute, at);
	assert_int_equal(own.again, 0);
	assert_int_equal(own.expected, 0);
	/* Failed again after 30 min: H is 123/1024, a failure 256. */
	recovery_note(&log, &own, at + 30 * minute, at + 31 * minute);
	assert_int_equal(own.again, 256);
	assert_int_equal(own.expected, 256 * 123 / 1024);
	assert_in_range(recovery_frailty(&own), 256 * 3 / 2 - 30, 256 * 3 / 2);
	assert_true(recovery_chance(0, &own, 0) < 85);
	assert_int_equal(recovery_others(&log, at + 40 * minute), 2);
}

static void
one_that_holds_is_trusted_more(void **state)
{
	struct recovery_log log = {0};
	struct recovery_record own = {0};

	(void)state;
	for (int day = 0; day < 10; day++)
		recovery_note(&log, &own, noon + day * (span_ms)DAY_MS,
		    noon + day * (span_ms)DAY_MS + 20 * minute);
	assert_int_equal(own.again, 0);
	assert_int_equal(own.expected, 9 * (256 * 317 / 1024));
	assert_true(recovery_chance(0, &own, 0) > 90);
}

/* A record is never longer than its type, and forgets. */
static void
old_records_count_less(void **state)
{
	struct recovery_log log = {0};
	struct recovery_record own = {0};
	wall_ms at = noon;

	(void)state;
	for (int i = 0; i < 100000; i++, at += 2 * minute) {
		recovery_note(&log, &own, at, at + minute);
		assert_true(own.expected <= 32 * 256);
	}
	assert_int_equal(recovery_chance(3, &own, 0), 40);
	for (int i = 0; i < 2000; i++, at += DAY_MS)
		recovery_note(&log, &own, at, at + minute);
	assert_true(recovery_chance(0, &own, 0) >= 97);
}

static void
quiet_times(void **state)
{
	(void)state;
	assert_int_equal(recovery_quiet(0, ALL_CLEAR_DEFAULT), 15 * minute);
	assert_int_equal(recovery_quiet(1, ALL_CLEAR_DEFAULT), 120 * minute);
	assert_int_equal(recovery_quiet(2, ALL_CLEAR_DEFAULT), 120 * minute);
	assert_int_equal(recovery_quiet(3, ALL_CLEAR_DEFAULT), 360 * minute);
	assert_int_equal(recovery_quiet(1, ALL_CLEAR_EAGER), 60 * minute);
	assert_int_equal(recovery_quiet(1, ALL_CLEAR_CAUTIOUS), 240 * minute);
}

/* Kept by the version before: it had a quiet time where the record is. */
static void
memory_of_the_version_before(void **state)
{
	const struct policy policy = {.interval = 60000, .timeout = 10000};
	struct memory m = {.version = 1,
	    .state = STATE_UP,
	    .phase = PHASE_RECOVERING,
	    .kind = KIND_OUTAGE,
	    .worst = KIND_OUTAGE,
	    .day = 20230214,
	    .n = 7,
	    .run_good = 2,
	    .quiet_from = noon,
	    .ledger = {.level = LEDGER_REST}};
	unsigned char kept[CORE_STATE_BYTES];
	struct world *w = world_new(0, noon);
	struct output o;

	(void)state;
	m.own = (struct recovery_record){.again = 10176, .expected = 9};
	assert_int_equal(world_restore(w, 0, &policy, &m, sizeof(m), NULL), OK);
	world_describe(w, 0, &o);
	assert_int_equal(o.incident.n, 7);
	assert_int_equal(o.phase, PHASE_RECOVERING);
	assert_int_equal(o.all_clear_at, noon + 15 * minute);
	assert_int_equal(o.chance, 85);
	assert_int_equal(world_save(w, 0, kept), sizeof(m));
	memcpy(&m, kept, sizeof(m));
	assert_int_equal(m.version, 2);
	assert_int_equal(m.own.again, 0);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(chance_of_a_stranger),
	    cmocka_unit_test(one_that_fails_again_is_trusted_less),
	    cmocka_unit_test(one_that_holds_is_trusted_more),
	    cmocka_unit_test(old_records_count_less),
	    cmocka_unit_test(quiet_times),
	    cmocka_unit_test(memory_of_the_version_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
