/* SPDX-License-Identifier: MIT */
/* What a process can still open; skipped where the kernel has no Landlock. */
#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/sandbox.h"

enum { NO_LANDLOCK = 77 };

struct tree {
	char root[32];
	char open_file[64], open_folder[64], inside[64], outside[64];
};

static void
put_file(const char *path)
{
	int fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	(void)close(fd);
}

static void
tree_new(struct tree *t)
{
	(void)snprintf(t->root, sizeof(t->root), "/tmp/sandbox-XXXXXX");
	assert_non_null(mkdtemp(t->root));
	(void)snprintf(t->open_file, 64, "%s/file", t->root);
	(void)snprintf(t->open_folder, 64, "%s/folder", t->root);
	(void)snprintf(t->inside, 64, "%s/folder/inside", t->root);
	(void)snprintf(t->outside, 64, "%s/outside", t->root);
	assert_int_equal(mkdir(t->open_folder, 0700), 0);
	put_file(t->open_file);
	put_file(t->inside);
	put_file(t->outside);
}

static void
tree_free(const struct tree *t)
{
	(void)unlink(t->open_file);
	(void)unlink(t->inside);
	(void)unlink(t->outside);
	(void)rmdir(t->open_folder);
	(void)rmdir(t->root);
}

static bool
can(const char *path, int how)
{
	int fd = open(path, how | O_CLOEXEC, 0600);

	if (fd < 0)
		return false;
	(void)close(fd);
	return true;
}

/* In a process of its own: 0, or the number of the claim that failed. */
static int
shut_in(const struct tree *t)
{
	const char *const paths[] = {t->open_file, "/nonexistent",
	    t->open_folder, NULL};
	int before = open(t->outside, O_RDWR | O_CLOEXEC);
	struct fail f = {.why = ""};
	char c;

	if (!sandbox_apply(paths, &f))
		return f.why[0] != '\0' ? NO_LANDLOCK : 1;
	if (!can(t->open_file, O_RDONLY) || !can(t->inside, O_RDONLY))
		return 2;
	if (!can(t->open_folder, O_RDONLY | O_DIRECTORY))
		return 3;
	if (can(t->outside, O_RDONLY) || errno != EACCES)
		return 4;
	if (can(t->open_file, O_WRONLY) || can(t->inside, O_RDWR))
		return 5;
	if (can("/etc/passwd", O_RDONLY) || can("/proc/self/maps", O_RDONLY))
		return 6;
	if (unlink(t->inside) == 0 || mkdir("/tmp/vigie-sandbox", 0700) == 0)
		return 7;
	if (write(before, "x", 1) != 1 || pread(before, &c, 1, 0) != 1)
		return 8;
	return prctl(PR_GET_NO_NEW_PRIVS, 0, 0, 0, 0) == 1 ? 0 : 9;
}

static void
only_what_is_named_can_be_read(void **state)
{
	struct tree t;
	int status;
	pid_t pid;

	(void)state;
	tree_new(&t);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(shut_in(&t));
	assert_int_equal(waitpid(pid, &status, 0), pid);
	tree_free(&t);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_LANDLOCK)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(only_what_is_named_can_be_read),
	};

	return cmocka_run_group_tests_name("sandbox", tests, NULL, NULL);
}
