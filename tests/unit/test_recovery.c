/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "core/explain.h"
#include "core/ledger.h"
#include "core/recovery.h"

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */
static const span_ms minute = MINUTE_MS, hour = HOUR_MS;

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

/* Kept by versions before, whose bytes lay as in the daemon's memory. */
static void
put(unsigned char *to, uint64_t v, size_t n)
{
	for (size_t i = 0; i < n; i++)
		to[i] = (unsigned char)(v >> (8 * i));
}

static void
restored(unsigned version, struct output *o, struct recovery_record *own)
{
	const struct policy policy = {.interval = 60000, .timeout = 10000};
	unsigned char old[CORE_STATE_BYTES] = {0}, kept[CORE_STATE_BYTES];
	struct world *w = world_new(0, noon);
	struct explanation e;
	size_t n;

	put(old + 32, (uint64_t)noon, 8);              /* quiet_from */
	put(old + 64, (uint64_t)(noon - 2 * hour), 8); /* onset */
	put(old + 152, 7000, 8);                       /* down */
	put(old + 196, 10176, 2);                      /* own, or quiet time */
	put(old + 198, 9, 2);
	put(old + 208, 20230214, 4);
	put(old + 212, 7, 4);
	put(old + 220, (uint64_t)LEDGER_REST, 2);
	put(old + 228, 2, 2); /* run_good */
	old[244] = STATE_UP;
	old[247] = PHASE_RECOVERING;
	old[248] = old[249] = KIND_OUTAGE;
	old[252] = (unsigned char)version;
	assert_int_equal(world_restore(w, 0, &policy, old, sizeof(old), NULL),
	    OK);
	n = world_save(w, 0, kept);
	assert_true(n < sizeof(kept));
	assert_int_equal(world_restore(w, 0, &policy, kept, n, NULL), OK);
	world_describe(w, 0, o);
	world_explain(w, 0, &e);
	*own = e.own;

	old[71] = 1; /* no time of day lies that far away */
	assert_int_equal(world_restore(w, 0, &policy, old, sizeof(old), NULL),
	    ERR_CORRUPT);
	world_free(w);
}

/* Kept by version 5: a byte for each word, and fewer flags. */
static void
memory_of_version_5(void **state)
{
	const struct policy policy = {.interval = 60000, .timeout = 10000};
	unsigned char old[254] = {5}, kept[CORE_STATE_BYTES];
	struct world *w = world_new(0, noon);
	struct output o;

	(void)state;
	put(old + 49, (uint64_t)(noon - 2 * hour), 6); /* onset */
	put(old + 109, 7000, 5);                       /* down */
	old[119] = STATE_DOWN;
	old[121] = BUCKET_DOWN;
	old[122] = PHASE_OPEN;
	old[123] = old[124] = KIND_OUTAGE;
	old[125] = ORIGIN_DECLARED;
	old[132] = 7;            /* last_count */
	put(old + 171, 4500, 2); /* penalty */
	put(old + 173, (uint64_t)(noon / 1000), 4);
	put(old + 177, 20230214, 4);
	put(old + 181, 7, 4);
	put(old + 197, (uint64_t)LEDGER_MAX, 2);
	put(old + 213, 2, 2); /* flapping */
	assert_int_equal(world_restore(w, 0, &policy, old, sizeof(old), NULL),
	    OK);
	assert_int_equal(world_restore(w, 0, &policy, kept,
			     world_save(w, 0, kept), NULL),
	    OK);
	world_describe(w, 0, &o);
	assert_int_equal(o.incident.n, 7);
	assert_int_equal(o.onset, noon - 2 * hour);
	assert_int_equal(o.origin, ORIGIN_DECLARED);
	assert_int_equal(o.bucket, BUCKET_DOWN);
	assert_int_equal(o.kind_worst, KIND_OUTAGE);
	assert_int_equal(o.ledger, LEDGER_MAX);
	assert_true(o.flapping);
	assert_int_equal(world_restore(w, 0, &policy, old, sizeof(old) - 1,
			     NULL),
	    ERR_CORRUPT);
	world_free(w);
}

static void
memory_of_the_versions_before(void **state)
{
	struct recovery_record own;
	struct output o;

	(void)state;
	for (unsigned version = 1; version <= 2; version++) {
		restored(version, &o, &own);
		assert_int_equal(o.incident.n, 7);
		assert_int_equal(o.phase, PHASE_RECOVERING);
		assert_int_equal(o.onset, noon - 2 * hour);
		assert_int_equal(o.bucket_ms[BUCKET_DOWN], 7000);
		assert_int_equal(o.all_clear_at, noon + 15 * minute);
		assert_int_equal(o.chance, version == 1 ? 85 : 40);
		assert_int_equal(own.again, version == 1 ? 0 : 10176);
	}
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
	    cmocka_unit_test(memory_of_version_5),
	    cmocka_unit_test(memory_of_the_versions_before),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
