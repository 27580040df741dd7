/* SPDX-License-Identifier: MIT */
/* Where others may connect to, and what is said when that cannot be. */
#include <arpa/inet.h>
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/listen.h"

static void
words_are_checked(void **state)
{
	static const struct {
		const char *where;
		enum status status;
		const char *why;
	} rows[] = {
	    {"127.0.0.1:8090", OK, ""},
	    {"127.0.0.1:0", OK, ""},
	    {"[::1]:8090", OK, ""},
	    {"*:65535", OK, ""},
	    {"localhost:8090", OK, ""},
	    {"unix:/run/vigie/web.sock", OK, ""},
	    {"systemd", OK, ""},
	    {"", ERR_SYNTAX, "neither"},
	    {"8090", ERR_SYNTAX, "neither"},
	    {":8090", ERR_SYNTAX, "neither"},
	    {"127.0.0.1", ERR_SYNTAX, "neither"},
	    {"127.0.0.1:", ERR_RANGE, "port"},
	    {"127.0.0.1:65536", ERR_RANGE, "port"},
	    {"127.0.0.1:-1", ERR_RANGE, "port"},
	    {"127.0.0.1:http", ERR_RANGE, "port"},
	    {"127.0.0.1:000080", ERR_RANGE, "port"},
	    {"127.0.0.256:80", ERR_SYNTAX, "an address"},
	    {"127.1:80", ERR_SYNTAX, "an address"},
	    {"::1:8090", ERR_SYNTAX, "an address"},
	    {"[::1:8090", ERR_SYNTAX, "an address"},
	    {"[]:8090", ERR_SYNTAX, "an address"},
	    {"[127.0.0.1]:8090", ERR_SYNTAX, "an address"},
	    {"example.org:80", ERR_SYNTAX, "an address"},
	    {"LOCALHOST:80", ERR_SYNTAX, "an address"},
	    {" *:80", ERR_SYNTAX, "an address"},
	    {"a-name-that-is-longer-than-any-address-can-be-wherever-it-is-"
	     "from:80",
		ERR_SYNTAX, "an address"},
	    {"unix:web.sock", ERR_SYNTAX, "begins with '/'"},
	    {"unix:", ERR_SYNTAX, "begins with '/'"},
	    {"unix:/a-path-that-is-longer-than-the-address-of-a-socket-can-be/"
	     "which-is-a-hundred-and-seven-bytes/as-unix-has-it",
		ERR_RANGE, "at most 107 bytes"},
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct fail f = {.why = ""};
		enum status s = listen_check(rows[i].where, &f);

		if (s != rows[i].status || strstr(f.why, rows[i].why) == NULL)
			fail_msg("%s: %d, %s", rows[i].where, (int)s, f.why);
	}
}

static int
open_there(const char *where, const char *address)
{
	char said[LISTEN_ADDRESS_BYTES];
	struct fail f = {.why = ""};
	int fd = -1;

	if (listen_open(where, &fd, &f) != OK)
		fail_msg("%s", f.why);
	assert_true(fcntl(fd, F_GETFL) & O_NONBLOCK);
	assert_true(fcntl(fd, F_GETFD) & FD_CLOEXEC);
	listen_address(fd, said, sizeof(said));
	if (strncmp(said, address, strlen(address)) != 0)
		fail_msg("%s is %s", where, said);
	return fd;
}

static uint16_t
port_of(int fd)
{
	char said[LISTEN_ADDRESS_BYTES];

	listen_address(fd, said, sizeof(said));
	return (uint16_t)strtoul(strrchr(said, ':') + 1, NULL, 10);
}

static bool
can_connect(int family, uint16_t port)
{
	struct sockaddr_in in = {.sin_family = AF_INET,
	    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	    .sin_port = htons(port)};
	struct sockaddr_in6 in6 = {.sin6_family = AF_INET6,
	    .sin6_addr = IN6ADDR_LOOPBACK_INIT,
	    .sin6_port = htons(port)};
	int fd = socket(family, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int rc = family == AF_INET
	    ? connect(fd, (struct sockaddr *)&in, sizeof(in))
	    : connect(fd, (struct sockaddr *)&in6, sizeof(in6));

	(void)close(fd);
	return rc == 0;
}

static void
addresses_are_listened_on(void **state)
{
	int fd;

	(void)state;
	fd = open_there("127.0.0.1:0", "http://127.0.0.1:");
	assert_true(can_connect(AF_INET, port_of(fd)));
	assert_false(can_connect(AF_INET6, port_of(fd)));
	(void)close(fd);
	fd = open_there("localhost:0", "http://127.0.0.1:");
	(void)close(fd);
	fd = open_there("[::1]:0", "http://[::1]:");
	assert_true(can_connect(AF_INET6, port_of(fd)));
	assert_false(can_connect(AF_INET, port_of(fd)));
	(void)close(fd);
	fd = open_there("*:0", "http://[::]:");
	assert_true(can_connect(AF_INET, port_of(fd)));
	assert_true(can_connect(AF_INET6, port_of(fd)));
	(void)close(fd);
}

static void
what_is_taken_or_not_ours_is_said_so(void **state)
{
	char where[64];
	struct fail f = {.why = ""};
	int fd = open_there("127.0.0.1:0", "http://127.0.0.1:"), other = -1;

	(void)state;
	(void)snprintf(where, sizeof(where), "127.0.0.1:%u", port_of(fd));
	assert_int_equal(listen_open(where, &other, &f), ERR_EXISTS);
	assert_int_equal(other, -1);
	assert_non_null(strstr(f.why, where));
	assert_int_equal(listen_open("192.0.2.1:0", &other, &f), ERR_IO);
	(void)close(fd);
	/* At once again, though somebody was connected. */
	fd = open_there(where, "http://127.0.0.1:");
	assert_true(can_connect(AF_INET, port_of(fd)));
	(void)close(fd);
	(void)close(open_there(where, "http://127.0.0.1:"));
}

static void
a_file_replaces_one_that_nobody_serves(void **state)
{
	char where[64];
	const char *path = where + strlen("unix:");
	struct fail f = {.why = ""};
	struct stat st;
	int fd, other = -1;

	(void)state;
	(void)snprintf(where, sizeof(where), "unix:/tmp/listen-%d", getpid());
	fd = open_there(where, where);
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 07777, 0660);
	assert_int_equal(listen_open(where, &other, &f), ERR_EXISTS);
	assert_non_null(strstr(f.why, "somebody listens there"));
	(void)close(fd);
	assert_int_equal(stat(path, &st), 0);
	fd = open_there(where, where);
	(void)close(fd);
	assert_int_equal(unlink(path), 0);
	/* What is no socket stays. */
	fd = open(path, O_CREAT | O_WRONLY | O_CLOEXEC, 0600);
	assert_true(fd >= 0);
	(void)close(fd);
	assert_int_equal(listen_open(where, &other, &f), ERR_EXISTS);
	assert_non_null(strstr(f.why, "no socket"));
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(unlink(path), 0);
	assert_int_equal(listen_open("unix:/nowhere/at/all", &other, &f),
	    ERR_IO);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(words_are_checked),
	    cmocka_unit_test(addresses_are_listened_on),
	    cmocka_unit_test(what_is_taken_or_not_ours_is_said_so),
	    cmocka_unit_test(a_file_replaces_one_that_nobody_serves)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
