/* SPDX-License-Identifier: MIT */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>

#include <cmocka.h>

#include "loop_sim.h"
#include "prober/timetable.h"

enum { MANY = 1000 };

struct job {
	struct timetable_entry entry; /* first */
	wall_ms due;
	span_ms every; /* 0: once */
	unsigned fired;
	struct job *disarms;
};

struct fixture {
	struct loop *loop;
	struct timetable *table;
	unsigned fired;
	span_ms latest;
};

static void
on_due(void *arg, struct timetable_entry *e)
{
	struct fixture *x = arg;
	struct job *j = (struct job *)e;
	span_ms late = loop_now(x->loop) - j->due;

	assert_true(late >= 0);
	if (late > x->latest)
		x->latest = late;
	x->fired++;
	j->fired++;
	if (j->disarms != NULL)
		timetable_disarm(x->table, &j->disarms->entry);
	if (j->every > 0) {
		j->due += j->every;
		timetable_arm(x->table, e, j->due);
	}
}

static int
begin(void **state)
{
	struct fixture *x = calloc(1, sizeof(*x));

	x->loop = loop_sim_new(LOOP_SIM_START);
	x->table = timetable_new(x->loop, on_due, x);
	*state = x;
	return 0;
}

static int
end(void **state)
{
	struct fixture *x = *state;

	timetable_free(x->table);
	loop_free(x->loop);
	free(x);
	return 0;
}

static void
arm(struct fixture *x, struct job *j, wall_ms due)
{
	j->due = due;
	timetable_arm(x->table, &j->entry, due);
}

/* An hour of a thousand endpoints: never early, a slot late at most, no drift.
 */
static void
keeps_time(void **state)
{
	struct fixture *x = *state;
	struct job *jobs = calloc(MANY, sizeof(*jobs));

	for (int i = 0; i < MANY; i++) {
		jobs[i].every = 60000;
		arm(x, &jobs[i], LOOP_SIM_START + 1 + (wall_ms)i * 60 - i % 7);
	}
	timetable_set_rate(x->table, (uint64_t)MANY * 1000 / 60);
	loop_sim_run_until(x->loop, LOOP_SIM_START + HOUR_MS + 100);
	assert_int_equal(x->fired, (MANY * 60) + 2);
	assert_true(x->latest <= timetable_slot(x->table));
	for (int i = 0; i < MANY; i++)
		timetable_disarm(x->table, &jobs[i].entry);
	free(jobs);
}

static void
slots_follow_the_rate(void **state)
{
	struct fixture *x = *state;

	timetable_set_rate(x->table, 0);
	assert_int_equal(timetable_slot(x->table), 50);
	timetable_set_rate(x->table, UINT64_C(100) * 1000);
	assert_int_equal(timetable_slot(x->table), 50);
	timetable_set_rate(x->table, UINT64_C(500) * 1000);
	assert_int_equal(timetable_slot(x->table), 20);
	timetable_set_rate(x->table, UINT64_C(5000) * 1000);
	assert_int_equal(timetable_slot(x->table), 10);
}

/* Longer than a revolution, in the past, disarmed, re-armed, across a resize.
 */
static void
single_shots(void **state)
{
	struct fixture *x = *state;
	struct job far = {.every = 0}, past = {.every = 0}, gone = {.every = 0},
		   moved = {.every = 0};

	arm(x, &far, LOOP_SIM_START + DAY_MS);
	arm(x, &past, LOOP_SIM_START - 5000);
	arm(x, &gone, LOOP_SIM_START + 5000);
	arm(x, &moved, LOOP_SIM_START + 1000);
	timetable_set_rate(x->table, UINT64_C(5000) * 1000);
	arm(x, &moved, LOOP_SIM_START + 9000);
	timetable_disarm(x->table, &gone.entry);
	timetable_disarm(x->table, &gone.entry);
	loop_sim_run_until(x->loop, LOOP_SIM_START + 100);
	assert_int_equal(past.fired, 1);
	loop_sim_run_until(x->loop, LOOP_SIM_START + 8999);
	assert_int_equal(moved.fired, 0);
	loop_sim_run_until(x->loop, LOOP_SIM_START + 9000);
	assert_int_equal(moved.fired, 1);
	loop_sim_run_until(x->loop, LOOP_SIM_START + DAY_MS - 1);
	assert_int_equal(far.fired, 0);
	loop_sim_run_until(x->loop, LOOP_SIM_START + DAY_MS);
	assert_int_equal(far.fired, 1);
	assert_int_equal(gone.fired, 0);
}

/* One that is due may disarm its neighbour in the same slot. */
static void
neighbours(void **state)
{
	struct fixture *x = *state;
	struct job a = {.every = 0}, b = {.every = 0};

	a.disarms = &b;
	b.disarms = &a;
	arm(x, &a, LOOP_SIM_START + 100);
	arm(x, &b, LOOP_SIM_START + 100);
	loop_sim_run_until(x->loop, LOOP_SIM_START + 1000);
	assert_int_equal(a.fired + b.fired, 1);
}

/* Suspended for a day: what is due comes once, at once. */
static void
wakes_from_sleep(void **state)
{
	struct fixture *x = *state;
	struct job a = {.every = 0}, b = {.every = 0};

	arm(x, &a, LOOP_SIM_START + 1000);
	arm(x, &b, LOOP_SIM_START + (span_ms)2 * DAY_MS);
	loop_sim_sleep(x->loop, DAY_MS);
	loop_sim_run_until(x->loop, LOOP_SIM_START + DAY_MS + 100);
	assert_int_equal(a.fired, 1);
	assert_int_equal(b.fired, 0);
	timetable_disarm(x->table, &b.entry);
}

static void
phases(void **state)
{
	unsigned halves[2] = {0, 0};

	(void)state;
	for (int i = 0; i < MANY; i++) {
		char id[32];
		span_ms phase;
		wall_ms first;

		(void)snprintf(id, sizeof(id), "service/r%d", i);
		phase = timetable_phase(id, MINUTE_MS, 20);
		assert_in_range(phase, 0, MINUTE_MS - 1);
		assert_int_equal(phase % 20, 0);
		halves[phase >= MINUTE_MS / 2]++;
		first = timetable_first(id, phase, MINUTE_MS, LOOP_SIM_START);
		assert_in_range(first - LOOP_SIM_START, 1, MINUTE_MS);
		assert_int_equal((first - phase) % MINUTE_MS, 0);
		phase = timetable_phase(id, HOUR_MS, 50);
		first = timetable_first(id, phase, HOUR_MS, LOOP_SIM_START);
		assert_in_range(first - LOOP_SIM_START, 0, MINUTE_MS);
		first = timetable_next(phase, HOUR_MS, first);
		assert_int_equal((first - phase) % HOUR_MS, 0);
	}
	assert_in_range(halves[0], MANY * 2 / 5, MANY * 3 / 5);
	assert_int_equal(timetable_next(0, 1000, 5000), 6000);
	assert_int_equal(timetable_next(1, 1000, 5000), 5001);
	assert_int_equal(timetable_next(999, 1000, 5000), 5999);
	assert_int_equal(timetable_next(500, 1000, -100), 500);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(keeps_time, begin, end),
	    cmocka_unit_test_setup_teardown(slots_follow_the_rate, begin, end),
	    cmocka_unit_test_setup_teardown(single_shots, begin, end),
	    cmocka_unit_test_setup_teardown(neighbours, begin, end),
	    cmocka_unit_test_setup_teardown(wakes_from_sleep, begin, end),
	    cmocka_unit_test(phases),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
