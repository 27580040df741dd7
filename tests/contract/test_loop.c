/* SPDX-License-Identifier: MIT */
/* What io/loop.h promises, of libevent and of virtual time alike. */
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/loop.h"

enum { MANY = 3 };

struct scene {
	struct loop *loop;
	struct timer *timers[MANY];
	char story[32]; /* one letter per callback, in order */
	size_t told;
	unsigned laps;
	int64_t start_us, end_us;
	wall_ms seen;
	bool inside;
};

static void
tell(struct scene *s, char c)
{
	assert_true(s->told < sizeof(s->story) - 1);
	s->story[s->told++] = c;
}

static int
set_up(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));
	struct fail f = {.code = OK};

	s->loop = loop_new(&f);
	assert_non_null(s->loop);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	for (size_t k = 0; k < MANY; k++)
		timer_free(s->timers[k]);
	loop_free(s->loop);
	mem_free(s);
	return 0;
}

static void
on_a(void *arg)
{
	struct scene *s = arg;

	assert_false(s->inside);
	tell(s, 'a');
}

static void
on_b(void *arg)
{
	struct scene *s = arg;

	assert_false(s->inside);
	tell(s, 'b');
}

static void
on_c(void *arg)
{
	struct scene *s = arg;

	assert_false(s->inside);
	tell(s, 'c');
}

static void
three(struct scene *s, timer_fn *a, timer_fn *b, timer_fn *c)
{
	s->timers[0] = timer_new(s->loop, a, s);
	s->timers[1] = timer_new(s->loop, b, s);
	s->timers[2] = timer_new(s->loop, c, s);
}

static void
nothing_to_wait_for_returns(void **state)
{
	struct scene *s = *state;

	loop_run(s->loop);
	three(s, on_a, on_b, on_c);
	loop_run(s->loop);
	assert_string_equal(s->story, "");
}

static void
timers_fire_when_due_and_once(void **state)
{
	struct scene *s = *state;

	three(s, on_a, on_b, on_c);
	timer_arm(s->timers[0], 30);
	timer_arm(s->timers[1], 10);
	timer_arm(s->timers[2], 20);
	assert_true(timer_armed(s->timers[0]));
	loop_run(s->loop);
	assert_false(timer_armed(s->timers[0]));
	assert_string_equal(s->story, "bca");
}

static void
arming_again_replaces(void **state)
{
	struct scene *s = *state;

	three(s, on_a, on_b, on_c);
	timer_arm(s->timers[0], 1);
	timer_arm(s->timers[1], 10);
	timer_arm(s->timers[0], 20);
	loop_run(s->loop);
	assert_string_equal(s->story, "ba");
	timer_arm(s->timers[1], 10);
	timer_arm(s->timers[0], 20);
	timer_arm(s->timers[0], 0);
	loop_run(s->loop);
	assert_string_equal(s->story, "baab");
}

static void
disarmed_never_fires(void **state)
{
	struct scene *s = *state;

	three(s, on_a, on_b, on_c);
	timer_arm(s->timers[0], 0);
	timer_arm(s->timers[1], 1);
	timer_disarm(s->timers[0]);
	timer_disarm(s->timers[2]);
	assert_false(timer_armed(s->timers[0]));
	loop_run(s->loop);
	assert_string_equal(s->story, "b");
}

/* Whoever of the two comes first ends the other, which is due already. */
static void
on_end_others(void *arg)
{
	struct scene *s = arg;

	tell(s, 'x');
	timer_disarm(s->timers[0]);
	timer_free(s->timers[1]);
	s->timers[1] = NULL;
}

static void
disarm_and_free_hold_within_a_turn(void **state)
{
	struct scene *s = *state;
	struct timer *same[2];

	three(s, on_end_others, on_b, on_c);
	same[0] = s->timers[0];
	same[1] = timer_new(s->loop, on_end_others, s);
	timer_arm(same[0], 0);
	timer_arm(same[1], 0);
	timer_arm(s->timers[1], 5);
	loop_run(s->loop);
	timer_free(same[1]);
	assert_int_equal(s->story[0], 'x');
	assert_null(strchr(s->story, 'b'));
}

static void
on_free_itself(void *arg)
{
	struct scene *s = arg;

	tell(s, 'f');
	timer_free(s->timers[0]);
	s->timers[0] = NULL;
}

static void
a_callback_may_free_its_timer(void **state)
{
	struct scene *s = *state;

	three(s, on_free_itself, on_b, on_c);
	timer_arm(s->timers[0], 0);
	timer_arm(s->timers[1], 2);
	loop_run(s->loop);
	assert_string_equal(s->story, "fb");
}

static void
on_arm_zero(void *arg)
{
	struct scene *s = arg;

	s->inside = true;
	timer_arm(s->timers[1], 0);
	assert_true(timer_armed(s->timers[1]));
	s->inside = false;
	tell(s, 'z');
}

static void
zero_is_the_next_turn(void **state)
{
	struct scene *s = *state;

	three(s, on_arm_zero, on_b, on_c);
	s->inside = true;
	timer_arm(s->timers[0], 0);
	s->inside = false;
	loop_run(s->loop);
	assert_string_equal(s->story, "zb");
}

static void
on_lap(void *arg)
{
	struct scene *s = arg;

	if (++s->laps < 1000)
		timer_arm(s->timers[0], 0);
}

