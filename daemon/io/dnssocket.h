/* SPDX-License-Identifier: MIT */
/*
 * dnssocket - sockets towards name servers, that remember whether anybody is
 * there.  The resolver's library forgets: it calls a closed port a timeout.
 * The functions have the form the library wants; arg is the struct dnssocket.
 */
#ifndef IO_DNSSOCKET_H
#define IO_DNSSOCKET_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/socket.h>
#include <sys/types.h>
#include <sys/uio.h>

#include "base/attr.h"
#include "io/loop.h"

struct dnssocket { /* one for all sockets of a channel */
	struct loop *loop;
	int64_t refused, heard; /* last time, loop_micros(); 0: never */
};

/* Since that time we were turned away, and no server answered anything. */
MUST_CHECK
bool dnssocket_alone(const struct dnssocket *d, int64_t since);

int dnssocket_open(int family, int type, int protocol, void *arg);
int dnssocket_close(int fd, void *arg);
int dnssocket_connect(int fd, const struct sockaddr *to, socklen_t size,
    void *arg);
ssize_t dnssocket_receive(int fd, void *buf, size_t size, int flags,
    struct sockaddr *from, socklen_t *from_size, void *arg);
ssize_t dnssocket_send(int fd, const struct iovec *parts, int count, void *arg);

#endif
