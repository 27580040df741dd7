/* SPDX-License-Identifier: MIT */
/* The test starts itself: with an argument it is the child. */
#include <dirent.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/mem.h"
#include "io/loop.h"
#include "io/process.h"

static const span_ms patience = 20000;

struct scene {
	struct loop *loop;
	struct timer *limit;
	pid_t pid;
	bool gone;
	struct process_end end;
};

static int
count_descriptors(void)
{
	DIR *d = opendir("/proc/self/fd");
	int n = 0;

	if (d == NULL)
		return -1;
	while (readdir(d) != NULL)
		n++;
	(void)closedir(d);
	return n - 3; /* ".", ".." and the folder itself */
}

static bool
is_default(int signo)
{
	struct sigaction a;

	return sigaction(signo, NULL, &a) == 0 && a.sa_handler == SIG_DFL;
}

/* Each returns 0, or the number of the first claim that did not hold. */
static int
be_mapped(void)
{
	char c;

	if (write(3, "three", 5) != 5 || write(4, "four", 4) != 4)
		return 1;
	if (read(STDIN_FILENO, &c, 1) != 0)
		return 2;
	if (count_descriptors() != 5)
		return 3;
	if (getpgrp() != getpid())
		return 4;
	if (!is_default(SIGPIPE) || !is_default(SIGUSR1))
		return 5;
	return getenv("VIGIE_TEST_ENV") != NULL ? 0 : 6;
}

static int
be_paired(const char *number)
{
	int high = (int)strtol(number, NULL, 10);

	return write(high, "high", 4) == 4 && write(3, "three", 5) == 5 ? 0 : 1;
}

static int
be_hardened(void)
{
	int death = 0;

	if (process_harden(SIGKILL, NULL) != OK)
		return 1;
	if (prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) != 1)
		return 2;
	if (prctl(PR_GET_DUMPABLE, 0, 0, 0, 0) != 0)
		return 3;
	if (prctl(PR_GET_PDEATHSIG, &death) != 0 || death != SIGKILL)
		return 4;
	return 0;
}

static int
be_patient(void)
{
	char c;

	/* For ever: the other end is never closed before the signal. */
	return read(3, &c, 1) == 0 ? 1 : 2;
}

static int
be_child(const char *what, const char *more)
{
	if (strcmp(what, "paired") == 0)
		return be_paired(more);
	if (strcmp(what, "mapped") == 0)
		return be_mapped();
	if (strcmp(what, "hardened") == 0)
		return be_hardened();
	if (strcmp(what, "patient") == 0)
		return be_patient();
	return 99;
}

static void
on_limit(void *arg)
{
	(void)arg;
	fail_msg("what was waited for did not come");
}

static void
on_child(void *arg, int signo)
{
	struct scene *s = arg;

	(void)signo;
	if (!process_reap(s->pid, &s->end))
		return;
	s->gone = true;
	loop_stop(s->loop);
}

static int
set_up(void **state)
{
	struct scene *s = mem_zalloc(sizeof(*s));

	s->loop = loop_new(NULL);
	assert_non_null(s->loop);
	s->limit = timer_new(s->loop, on_limit, s);
	timer_arm(s->limit, patience);
	assert_int_equal(loop_on_signal(s->loop, SIGCHLD, on_child, s, NULL),
	    OK);
	*state = s;
	return 0;
}

static int
tear_down(void **state)
{
	struct scene *s = *state;

	timer_free(s->limit);
	loop_free(s->loop);
	mem_free(s);
	return 0;
}

static void
start(struct scene *s, const char *what, const struct process_fd *fds, size_t n)
{
	const char *argv[] = {"test_process", what, NULL};
	struct fail f = {.why = ""};
	enum status rc = process_spawn(argv, fds, n, &s->pid, &f);

	if (rc != OK)
		fail_msg("%s", f.why);
}

static void
expect_text(int fd, const char *text)
{
	char buf[16];
	ssize_t n = read(fd, buf, sizeof(buf) - 1);

	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, text);
}

static void
a_child_has_what_it_is_given(void **state)
{
	struct sigaction ignore = {.sa_handler = SIG_IGN}, old;
	struct scene *s = *state;
	int a[2], b[2], loose;

	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	/* One that somebody forgot to mark. */
	loose = dup(0);
	assert_int_equal(sigaction(SIGPIPE, &ignore, &old), 0);
	assert_int_equal(setenv("VIGIE_TEST_ENV", "1", 1), 0);
	start(s, "mapped", (struct process_fd[]){{a[1], 4}, {b[1], 3}}, 2);
	loop_run(s->loop);
	assert_true(s->gone);
	assert_int_equal(s->end.code, 0);
	assert_int_equal(s->end.signo, 0);
	expect_text(a[0], "four");
	expect_text(b[0], "three");
	assert_int_equal(sigaction(SIGPIPE, &old, NULL), 0);
	(void)close(loose);
	for (size_t k = 0; k < 2; k++) {
		(void)close(a[k]);
		(void)close(b[k]);
	}
}

