/* SPDX-License-Identifier: MIT */
/*
 * notify - tell the service manager how we are: sd_notify(3) by hand, so that
 * one library less is in the process.
 *
 * Without a manager every call does nothing and is true.  No call blocks;
 * false means that the message was lost, and the caller may try again.
 */
#ifndef IO_NOTIFY_H
#define IO_NOTIFY_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

struct notify;

/*
 * address is the value of NOTIFY_SOCKET: a path, or '@' and an abstract name;
 * NULL or "" without a manager.  NULL with the reason in *f when it is neither
 * of these or no socket can be had.
 */
MUST_CHECK
struct notify *notify_new(const char *address, struct fail *f);
void notify_free(struct notify *n); /* NULL is ignored */

bool notify_ready(struct notify *n);
bool notify_stopping(struct notify *n);
/* Then, when done, notify_ready() again.  now_us is loop_monotonic(). */
bool notify_reloading(struct notify *n, int64_t now_us);
bool notify_watchdog(struct notify *n);
/* One line for `systemctl status`; what follows a newline is cut. */
bool notify_status(struct notify *n, const char *line);
/* A long start, reload or stop: not to be given up before so much time. */
bool notify_extend(struct notify *n, span_ms time);

/*
 * How often at least notify_watchdog() must come, from the values of
 * WATCHDOG_USEC and WATCHDOG_PID (either may be NULL): 0 when nobody waits.
 */
span_ms notify_watchdog_every(const char *usec, const char *pid);

#endif
