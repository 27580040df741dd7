/* SPDX-License-Identifier: MIT */
#include "io/dnssocket.h"

#include <errno.h>
#include <unistd.h>

bool
dnssocket_alone(const struct dnssocket *d, int64_t since)
{
	return d->refused >= since && d->refused > 0 && d->heard < since;
}

static bool
would_wait(int error)
{
	return error == EAGAIN || error == EINPROGRESS || error == EINTR;
}

static void
note(struct dnssocket *d, bool failed)
{
	int error = errno;

	if (failed && !would_wait(error))
		d->refused = loop_micros(d->loop);
	errno = error;
}

int
dnssocket_open(int family, int type, int protocol, void *arg)
{
	int fd = socket(family, type | SOCK_NONBLOCK | SOCK_CLOEXEC, protocol);

	note(arg, fd < 0);
	return fd;
}

int
dnssocket_close(int fd, void *arg)
{
	(void)arg;
	return close(fd);
}

int
dnssocket_connect(int fd, const struct sockaddr *to, socklen_t size, void *arg)
{
	int rc = connect(fd, to, size);

	note(arg, rc != 0);
	return rc;
}

/* NOLINTBEGIN(readability-function-size): the form the library wants */
ssize_t
dnssocket_receive(int fd, void *buf, size_t size, int flags,
    struct sockaddr *from, socklen_t *from_size, void *arg)
{
	struct dnssocket *d = arg;
	ssize_t n = recvfrom(fd, buf, size, flags, from, from_size);

	note(d, n < 0);
	if (n > 0)
		d->heard = loop_micros(d->loop);
	return n;
}
/* NOLINTEND(readability-function-size) */

ssize_t
dnssocket_send(int fd, const struct iovec *parts, int count, void *arg)
{
	/* SIGPIPE would come from a name server asked over TCP. */
	const struct msghdr message = {.msg_iov =
					   (struct iovec *)(uintptr_t)parts,
	    .msg_iovlen = (size_t)count};
	ssize_t n = sendmsg(fd, &message, MSG_NOSIGNAL);

	note(arg, n < 0);
	return n;
}
