/* SPDX-License-Identifier: MIT */
#include "io/listen.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

enum { BACKLOG = 512, HOST_BYTES = 64, PORT_MAX = 65535, PID_BYTES = 24 };

static const char unix_prefix[] = "unix:", by_systemd[] = "systemd";

enum { FIRST_FD = 3 };

/* Kept, so that it can be listened on again after a reload; -1: none. */
static int adopted = -1;

union place {
	struct sockaddr any;
	struct sockaddr_in in;
	struct sockaddr_in6 in6;
	struct sockaddr_un un;
	struct sockaddr_storage room;
};

static socklen_t
size_of(const union place *p)
{
	return p->any.sa_family == AF_UNIX ? sizeof(p->un)
	    : p->any.sa_family == AF_INET  ? sizeof(p->in)
					   : sizeof(p->in6);
}

static enum status
parse_path(const char *where, const char *path, union place *p, struct fail *f)
{
	if (path[0] != '/')
		return fail_set(f, ERR_SYNTAX,
		    "'%s': the path of a socket begins with '/'", where);
	if (strlen(path) >= sizeof(p->un.sun_path))
		return fail_set(f, ERR_RANGE,
		    "'%s': the path of a socket has at most %zu bytes", where,
		    sizeof(p->un.sun_path) - 1);
	p->un.sun_family = AF_UNIX;
	memcpy(p->un.sun_path, path, strlen(path) + 1);
	return OK;
}

static bool
parse_port(const char *text, in_port_t *port)
{
	size_t n = strspn(text, "0123456789");
	unsigned long value;

	if (n == 0 || n > 5 || text[n] != '\0')
		return false;
	value = strtoul(text, NULL, 10);
	*port = htons((uint16_t)value);
	return value <= PORT_MAX;
}

/* The address in "HOST" or "[HOST]", the port being known. */
static bool
parse_host(char *host, in_port_t port, union place *p)
{
	size_t n = strlen(host);

	if (strcmp(host, "*") == 0) {
		p->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
		    .sin6_addr = IN6ADDR_ANY_INIT,
		    .sin6_port = port};
		return true;
	}
	if (strcmp(host, "localhost") == 0) {
		p->in = (struct sockaddr_in){.sin_family = AF_INET,
		    .sin_addr.s_addr = htonl(INADDR_LOOPBACK),
		    .sin_port = port};
		return true;
	}
	if (n > 2 && host[0] == '[' && host[n - 1] == ']') {
		host[n - 1] = '\0';
		p->in6 = (struct sockaddr_in6){.sin6_family = AF_INET6,
		    .sin6_port = port};
		return inet_pton(AF_INET6, host + 1, &p->in6.sin6_addr) == 1;
	}
	p->in = (struct sockaddr_in){.sin_family = AF_INET, .sin_port = port};
	return inet_pton(AF_INET, host, &p->in.sin_addr) == 1;
}

static enum status
parse(const char *where, union place *p, struct fail *f)
{
	const char *colon = strrchr(where, ':');
	char host[HOST_BYTES];
	in_port_t port;

	*p = (union place){.room = {0}};
	if (strncmp(where, unix_prefix, sizeof(unix_prefix) - 1) == 0)
		return parse_path(where, where + sizeof(unix_prefix) - 1, p, f);
	if (colon == NULL || colon == where)
		return fail_set(f, ERR_SYNTAX,
		    "'%s' is neither ADDRESS:PORT nor unix:/PATH", where);
	if (!parse_port(colon + 1, &port))
		return fail_set(f, ERR_RANGE,
		    "'%s': the port is not within 0..%d", where, PORT_MAX);
	if ((size_t)(colon - where) < sizeof(host)) {
		memcpy(host, where, (size_t)(colon - where));
		host[colon - where] = '\0';
		if (parse_host(host, port, p))
			return OK;
	}
	return fail_set(f, ERR_SYNTAX,
	    "'%s': before the port an address, '*' or localhost; IPv6 in '[]'",
	    where);
}

void
listen_adopt(void)
{
	const char *pid = getenv("LISTEN_PID"), *count = getenv("LISTEN_FDS");
	char own[PID_BYTES];

	(void)snprintf(own, sizeof(own), "%ld", (long)getpid());
	if (pid != NULL && count != NULL && strcmp(pid, own) == 0 &&
	    count[0] >= '1' && count[0] <= '9' &&
	    fcntl(FIRST_FD, F_SETFD, FD_CLOEXEC) == 0)
		adopted = FIRST_FD;
	(void)unsetenv("LISTEN_PID");
	(void)unsetenv("LISTEN_FDS");
	(void)unsetenv("LISTEN_FDNAMES");
}

