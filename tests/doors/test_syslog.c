/* SPDX-License-Identifier: MIT */
/*
 * A log daemon of our own, at /dev/log of a mount namespace of our own; where
 * the system grants none, only the search for listeners is tested.
 */
#include <fcntl.h>
#include <sched.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/syslog.h"

enum { NO_NAMESPACE = 77 };

static int
listen_at(const char *path, int type)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC, 0);

	(void)snprintf(a.sun_path, sizeof(a.sun_path), "%s", path);
	if (fd < 0 || bind(fd, (const struct sockaddr *)&a, sizeof(a)) != 0 ||
	    (type == SOCK_STREAM && listen(fd, 1) != 0))
		return -1;
	return fd;
}

static void
a_listener_is_known_from_a_dead_socket(void **state)
{
	static const int types[] = {SOCK_DGRAM, SOCK_STREAM};
	char folder[] = "/tmp/syslog-XXXXXX", path[64];

	(void)state;
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/log", folder);
	assert_false(syslog_listening(path));
	for (size_t k = 0; k < 2; k++) {
		int fd = listen_at(path, types[k]);

		assert_true(fd >= 0);
		assert_true(syslog_listening(path));
		(void)close(fd);
		assert_false(syslog_listening(path));
		(void)unlink(path);
	}
	(void)rmdir(folder);
}

static bool
put_line(const char *path, const char *line)
{
	size_t len = strlen(line);
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	bool done = fd >= 0 && write(fd, line, len) == (ssize_t)len;

	if (fd >= 0)
		(void)close(fd);
	return done;
}

/* Without a user and a group that exist there, nobody could make a file. */
static bool
become_root_here(void)
{
	char user[32], group[32];

	(void)snprintf(user, sizeof(user), "0 %d 1", (int)getuid());
	(void)snprintf(group, sizeof(group), "0 %d 1", (int)getgid());
	return unshare(CLONE_NEWUSER | CLONE_NEWNS) == 0 &&
	    put_line("/proc/self/uid_map", user) &&
	    put_line("/proc/self/setgroups", "deny") &&
	    put_line("/proc/self/gid_map", group);
}

/* In a process of its own.  0 when all went well, else the step. */
static int
emit_and_hear(void)
{
	struct syslog *s;
	char buf[256];
	ssize_t n;
	int fd;

	if (!become_root_here() || mount("none", "/dev", "tmpfs", 0, NULL) != 0)
		return NO_NAMESPACE;
	s = syslog_open("vigie-test", NULL);
	if (s == NULL || syslog_emit(s, 3, 5, "unheard"))
		return 1;
	fd = listen_at("/dev/log", SOCK_DGRAM);
	if (fd < 0)
		return 2;
	if (!syslog_emit(s, 16, 3, "opened 100%s certain"))
		return 3;
	n = recv(fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);
	if (n <= 0)
		return 4;
	buf[n] = '\0';
	/* local0 is 16: 16 * 8 + err. */
	if (strncmp(buf, "<131>", 5) != 0)
		return 5;
	if (strstr(buf, " vigie-test[") == NULL)
		return 6;
	if (strstr(buf, "]: opened 100%s certain") == NULL)
		return 7;
	(void)close(fd);
	if (syslog_emit(s, 16, 3, "gone"))
		return 8;
	syslog_close(s);
	return 0;
}

static void
a_line_is_handed_over(void **state)
{
	pid_t pid = fork();
	int status;

	(void)state;
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(emit_and_hear());
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(WIFEXITED(status));
	if (WEXITSTATUS(status) == NO_NAMESPACE)
		skip();
	assert_int_equal(WEXITSTATUS(status), 0);
}

static void
an_ident_is_needed(void **state)
{
	struct fail f = {.code = OK};

	(void)state;
	assert_null(syslog_open("", &f));
	assert_int_equal(f.code, ERR_RANGE);
	syslog_close(NULL);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(a_listener_is_known_from_a_dead_socket),
	    cmocka_unit_test(a_line_is_handed_over),
	    cmocka_unit_test(an_ident_is_needed),
	};

	return cmocka_run_group_tests_name("syslog", tests, NULL, NULL);
}
