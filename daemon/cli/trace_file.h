/* SPDX-License-Identifier: MIT */
/*
 * trace_file - the bytes of a trace, whether plain, gzip or Zstandard: told by
 * their first bytes, not by the name.
 */
#ifndef CLI_TRACE_FILE_H
#define CLI_TRACE_FILE_H

#include <stddef.h>

#include "base/status.h"

struct trace_file;

/* "-" is standard input.  NULL with the reason in *f. */
MUST_CHECK
struct trace_file *trace_file_open(const char *path, struct fail *f);
/* Up to size > 0 bytes into buf; *n is 0 at the end.  ERR_IO, ERR_SYNTAX. */
MUST_CHECK
enum status trace_file_read(struct trace_file *t, void *buf, size_t size,
    size_t *n, struct fail *f);
void trace_file_close(struct trace_file *t); /* NULL is ignored */

#endif
