/* SPDX-License-Identifier: MIT */
/*
 * The machine sleeps while the loop waits: linked with a clock of our own
 * (--wrap), which lets CLOCK_BOOTTIME run ahead of CLOCK_MONOTONIC.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <time.h>

#include <cmocka.h>

#include "io/loop.h"

static const time_t sleep_s = 7200;
static time_t slept_s;

/* The names that the linker asks for. */
int true_clock(clockid_t clock, struct timespec *ts) __asm__(
    "__real_clock_gettime");
int our_clock(clockid_t clock, struct timespec *ts) __asm__(
    "__wrap_clock_gettime");

int
our_clock(clockid_t clock, struct timespec *ts)
{
	int rc = true_clock(clock, ts);

	if (rc == 0 && clock == CLOCK_BOOTTIME)
		ts->tv_sec += slept_s;
	return rc;
}

struct scene {
	struct loop *loop;
	struct timer *soon, *far, *limit;
	wall_ms far_at;
	bool sleep_done;
};

static void
on_limit(void *arg)
{
	(void)arg;
	fail_msg("what was due in the sleep did not come");
}

static void
on_soon(void *arg)
{
	struct scene *s = arg;

	if (!s->sleep_done) {
		s->sleep_done = true;
		slept_s += sleep_s;
		timer_arm(s->soon, 1);
	}
}

static void
on_far(void *arg)
{
	struct scene *s = arg;

	s->far_at = loop_now(s->loop);
	loop_stop(s->loop);
}

static void
what_was_due_in_the_sleep_comes_after_it(void **state)
{
	struct scene s = {.loop = loop_new(NULL)};
	wall_ms start;
	span_ms slept;

	(void)state;
	assert_non_null(s.loop);
	start = loop_now(s.loop);
	s.soon = timer_new(s.loop, on_soon, &s);
	s.far = timer_new(s.loop, on_far, &s);
	s.limit = timer_new(s.loop, on_limit, &s);
	timer_arm(s.soon, 1);
	timer_arm(s.far, HOUR_MS);
	timer_arm(s.limit, (sleep_s + 20) * SECOND_MS);
	assert_int_equal(loop_slept(s.loop), 0);
	loop_run(s.loop);
	assert_true(s.far_at - start >= sleep_s * SECOND_MS);
	/* Two clocks are not read at once: up to a millisecond off. */
	slept = loop_slept(s.loop);
	assert_in_range(slept, sleep_s * SECOND_MS - 1,
	    sleep_s * SECOND_MS + 1);
	assert_int_equal(loop_slept(s.loop), 0);
	timer_free(s.soon);
	timer_free(s.far);
	timer_free(s.limit);
	loop_free(s.loop);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(what_was_due_in_the_sleep_comes_after_it),
	};

	return cmocka_run_group_tests_name("suspend", tests, NULL, NULL);
}
