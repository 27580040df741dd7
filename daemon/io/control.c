/* SPDX-License-Identifier: MIT */
#include "io/control.h"

#include <errno.h>
#include <inttypes.h>
#include <pwd.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/mem.h"

struct client {
	struct control *control;
	int fd; /* -1: free */
	struct watch *watch;
	struct timer *deadline;
};

struct control {
	struct loop *loop;
	char *path;
	int fd;
	struct watch *watch;
	control_fn *fn;
	void *arg;
	struct client clients[CONTROL_CLIENTS_MAX];
};

enum { CLIENT_MS = 5 * SECOND_MS, BACKLOG = 16 };

static enum status
address_of(const char *path, struct sockaddr_un *a, struct fail *f)
{
	*a = (struct sockaddr_un){.sun_family = AF_UNIX};
	if (strlen(path) >= sizeof(a->sun_path))
		return fail_set(f, ERR_RANGE,
		    "control: '%s' is longer than %zu bytes", path,
		    sizeof(a->sun_path) - 1);
	memcpy(a->sun_path, path, strlen(path) + 1);
	return OK;
}

static int
dial(const struct sockaddr_un *a, int flags)
{
	int fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | flags, 0);

	if (fd >= 0 &&
	    connect(fd, (const struct sockaddr *)a, sizeof(*a)) != 0) {
		int error = errno;

		(void)close(fd);
		errno = error;
		return -1;
	}
	return fd;
}

static void
client_end(struct client *c)
{
	watch_free(c->watch);
	timer_free(c->deadline);
	(void)close(c->fd);
	*c = (struct client){.control = c->control, .fd = -1};
}

static void
author_of(int fd, char *buf, size_t size)
{
	struct ucred cred = {.uid = (uid_t)-1};
	socklen_t n = sizeof(cred);
	char names[1024];
	struct passwd pw, *found = NULL;

	if (getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &cred, &n) == 0 &&
	    getpwuid_r(cred.uid, &pw, names, sizeof(names), &found) == 0 &&
	    found != NULL)
		(void)snprintf(buf, size, "%s", found->pw_name);
	else
		(void)snprintf(buf, size, "uid %ju", (uintmax_t)cred.uid);
}

static void
on_client(void *arg, int events)
{
	struct client *c = arg;
	char request[CONTROL_BYTES + 1], author[64];
	ssize_t n = recv(c->fd, request, CONTROL_BYTES, MSG_DONTWAIT);
	struct text answer;

	(void)events;
	if (n < 0 && (errno == EAGAIN || errno == EINTR))
		return;
	if (n > 0 && memchr(request, '\0', (size_t)n) == NULL) {
		request[n] = '\0';
		author_of(c->fd, author, sizeof(author));
		text_init(&answer, CONTROL_BYTES);
		c->control->fn(c->control->arg, author, request, &answer);
		/* Whoever does not wait for the answer does not get it. */
		(void)send(c->fd, text_str(&answer), text_len(&answer),
		    MSG_DONTWAIT | MSG_NOSIGNAL);
		text_done(&answer);
	}
	client_end(c);
}

static void
on_deadline(void *arg)
{
	client_end(arg);
}

static void
on_accept(void *arg, int events)
{
	struct control *c = arg;
	int fd = accept4(c->fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);
	size_t i = 0;

	(void)events;
	if (fd < 0)
		return;
	while (i < CONTROL_CLIENTS_MAX && c->clients[i].fd >= 0)
		i++;
	if (i == CONTROL_CLIENTS_MAX) {
		(void)close(fd);
		return;
	}
	c->clients[i].fd = fd;
	c->clients[i].watch = watch_new(c->loop, fd, on_client, &c->clients[i]);
	c->clients[i].deadline =
	    timer_new(c->loop, on_deadline, &c->clients[i]);
	watch_arm(c->clients[i].watch, WATCH_READ);
	timer_arm_real(c->clients[i].deadline, CLIENT_MS);
}

/* Bind without a moment in which others may use the file. */
static enum status
bind_private(int fd, const struct sockaddr_un *a, struct fail *f)
{
	mode_t before = umask(0117);
	int failed = bind(fd, (const struct sockaddr *)a, sizeof(*a));
	int error = errno;

	(void)umask(before);
	if (failed != 0 || listen(fd, BACKLOG) != 0)
		return fail_set(f, ERR_IO, "control: %s: %s", a->sun_path,
		    strerror(failed != 0 ? error : errno));
	return OK;
}

enum status
control_open(struct loop *l, const char *path, control_fn *fn, void *arg,
    struct control **out, struct fail *f)
{
	struct sockaddr_un a;
	struct control *c;
	enum status s = address_of(path, &a, f);
	struct stat st;
	int fd;

	if (s != OK)
		return s;
	fd = dial(&a, SOCK_NONBLOCK);
	if (fd >= 0) {
		(void)close(fd);
		return fail_set(f, ERR_EXISTS,
		    "control: %s: another daemon listens there", path);
	}
	/* A file of another kind refuses, too. */
	if (errno == ECONNREFUSED && lstat(path, &st) == 0 &&
	    S_ISSOCK(st.st_mode))
		(void)unlink(path);
	fd = socket(AF_UNIX, SOCK_SEQPACKET | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	if (fd < 0)
		return fail_set(f, ERR_IO, "control: %s", strerror(errno));
	s = bind_private(fd, &a, f);
	if (s != OK) {
		(void)close(fd);
		return s;
	}
	c = mem_zalloc(sizeof(*c));
	*c = (struct control){.loop = l,
	    .path = mem_dup(path),
	    .fd = fd,
	    .fn = fn,
	    .arg = arg};
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++)
		c->clients[i] = (struct client){.control = c, .fd = -1};
	c->watch = watch_new(l, fd, on_accept, c);
	watch_arm(c->watch, WATCH_READ);
	*out = c;
	return OK;
}

void
control_close(struct control *c)
{
	if (c == NULL)
		return;
	for (size_t i = 0; i < CONTROL_CLIENTS_MAX; i++) {
		if (c->clients[i].fd >= 0)
			client_end(&c->clients[i]);
	}
	watch_free(c->watch);
	(void)close(c->fd);
	(void)unlink(c->path);
	mem_free(c->path);
	mem_free(c);
}

enum status
control_ask(const char *path, const char *request, span_ms timeout,
    struct text *answer, struct fail *f)
{
	struct timeval wait = {.tv_sec = timeout / 1000,
	    .tv_usec = timeout % 1000 * 1000};
	char buf[CONTROL_BYTES];
	struct sockaddr_un a;
	enum status s = address_of(path, &a, f);
	ssize_t n = -1;
	int fd;

	if (s != OK)
		return s;
	fd = dial(&a, 0);
	if (fd < 0)
		return fail_set(f, errno == EACCES ? ERR_IO : ERR_NOTFOUND,
		    errno == EACCES
			? "%s: not permitted; ask as root or in group vigie"
			: "%s: no daemon answers there",
		    path);
	if (setsockopt(fd, SOL_SOCKET, SO_RCVTIMEO, &wait, sizeof(wait)) == 0 &&
	    send(fd, request, strlen(request), MSG_NOSIGNAL) ==
		(ssize_t)strlen(request))
		n = recv(fd, buf, sizeof(buf), 0);
	(void)close(fd);
	if (n <= 0)
		return fail_set(f, ERR_IO, "%s: the daemon did not answer",
		    path);
	text_add_n(answer, buf, (size_t)n);
	return OK;
}
