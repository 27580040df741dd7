/* SPDX-License-Identifier: MIT */
/* What the control socket takes the place of, and what it leaves alone. */
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/control.h"

static char folder[32], path[64];

static int
set_up(void **state)
{
	(void)state;
	(void)snprintf(folder, sizeof(folder), "/tmp/vigie-XXXXXX");
	assert_non_null(mkdtemp(folder));
	(void)snprintf(path, sizeof(path), "%s/control", folder);
	return 0;
}

static int
tear_down(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(folder);
}

static void
on_request(void *arg, const char *author, const char *request,
    struct text *answer)
{
	(void)arg;
	(void)author;
	(void)request;
	(void)answer;
}

static enum status
try_it(struct fail *f)
{
	struct loop *l = loop_new(NULL);
	struct control *c = NULL;
	enum status s = control_open(l, path, on_request, NULL, &c, f);

	control_close(c);
	loop_free(l);
	return s;
}

static void
a_file_of_another_kind_stays(void **state)
{
	struct fail f = {.why = ""};
	struct stat st;
	int fd;

	(void)state;
	fd = open(path, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	assert_int_equal(write(fd, "dear", 4), 4);
	(void)close(fd);
	assert_int_equal(try_it(&f), ERR_IO);
	assert_non_null(strstr(f.why, path));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_size, 4);
}

static void
a_socket_that_nobody_serves_is_replaced(void **state)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	struct fail f = {.why = ""};
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC, 0);

	(void)state;
	memcpy(a.sun_path, path, strlen(path));
	assert_int_equal(bind(fd, (struct sockaddr *)&a, sizeof(a)), 0);
	assert_int_equal(listen(fd, 1), 0);
	assert_int_equal(try_it(&f), ERR_EXISTS);
	(void)close(fd);
	assert_int_equal(try_it(&f), OK);
}

int
main(void)
{
	static const struct CMUnitTest tests[] = {
	    cmocka_unit_test_setup_teardown(a_file_of_another_kind_stays,
		set_up, tear_down),
	    cmocka_unit_test_setup_teardown(
		a_socket_that_nobody_serves_is_replaced, set_up, tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
