/* SPDX-License-Identifier: MIT */
#include "io/notify.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

enum { LINE_MAX_BYTES = 256 };

struct notify {
	int fd; /* -1: no manager */
	struct sockaddr_un to;
	socklen_t to_size;
};

static bool
parse_address(const char *address, struct notify *n)
{
	size_t len = strlen(address);

	if ((address[0] != '/' && address[0] != '@') || len < 2 ||
	    len >= sizeof(n->to.sun_path))
		return false;
	n->to.sun_family = AF_UNIX;
	memcpy(n->to.sun_path, address, len);
	if (address[0] == '@')
		n->to.sun_path[0] = '\0';
	n->to_size = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return true;
}

struct notify *
notify_new(const char *address, struct fail *f)
{
	struct notify *n = mem_zalloc(sizeof(*n));

	n->fd = -1;
	if (address == NULL || address[0] == '\0')
		return n;
	if (!parse_address(address, n)) {
		(void)fail_set(f, ERR_SYNTAX,
		    "NOTIFY_SOCKET: '%s' is not an address we know", address);
		goto fail;
	}
	n->fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (n->fd < 0) {
		(void)fail_set(f, ERR_IO, "no socket to notify with: %s",
		    strerror(errno));
		goto fail;
	}
	return n;
fail:
	mem_free(n);
	return NULL;
}

void
notify_free(struct notify *n)
{
	if (n == NULL)
		return;
	if (n->fd >= 0)
		(void)close(n->fd);
	mem_free(n);
}

static bool
say(struct notify *n, const char *text)
{
	size_t len = strlen(text);

	if (n->fd < 0)
		return true;
	return sendto(n->fd, text, len, MSG_DONTWAIT | MSG_NOSIGNAL,
		   (const struct sockaddr *)&n->to, n->to_size) == (ssize_t)len;
}

bool
notify_ready(struct notify *n)
{
	return say(n, "READY=1");
}

bool
notify_stopping(struct notify *n)
{
	return say(n, "STOPPING=1");
}

bool
notify_reloading(struct notify *n, int64_t now_us)
{
	char buf[LINE_MAX_BYTES];

	(void)snprintf(buf, sizeof(buf), "RELOADING=1\nMONOTONIC_USEC=%" PRId64,
	    now_us);
	return say(n, buf);
}

bool
notify_watchdog(struct notify *n)
{
	return say(n, "WATCHDOG=1");
}

bool
notify_status(struct notify *n, const char *line)
{
	char buf[LINE_MAX_BYTES];
	int len = (int)strcspn(line, "\r\n");

	(void)snprintf(buf, sizeof(buf), "STATUS=%.*s", len, line);
	return say(n, buf);
}

bool
notify_extend(struct notify *n, span_ms time)
{
	char buf[LINE_MAX_BYTES];

	(void)snprintf(buf, sizeof(buf), "EXTEND_TIMEOUT_USEC=%" PRId64,
	    time * 1000);
	return say(n, buf);
}

/* Digits only: strtoll would take signs, blanks and what follows. */
static bool
parse_number(const char *s, int64_t *v)
{
	char *end;

	if (s == NULL || s[0] < '0' || s[0] > '9')
		return false;
	errno = 0;
	*v = strtoll(s, &end, 10);
	return errno == 0 && *end == '\0';
}

span_ms
notify_watchdog_every(const char *usec, const char *pid)
{
	int64_t us, owner;

	if (!parse_number(usec, &us) || us < 1000)
		return 0;
	if (pid != NULL && (!parse_number(pid, &owner) || owner != getpid()))
		return 0;
	return us / 1000;
}
