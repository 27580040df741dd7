/* SPDX-License-Identifier: MIT */
/*
 * control - the local socket by which the command line speaks to the daemon:
 * one request, one answer, then the end.
 *
 * A request is text of at most CONTROL_BYTES.  Who asks is known from the
 * socket (SO_PEERCRED); who may is decided by the mode of the file, 0660.
 */
#ifndef IO_CONTROL_H
#define IO_CONTROL_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"
#include "io/loop.h"

enum { CONTROL_BYTES = 32768, CONTROL_CLIENTS_MAX = 32 };

struct control;

/*
 * Answer a request by author ("name" or "uid 1000") into *answer.  Runs from
 * the loop.
 */
typedef void control_fn(void *arg, const char *author, const char *request,
    struct text *answer);

/* Replaces a socket that nobody listens on; ERR_EXISTS when somebody does. */
MUST_CHECK
enum status control_open(struct loop *l, const char *path, control_fn *fn,
    void *arg, struct control **out, struct fail *f);
void control_close(struct control *c); /* removes the file; NULL is ignored */

/*
 * The other side: ask, and wait up to timeout for the answer.  ERR_NOTFOUND
 * when nobody listens, ERR_IO when no answer came.
 */
MUST_CHECK
enum status control_ask(const char *path, const char *request, span_ms timeout,
    struct text *answer, struct fail *f);

#endif