/* The source of each mapping is the number that the other wants. */
static void
mappings_may_cross(void **state)
{
	struct scene *s = *state;
	int three = fcntl(3, F_DUPFD_CLOEXEC, 50);
	int four = fcntl(4, F_DUPFD_CLOEXEC, 50);
	int a[2], b[2];

	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	assert_int_equal(dup3(a[1], 3, O_CLOEXEC), 3);
	assert_int_equal(dup3(b[1], 4, O_CLOEXEC), 4);
	start(s, "mapped", (struct process_fd[]){{3, 4}, {4, 3}}, 2);
	if (three >= 0)
		assert_int_equal(dup3(three, 3, O_CLOEXEC), 3);
	if (four >= 0)
		assert_int_equal(dup3(four, 4, O_CLOEXEC), 4);
	loop_run(s->loop);
	assert_int_equal(s->end.code, 0);
	expect_text(a[0], "four");
	expect_text(b[0], "three");
	(void)close(three);
	(void)close(four);
	for (size_t k = 0; k < 2; k++) {
		(void)close(a[k]);
		(void)close(b[k]);
	}
}

/* The first wants the number at which a copy of the second would be. */
static void
mappings_do_not_overwrite_what_is_under_way(void **state)
{
	const char *argv[] = {"test_process", "paired", NULL, NULL};
	struct scene *s = *state;
	struct process_fd fds[2];
	int a[2], b[2], next;
	char number[16];

	assert_int_equal(pipe2(a, O_CLOEXEC), 0);
	assert_int_equal(pipe2(b, O_CLOEXEC), 0);
	next = fcntl(0, F_DUPFD_CLOEXEC, 3);
	(void)close(next);
	assert_true(next + 1 <= PROCESS_AS_MAX);
	(void)snprintf(number, sizeof(number), "%d", next + 1);
	argv[2] = number;
	fds[0] = (struct process_fd){a[1], next + 1};
	fds[1] = (struct process_fd){b[1], 3};
	assert_int_equal(process_spawn(argv, fds, 2, &s->pid, NULL), OK);
	loop_run(s->loop);
	assert_int_equal(s->end.code, 0);
	expect_text(b[0], "three");
	expect_text(a[0], "high");
	for (size_t k = 0; k < 2; k++) {
		(void)close(a[k]);
		(void)close(b[k]);
	}
}

static void
a_child_can_be_killed_and_is_reaped_once(void **state)
{
	struct scene *s = *state;
	struct process_end e;
	int p[2];

	assert_int_equal(pipe2(p, O_CLOEXEC), 0);
	start(s, "patient", (struct process_fd[]){{p[0], 3}}, 1);
	assert_false(process_reap(s->pid, &e));
	process_kill(s->pid, SIGTERM);
	loop_run(s->loop);
	assert_int_equal(s->end.code, -1);
	assert_int_equal(s->end.signo, SIGTERM);
	/* Gone is gone, and the number may be somebody else's by now. */
	assert_true(process_reap(s->pid, &e));
	assert_int_equal(e.code, -1);
	assert_int_equal(e.signo, 0);
	process_kill(0, SIGTERM);
	process_kill(-1, SIGTERM);
	(void)close(p[0]);
	(void)close(p[1]);
}

static void
a_child_can_harden_itself(void **state)
{
	struct scene *s = *state;

	start(s, "hardened", NULL, 0);
	loop_run(s->loop);
	assert_int_equal(s->end.code, 0);
}

static void
impossible_mappings_are_refused(void **state)
{
	const char *argv[] = {"test_process", NULL};
	struct process_fd bad[] = {{0, PROCESS_AS_MAX + 1}, {-1, 3}, {0, -1}};
	struct fail f = {.code = OK};
	pid_t pid = 0;

	(void)state;
	for (size_t k = 0; k < 3; k++)
		assert_int_equal(process_spawn(argv, &bad[k], 1, &pid, &f),
		    ERR_IO);
	assert_int_equal(process_spawn(argv, NULL, PROCESS_FDS_MAX + 1, &pid,
			     &f),
	    ERR_LIMIT);
	assert_int_equal(pid, 0);
}

static void
descriptors_and_proxies(void **state)
{
	struct rlimit limit;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	limit.rlim_cur = 64;
	assert_int_equal(setrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(process_raise_descriptors(), limit.rlim_max);
	assert_int_equal(getrlimit(RLIMIT_NOFILE, &limit), 0);
	assert_int_equal(limit.rlim_cur, limit.rlim_max);

	assert_int_equal(setenv("https_proxy", "http://x", 1), 0);
	assert_int_equal(setenv("ALL_PROXY", "http://x", 1), 0);
	process_forget_proxies();
	assert_null(getenv("https_proxy"));
	assert_null(getenv("ALL_PROXY"));
}

#define SCENE(f) cmocka_unit_test_setup_teardown(f, set_up, tear_down)

int
main(int argc, char **argv)
{
	const struct CMUnitTest tests[] = {
	    SCENE(a_child_has_what_it_is_given),
	    SCENE(mappings_may_cross),
	    SCENE(mappings_do_not_overwrite_what_is_under_way),
	    SCENE(a_child_can_be_killed_and_is_reaped_once),
	    SCENE(a_child_can_harden_itself),
	    cmocka_unit_test(impossible_mappings_are_refused),
	    cmocka_unit_test(descriptors_and_proxies),
	};

	/* A leak check at exit would need to trace what cannot be traced. */
	if (argc > 1)
		_exit(be_child(argv[1], argc > 2 ? argv[2] : ""));
	return cmocka_run_group_tests_name("process", tests, NULL, NULL);
}
