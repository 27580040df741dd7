/* SPDX-License-Identifier: MIT */
/*
 * listen - sockets that others may connect to, by the words of an option:
 *
 *	127.0.0.1:8090  [::1]:8090  localhost:8090  *:8090  unix:/path
 *	systemd		the first socket that it handed over
 *
 * "*" is every address of the machine, of both families; "localhost" is
 * 127.0.0.1.  Port 0 is any free one.  No other names: a name may lead
 * anywhere.
 */
#ifndef IO_LISTEN_H
#define IO_LISTEN_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

enum { LISTEN_ADDRESS_BYTES = 128 };

/*
 * Take what systemd hands over (sd_listen_fds(3)), so that no child has it:
 * once, at the start of the process.
 */
void listen_adopt(void);

/* ERR_SYNTAX or ERR_RANGE with the reason; nothing is opened or looked up. */
MUST_CHECK
enum status listen_check(const char *where, struct fail *f);

/*
 * *fd, non-blocking, is the caller's.  The file of a Unix socket is of mode
 * 0660 and replaces one that nobody listens on; it stays when fd is closed.
 * ERR_EXISTS: somebody listens there.
 */
MUST_CHECK
enum status listen_open(const char *where, int *fd, struct fail *f);

/* "http://127.0.0.1:8090/" or "unix:/path"; "" when it cannot be known. */
void listen_address(int fd, char *buf, size_t size);

#endif
