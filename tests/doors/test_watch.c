/* SPDX-License-Identifier: MIT */
/* Descriptors and signals of the real loop, and how late its timers are. */
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/loop.h"

static const span_ms patience = 20000;

struct scene {
	struct loop *loop;
	struct timer *limit;
	struct watch *watches[2];
	int fds[2];
	unsigned calls;
	int events, signo;
	int64_t due_us;
	int64_t late_us[101];
	struct timer *ticker;
};

static void
on_limit(void *arg)
{
	(void)arg;
	fail_msg("what was waited for did not come");
}

static int
set_up(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));

	s->loop = loop_new(NULL);
	assert_non_null(s->loop);
	s->limit = timer_new(s->loop, on_limit, s);
	timer_arm(s->limit, patience);
	assert_int_equal(socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0,
			     s->fds),
	    0);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	watch_free(s->watches[0]);
	watch_free(s->watches[1]);
	timer_free(s->limit);
	timer_free(s->ticker);
	loop_free(s->loop);
	(void)close(s->fds[0]);
	(void)close(s->fds[1]);
	mem_free(s);
	return 0;
}

static void
on_three(void *arg, int events)
{
	struct scene *s = arg;

	s->events |= events;
	if (++s->calls == 3)
		loop_stop(s->loop);
}

static void
a_watch_goes_on_while_ready(void **state)
{
	struct scene *s = *state;

	assert_int_equal(write(s->fds[1], "x", 1), 1);
	s->watches[0] = watch_new(s->loop, s->fds[0], on_three, s);
	watch_arm(s->watches[0], WATCH_READ);
	loop_run(s->loop);
	assert_int_equal(s->calls, 3);
	assert_int_equal(s->events, WATCH_READ);
}

static void
what_is_asked_for_can_change(void **state)
{
	struct scene *s = *state;

	assert_int_equal(write(s->fds[1], "x", 1), 1);
	s->watches[0] = watch_new(s->loop, s->fds[0], on_three, s);
	watch_arm(s->watches[0], WATCH_READ);
	watch_arm(s->watches[0], WATCH_WRITE);
	loop_run(s->loop);
	assert_int_equal(s->events, WATCH_WRITE);
	s->calls = 0;
	watch_arm(s->watches[0], WATCH_READ | WATCH_WRITE);
	loop_run(s->loop);
	assert_int_equal(s->events, WATCH_READ | WATCH_WRITE);
	watch_arm(s->watches[0], 0);
	timer_disarm(s->limit);
	loop_run(s->loop);
	assert_int_equal(s->calls, 3);
}

/* Both are ready in one turn; the first to be called ends the other. */
static void
on_end_the_other(void *arg, int events)
{
	struct scene *s = arg;

	(void)events;
	s->calls++;
	watch_free(s->watches[0]);
	watch_free(s->watches[1]);
	s->watches[0] = s->watches[1] = NULL;
	timer_disarm(s->limit);
}

static void
a_freed_watch_is_silent_within_the_turn(void **state)
{
	struct scene *s = *state;

	for (size_t k = 0; k < 2; k++) {
		s->watches[k] =
		    watch_new(s->loop, s->fds[k], on_end_the_other, s);
		watch_arm(s->watches[k], WATCH_WRITE);
	}
	loop_run(s->loop);
	assert_int_equal(s->calls, 1);
}

static void
on_read(void *arg, int events)
{
	struct scene *s = arg;

	s->events = events;
	watch_disarm(s->watches[0]);
	timer_disarm(s->limit);
}

/* epoll refuses regular files; they are always ready. */
static void
a_regular_file_is_ready(void **state)
{
	struct scene *s = *state;
	int fd = open("/proc/self/exe", O_RDONLY | O_CLOEXEC);

	assert_true(fd >= 0);
	s->watches[0] = watch_new(s->loop, fd, on_read, s);
	watch_arm(s->watches[0], WATCH_READ);
	loop_run(s->loop);
	assert_int_equal(s->events, WATCH_READ);
	(void)close(fd);
}

static void
on_signal(void *arg, int signo)
{
	struct scene *s = arg;

	s->signo = signo;
	loop_stop(s->loop);
}

static void
a_signal_becomes_a_callback(void **state)
{
	struct scene *s = *state;
	struct fail f = {.code = OK};

	assert_int_equal(loop_on_signal(s->loop, SIGUSR2, on_signal, s, &f),
	    OK);
	assert_int_equal(kill(getpid(), SIGUSR2), 0);
	assert_int_equal(s->signo, 0);
	loop_run(s->loop);
	assert_int_equal(s->signo, SIGUSR2);
	assert_int_equal(loop_on_signal(s->loop, 4711, on_signal, s, &f),
	    ERR_IO);
}

static void
on_dawdle(void *arg)
{
	struct scene *s = arg;
	int64_t until = loop_micros(s->loop) + 30000;

	while (loop_micros(s->loop) < until)
		continue;
	loop_stop(s->loop);
}

static void
a_long_turn_is_noticed(void **state)
{
	struct scene *s = *state;

	s->ticker = timer_new(s->loop, on_dawdle, s);
	timer_arm(s->ticker, 0);
	loop_run(s->loop);
	assert_true(loop_longest_turn(s->loop) >= 30);
	assert_int_equal(loop_longest_turn(s->loop), 0);
}

static void
on_tick(void *arg)
{
	struct scene *s = arg;

	s->late_us[s->calls++] = loop_micros(s->loop) - s->due_us;
	if (s->calls == 101) {
		loop_stop(s->loop);
		return;
	}
	timer_arm(s->ticker, 10);
	s->due_us = loop_micros(s->loop) + 10000;
}

static int
by_size(const void *a, const void *b)
{
	const int64_t *x = a, *y = b;

	return (*x > *y) - (*x < *y);
}

/* Half of them within a millisecond: coarse timers of the library are not. */
static void
timers_are_precise(void **state)
{
	struct scene *s = *state;

	s->ticker = timer_new(s->loop, on_tick, s);
	s->due_us = loop_micros(s->loop) + 10000;
	timer_arm(s->ticker, 10);
	loop_run(s->loop);
	qsort(s->late_us, 101, sizeof(s->late_us[0]), by_size);
	print_message("late by us: median %lld, worst %lld\n",
	    (long long)s->late_us[50], (long long)s->late_us[100]);
	assert_true(s->late_us[50] < 1000);
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    SCENE(a_watch_goes_on_while_ready),
	    SCENE(what_is_asked_for_can_change),
	    SCENE(a_freed_watch_is_silent_within_the_turn),
	    SCENE(a_regular_file_is_ready),
	    SCENE(a_signal_becomes_a_callback),
	    SCENE(a_long_turn_is_noticed),
	    SCENE(timers_are_precise),
	};

	return cmocka_run_group_tests_name("watch", tests, NULL, NULL);
}
