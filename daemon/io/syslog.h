/* SPDX-License-Identifier: MIT */
/*
 * syslog - the only door to syslog(3).
 *
 * It blocks for as long as the log daemon does not read: only the log process
 * may use it.  The library keeps one state per process, so there may be one
 * of these at a time.
 */
#ifndef IO_SYSLOG_H
#define IO_SYSLOG_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"

struct syslog;

/* ERR_RANGE (NULL, and *f) when ident is empty.  No log daemon is needed. */
MUST_CHECK
struct syslog *syslog_open(const char *ident, struct fail *f);
void syslog_close(struct syslog *s); /* NULL is ignored */

/*
 * One line, already escaped.  facility is unshifted (3 is daemon, 16 local0),
 * severity 0..7.  False when there was no log daemon to hand it to.
 */
MUST_CHECK
bool syslog_emit(struct syslog *s, int facility, int severity,
    const char *text);

/* Whether somebody listens at that socket, "/dev/log" for the log daemon. */
bool syslog_listening(const char *path);

#endif
