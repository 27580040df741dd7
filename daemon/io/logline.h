/* SPDX-License-Identifier: MIT */
/*
 * logline - how everybody logs: one line "event key=value ..." per event,
 * handed to the log process without ever blocking.
 *
 *	log_event(log, SEVERITY_NOTICE, "reload services=%zu file=%s", n, path);
 *
 * The format is one event word and then key=%x pairs, a blank between; values
 * are quoted and escaped as needed, so anything from outside may be passed.
 * Conversions: %s %d %u %ld %lu %lld %llu %zu and the PRI*64 ones; text after
 * '=' without '%' is taken as it is.  A NULL string leaves its pair out.
 *
 * A warning of one kind (event word) is told at most once a minute, then with
 * repeated=N.  What a full socket refuses is counted and told once a minute.
 * No secret, header value, query string or user part of a URL goes in here.
 */
#ifndef IO_LOGLINE_H
#define IO_LOGLINE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/text.h"
#include "core/names.h"
#include "io/loop.h"

struct logline;

enum { LOGLINE_BYTES = 8000 }; /* longer lines are cut */

/*
 * Lines go as LINE frames to fd, a SOCK_SEQPACKET end that every process of
 * ours shares; the descriptor stays the caller's.  fd -1: standard error, for
 * commands.  Free it before the loop.
 */
MUST_CHECK
struct logline *logline_new(struct loop *l, enum role role, int fd);
/* For tests: "severity event key=value\n" is appended to *t; no limits. */
MUST_CHECK
struct logline *logline_capture(struct text *t);
void logline_free(struct logline *g); /* NULL is ignored */

/* Debug lines are dropped unless this was called with true. */
void logline_set_debug(struct logline *g, bool on);

/* Lines that were dropped since the start. */
uint64_t logline_dropped(const struct logline *g);

/* g may be NULL: nothing happens. */
PRINTF_LIKE(3, 4)
void log_event(struct logline *g, enum severity severity, const char *fmt, ...);

#endif
