/* SPDX-License-Identifier: MIT */
/* What only virtual time can do. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "loop_sim.h"

enum { ENDPOINTS = 50 };

struct scene {
	struct loop *loop;
	struct timer *timers[ENDPOINTS];
	uint64_t fired[ENDPOINTS];
	uint64_t total;
	char story[ENDPOINTS];
	int signals;
};

struct one {
	struct scene *scene;
	size_t n;
	span_ms every;
};

static struct scene *
scene_new(void)
{
	struct scene *s = mem_zalloc(sizeof(*s));

	s->loop = loop_sim_new(LOOP_SIM_START);
	return s;
}

static void
scene_free(struct scene *s)
{
	for (size_t k = 0; k < ENDPOINTS; k++)
		timer_free(s->timers[k]);
	loop_free(s->loop);
	mem_free(s);
}

static void
on_due(void *arg)
{
	struct one *o = arg;
	struct scene *s = o->scene;

	if (s->total < sizeof(s->story) - 1)
		s->story[s->total] = (char)('0' + o->n);
	s->total++;
	s->fired[o->n]++;
	if (o->every > 0)
		timer_arm(s->timers[o->n], o->every);
}

static void
a_week_of_fifty_endpoints(void **state)
{
	struct scene *s = scene_new();
	struct one ones[ENDPOINTS];
	wall_ms end = LOOP_SIM_START + 7 * (wall_ms)DAY_MS;

	(void)state;
	for (size_t k = 0; k < ENDPOINTS; k++) {
		ones[k] = (struct one){s, k, MINUTE_MS};
		s->timers[k] = timer_new(s->loop, on_due, &ones[k]);
		timer_arm(s->timers[k], (span_ms)(k * 997));
	}
	loop_sim_run_until(s->loop, end);
	assert_int_equal(loop_now(s->loop), end);
	assert_int_equal(s->fired[0], 7 * 24 * 60 + 1);
	assert_int_equal(s->fired[ENDPOINTS - 1], 7 * 24 * 60);
	scene_free(s);
}

static void
ties_fire_in_the_order_of_arming(void **state)
{
	struct scene *s = scene_new();
	struct one ones[6];

	(void)state;
	for (size_t k = 0; k < 6; k++) {
		ones[k] = (struct one){s, k, 0};
		s->timers[k] = timer_new(s->loop, on_due, &ones[k]);
	}
	timer_arm(s->timers[3], 10);
	timer_arm(s->timers[0], 10);
	timer_arm(s->timers[5], 9);
	timer_arm(s->timers[1], 10);
	timer_arm(s->timers[3], 10);
	loop_run(s->loop);
	assert_string_equal(s->story, "5013");
	scene_free(s);
}

/* Heap surgery in every place, against the plain rule. */
static void
disarming_anywhere_keeps_the_order(void **state)
{
	(void)state;
	for (size_t gone = 0; gone < ENDPOINTS; gone++) {
		struct scene *s = scene_new();
		struct one ones[ENDPOINTS];

		for (size_t k = 0; k < ENDPOINTS; k++) {
			ones[k] = (struct one){s, k, 0};
			s->timers[k] = timer_new(s->loop, on_due, &ones[k]);
			timer_arm(s->timers[k], (span_ms)(k * 29 % ENDPOINTS));
		}
		timer_disarm(s->timers[gone]);
		loop_run(s->loop);
		assert_int_equal(s->total, ENDPOINTS - 1);
		for (size_t k = 0; k + 2 < ENDPOINTS; k++) {
			size_t a = (size_t)(s->story[k] - '0');
			size_t b = (size_t)(s->story[k + 1] - '0');

			assert_true(a * 29 % ENDPOINTS < b * 29 % ENDPOINTS);
		}
		scene_free(s);
	}
}

static void
until_is_inclusive_and_stands_there(void **state)
{
	struct scene *s = scene_new();
	struct one one = {s, 0, 0};

	(void)state;
	s->timers[0] = timer_new(s->loop, on_due, &one);
	timer_arm(s->timers[0], 100);
	loop_sim_run_until(s->loop, LOOP_SIM_START + 99);
	assert_int_equal(s->total, 0);
	assert_int_equal(loop_now(s->loop), LOOP_SIM_START + 99);
	loop_sim_run_until(s->loop, LOOP_SIM_START + 100);
	assert_int_equal(s->total, 1);
	loop_sim_run_until(s->loop, LOOP_SIM_START + 50);
	assert_int_equal(loop_now(s->loop), LOOP_SIM_START + 100);
	scene_free(s);
}

static void
sleep_makes_timers_late(void **state)
{
	struct scene *s = scene_new();
	struct one one = {s, 0, 0};

	(void)state;
	s->timers[0] = timer_new(s->loop, on_due, &one);
	timer_arm(s->timers[0], 100);
	loop_sim_sleep(s->loop, HOUR_MS);
	assert_int_equal(s->total, 0);
	assert_int_equal(loop_slept(s->loop), HOUR_MS);
	assert_int_equal(loop_slept(s->loop), 0);
	loop_run(s->loop);
	assert_int_equal(s->total, 1);
	assert_int_equal(loop_now(s->loop), LOOP_SIM_START + HOUR_MS);
	scene_free(s);
}

static void
a_step_moves_the_wall_alone(void **state)
{
	struct scene *s = scene_new();

	(void)state;
	loop_sim_step_wall(s->loop, -5000);
	assert_int_equal(loop_now(s->loop), LOOP_SIM_START);
	assert_int_equal(loop_wall(s->loop), LOOP_SIM_START - 5000);
	loop_set_axis(s->loop, 1000);
	assert_int_equal(loop_now(s->loop), 1000);
	assert_int_equal(loop_wall(s->loop), LOOP_SIM_START - 5000);
	scene_free(s);
}

static void
on_signal(void *arg, int signo)
{
	struct scene *s = arg;

	s->signals += signo;
}

static void
a_signal_can_be_played(void **state)
{
	struct scene *s = scene_new();
	struct fail f = {.code = OK};

	(void)state;
	assert_int_equal(loop_on_signal(s->loop, SIGHUP, on_signal, s, &f), OK);
	loop_sim_signal(s->loop, SIGHUP);
	assert_int_equal(s->signals, 0);
	loop_sim_run_until(s->loop, LOOP_SIM_START);
	assert_int_equal(s->signals, SIGHUP);
	scene_free(s);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_week_of_fifty_endpoints),
	    cmocka_unit_test(ties_fire_in_the_order_of_arming),
	    cmocka_unit_test(disarming_anywhere_keeps_the_order),
	    cmocka_unit_test(until_is_inclusive_and_stands_there),
	    cmocka_unit_test(sleep_makes_timers_late),
	    cmocka_unit_test(a_step_moves_the_wall_alone),
	    cmocka_unit_test(a_signal_can_be_played),
	};

	return cmocka_run_group_tests_name("loop_sim", tests, NULL, NULL);
}