static enum status
open_adopted(int *fd, struct fail *f)
{
	int copy = adopted < 0 ? -1 : fcntl(adopted, F_DUPFD_CLOEXEC, 0);

	if (adopted < 0)
		return fail_set(f, ERR_NOTFOUND,
		    "systemd handed over no socket: enable vigie.socket");
	if (copy < 0 || fcntl(copy, F_SETFL, O_NONBLOCK) != 0) {
		if (copy >= 0)
			(void)close(copy);
		return fail_set(f, ERR_IO, "the socket of systemd: %s",
		    strerror(errno));
	}
	*fd = copy;
	return OK;
}

enum status
listen_check(const char *where, struct fail *f)
{
	union place p;

	return strcmp(where, by_systemd) == 0 ? OK : parse(where, &p, f);
}

/* A plain file refuses a connection, too. */
static bool
is_other_file(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0 && !S_ISSOCK(st.st_mode);
}

/* Whether somebody listens there; a socket that nobody serves is removed. */
static bool
is_served(const struct sockaddr_un *a)
{
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool served;

	if (fd < 0)
		return false;
	/* With a full queue connect() says EAGAIN. */
	served = connect(fd, (const struct sockaddr *)a, sizeof(*a)) == 0 ||
	    errno == EAGAIN;
	if (!served && errno == ECONNREFUSED)
		(void)unlink(a->sun_path);
	(void)close(fd);
	return served;
}

static bool
set(int fd, int level, int option, int value)
{
	return setsockopt(fd, level, option, &value, sizeof(value)) == 0;
}

/* Without a moment in which others may use the file. */
static bool
bind_to(int fd, const union place *p)
{
	bool is_file = p->any.sa_family == AF_UNIX;
	mode_t before = 0;
	int failed, error;

	if (!is_file && !set(fd, SOL_SOCKET, SO_REUSEADDR, 1))
		return false;
	if (p->any.sa_family == AF_INET6 &&
	    !set(fd, IPPROTO_IPV6, IPV6_V6ONLY,
		!IN6_IS_ADDR_UNSPECIFIED(&p->in6.sin6_addr)))
		return false;
	if (is_file)
		before = umask(0117);
	failed = bind(fd, &p->any, size_of(p));
	error = errno;
	if (is_file)
		(void)umask(before);
	errno = error;
	return failed == 0;
}

static enum status
refused(const char *where, int fd, int error, struct fail *f)
{
	if (fd >= 0)
		(void)close(fd);
	if (error == EADDRINUSE)
		return fail_set(f, ERR_EXISTS, "'%s': somebody listens there",
		    where);
	return fail_set(f, ERR_IO, "'%s': %s", where, strerror(error));
}

enum status
listen_open(const char *where, int *fd, struct fail *f)
{
	union place p;
	enum status s;
	int type = SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, opened;

	if (strcmp(where, by_systemd) == 0)
		return open_adopted(fd, f);
	s = parse(where, &p, f);
	if (s != OK)
		return s;
	if (p.any.sa_family == AF_UNIX && is_other_file(p.un.sun_path))
		return fail_set(f, ERR_EXISTS,
		    "'%s': there is a file that is no socket", where);
	if (p.any.sa_family == AF_UNIX && is_served(&p.un))
		return refused(where, -1, EADDRINUSE, f);
	opened = socket(p.any.sa_family, type, 0);
	if (opened < 0 && errno == EAFNOSUPPORT &&
	    strchr(where, '*') == where) {
		/* A machine without IPv6. */
		p.in = (struct sockaddr_in){.sin_family = AF_INET,
		    .sin_port = p.in6.sin6_port};
		opened = socket(AF_INET, type, 0);
	}
	if (opened < 0 || !bind_to(opened, &p) || listen(opened, BACKLOG) != 0)
		return refused(where, opened, errno, f);
	*fd = opened;
	return OK;
}

void
listen_address(int fd, char *buf, size_t size)
{
	union place p = {.room = {0}};
	char host[INET6_ADDRSTRLEN];
	socklen_t n = sizeof(p);

	buf[0] = '\0';
	if (getsockname(fd, &p.any, &n) != 0)
		return;
	if (p.any.sa_family == AF_UNIX)
		(void)snprintf(buf, size, "unix:%s", p.un.sun_path);
	else if (p.any.sa_family == AF_INET &&
	    inet_ntop(AF_INET, &p.in.sin_addr, host, sizeof(host)) != NULL)
		(void)snprintf(buf, size, "http://%s:%u/", host,
		    ntohs(p.in.sin_port));
	else if (p.any.sa_family == AF_INET6 &&
	    inet_ntop(AF_INET6, &p.in6.sin6_addr, host, sizeof(host)) != NULL)
		(void)snprintf(buf, size, "http://[%s]:%u/", host,
		    ntohs(p.in6.sin6_port));
}
