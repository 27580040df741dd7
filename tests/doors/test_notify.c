/* SPDX-License-Identifier: MIT */
/* What the service manager hears, at a socket of each kind. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include <cmocka.h>

#include "io/notify.h"

struct manager {
	char folder[32], address[64];
	int fd;
};

static void
manager_open(struct manager *m, bool abstract)
{
	struct sockaddr_un a = {.sun_family = AF_UNIX};
	size_t len;

	(void)snprintf(m->folder, sizeof(m->folder), "/tmp/notify-XXXXXX");
	assert_non_null(mkdtemp(m->folder));
	(void)snprintf(m->address, sizeof(m->address), "%s%s/s",
	    abstract ? "@" : "", m->folder);
	len = strlen(m->address);
	memcpy(a.sun_path, m->address, len);
	if (abstract)
		a.sun_path[0] = '\0';
	m->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	assert_int_equal(bind(m->fd, (const struct sockaddr *)&a,
			     (socklen_t)(offsetof(struct sockaddr_un,
					     sun_path) +
				 len)),
	    0);
}

static void
manager_close(struct manager *m)
{
	(void)close(m->fd);
	(void)unlink(m->address);
	(void)rmdir(m->folder);
}

static void
hears(const struct manager *m, const char *text)
{
	char buf[512];
	ssize_t n = recv(m->fd, buf, sizeof(buf) - 1, MSG_DONTWAIT);

	assert_true(n >= 0);
	buf[n] = '\0';
	assert_string_equal(buf, text);
}

static void
everything_is_heard(void **state)
{
	(void)state;
	for (int abstract = 0; abstract < 2; abstract++) {
		struct manager m;
		struct notify *n;

		manager_open(&m, abstract == 1);
		n = notify_new(m.address, NULL);
		assert_non_null(n);
		assert_true(notify_ready(n));
		hears(&m, "READY=1");
		assert_true(notify_reloading(n, 1234567));
		hears(&m, "RELOADING=1\nMONOTONIC_USEC=1234567");
		assert_true(notify_stopping(n));
		hears(&m, "STOPPING=1");
		assert_true(notify_watchdog(n));
		hears(&m, "WATCHDOG=1");
		assert_true(notify_status(n, "50 endpoints\nREADY=0"));
		hears(&m, "STATUS=50 endpoints");
		assert_true(notify_extend(n, 1500));
		hears(&m, "EXTEND_TIMEOUT_USEC=1500000");
		notify_free(n);
		manager_close(&m);
	}
}

static void
a_manager_that_does_not_read_blocks_nobody(void **state)
{
	struct manager m;
	struct notify *n;
	int sent = 0;

	(void)state;
	manager_open(&m, false);
	n = notify_new(m.address, NULL);
	assert_non_null(n);
	while (notify_ready(n))
		assert_true(++sent < 1000000);
	notify_free(n);
	manager_close(&m);
}

static void
without_a_manager_nothing_is_said(void **state)
{
	static const char *const none[] = {NULL, ""};

	(void)state;
	for (size_t k = 0; k < 2; k++) {
		struct notify *n = notify_new(none[k], NULL);

		assert_non_null(n);
		assert_true(notify_ready(n));
		notify_free(n);
	}
	notify_free(NULL);
}

static void
strange_addresses_are_refused(void **state)
{
	char endless[200] = "/";
	const char *const strange[] = {"vsock:2:1234", "@", "/", "relative",
	    endless};

	memset(endless + 1, 'a', sizeof(endless) - 2);
	(void)state;
	for (size_t k = 0; k < sizeof(strange) / sizeof(strange[0]); k++) {
		struct fail f = {.code = OK};

		assert_null(notify_new(strange[k], &f));
		assert_int_equal(f.code, ERR_SYNTAX);
	}
}

static void
the_watchdog_waits_for_its_own_process(void **state)
{
	char me[16], other[16];

	(void)state;
	(void)snprintf(me, sizeof(me), "%d", (int)getpid());
	(void)snprintf(other, sizeof(other), "%d", (int)getpid() + 1);
	assert_int_equal(notify_watchdog_every("30000000", me), 30000);
	assert_int_equal(notify_watchdog_every("30000000", NULL), 30000);
	assert_int_equal(notify_watchdog_every("30000000", other), 0);
	assert_int_equal(notify_watchdog_every("30000000", "x"), 0);
	assert_int_equal(notify_watchdog_every(NULL, me), 0);
	assert_int_equal(notify_watchdog_every("", me), 0);
	assert_int_equal(notify_watchdog_every("-5", me), 0);
	assert_int_equal(notify_watchdog_every("30s", me), 0);
	assert_int_equal(notify_watchdog_every("99999999999999999999", me), 0);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(everything_is_heard),
	    cmocka_unit_test(a_manager_that_does_not_read_blocks_nobody),
	    cmocka_unit_test(without_a_manager_nothing_is_said),
	    cmocka_unit_test(strange_addresses_are_refused),
	    cmocka_unit_test(the_watchdog_waits_for_its_own_process),
	};

	return cmocka_run_group_tests_name("notify", tests, NULL, NULL);
}