static void
zeros_starve_nobody(void **state)
{
	struct scene *s = *state;

	three(s, on_lap, on_b, on_c);
	timer_arm(s->timers[0], 0);
	timer_arm(s->timers[1], 0);
	timer_arm(s->timers[2], 1);
	loop_run(s->loop);
	assert_string_equal(s->story, "bc");
	assert_int_equal(s->laps, 1000);
}

static void
on_stop(void *arg)
{
	struct scene *s = arg;

	tell(s, 's');
	loop_stop(s->loop);
}

static void
stop_ends_a_run_not_the_loop(void **state)
{
	struct scene *s = *state;

	three(s, on_stop, on_b, on_c);
	timer_arm(s->timers[0], 1);
	timer_arm(s->timers[1], 20);
	loop_run(s->loop);
	assert_string_equal(s->story, "s");
	loop_run(s->loop);
	assert_string_equal(s->story, "sb");
}

static void
stop_before_the_run_counts(void **state)
{
	struct scene *s = *state;

	three(s, on_a, on_b, on_c);
	timer_arm(s->timers[0], 0);
	loop_stop(s->loop);
	loop_run(s->loop);
	assert_string_equal(s->story, "");
	loop_run(s->loop);
	assert_string_equal(s->story, "a");
}

static void
on_time(void *arg)
{
	struct scene *s = arg;
	wall_ms now = loop_now(s->loop);

	s->end_us = loop_micros(s->loop);
	/* Long enough for a real clock to move on. */
	for (unsigned k = 0; k < 100000; k++)
		(void)loop_micros(s->loop);
	assert_int_equal(loop_now(s->loop), now);
	s->seen = now;
}

static void
no_timer_is_early(void **state)
{
	struct scene *s = *state;

	three(s, on_time, on_time, on_c);
	for (span_ms ms = 0; ms < 20; ms++) {
		wall_ms now = loop_now(s->loop);
		int64_t start_us = loop_micros(s->loop);

		timer_arm(s->timers[0], ms);
		loop_run(s->loop);
		assert_true(s->end_us - start_us >= ms * 1000);
		assert_true(s->seen - now >= ms);
		assert_true(s->seen - now < ms + 10000);
	}
}

static void
on_rearm(void *arg)
{
	struct scene *s = arg;

	if (s->laps > 0)
		assert_true(loop_now(s->loop) >= s->seen + 3);
	s->seen = loop_now(s->loop);
	if (++s->laps < 10)
		timer_arm(s->timers[0], 3);
}

static void
the_axis_keeps_its_distances(void **state)
{
	struct scene *s = *state;

	three(s, on_rearm, on_b, on_c);
	timer_arm(s->timers[0], 0);
	loop_run(s->loop);
	assert_int_equal(s->laps, 10);
}

static void
the_axis_can_be_moved(void **state)
{
	struct scene *s = *state;
	wall_ms wall = loop_wall(s->loop), there = 1000000000000;

	assert_true(loop_now(s->loop) - wall < 10000);
	assert_true(wall - loop_now(s->loop) < 10000);
	loop_set_axis(s->loop, there);
	assert_true(loop_now(s->loop) - there < 10000);
	three(s, on_time, on_b, on_c);
	timer_arm(s->timers[0], 5);
	loop_run(s->loop);
	assert_true(s->seen >= there + 5 && s->seen < there + 10000);
	assert_true(loop_wall(s->loop) >= wall);
	assert_true(loop_wall(s->loop) < wall + 10000);
}

static void
nobody_slept(void **state)
{
	struct scene *s = *state;

	three(s, on_a, on_b, on_c);
	timer_arm(s->timers[0], 5);
	loop_run(s->loop);
	assert_int_equal(loop_slept(s->loop), 0);
	assert_true(loop_longest_turn(s->loop) >= 0);
}

static void
on_no_signal(void *arg, int signo)
{
	(void)arg;
	(void)signo;
	fail_msg("no signal was sent");
}

static void
a_signal_has_one_watcher(void **state)
{
	struct scene *s = *state;
	struct fail f = {.code = OK};

	assert_int_equal(loop_on_signal(s->loop, SIGUSR1, on_no_signal, s, &f),
	    OK);
	assert_int_equal(loop_on_signal(s->loop, SIGUSR1, on_no_signal, s, &f),
	    ERR_EXISTS);
}

static void
null_is_nothing_to_free(void **state)
{
	(void)state;
	timer_free(NULL);
	watch_free(NULL);
	loop_free(NULL);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SCENE(nothing_to_wait_for_returns),
	    SCENE(timers_fire_when_due_and_once),
	    SCENE(arming_again_replaces),
	    SCENE(disarmed_never_fires),
	    SCENE(disarm_and_free_hold_within_a_turn),
	    SCENE(a_callback_may_free_its_timer),
	    SCENE(zero_is_the_next_turn),
	    SCENE(zeros_starve_nobody),
	    SCENE(stop_ends_a_run_not_the_loop),
	    SCENE(stop_before_the_run_counts),
	    SCENE(no_timer_is_early),
	    SCENE(the_axis_keeps_its_distances),
	    SCENE(the_axis_can_be_moved),
	    SCENE(nobody_slept),
	    SCENE(a_signal_has_one_watcher),
	    cmocka_unit_test(null_is_nothing_to_free),
	};

	return cmocka_run_group_tests_name("loop", tests, NULL, NULL);
}
