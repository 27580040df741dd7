/* SPDX-License-Identifier: MIT */
/*
 * stall - looks once a minute how long the longest turn of a loop was, and
 * says so when it broke the rule of io/loop.h.
 */
#ifndef IO_STALL_H
#define IO_STALL_H

#include "base/attr.h"
#include "io/logline.h"
#include "io/loop.h"

enum { STALL_MS = 50 };

struct stall;

/* Loop and log (may be NULL) are borrowed until stall_free(). */
MUST_CHECK
struct stall *stall_new(struct loop *l, struct logline *log);
void stall_free(struct stall *s); /* NULL is ignored */

/* One line if longest broke the rule; role NULL: whose log it is. */
void stall_say(struct logline *log, const char *role, span_ms longest);

#endif
