/* SPDX-License-Identifier: MIT */
/*
 * trace_csv - records of comma-separated values (RFC 4180), one at a time,
 * from a trace file.  A byte order mark, CRLF and empty lines are tolerated.
 */
#ifndef CLI_TRACE_CSV_H
#define CLI_TRACE_CSV_H

#include <stdbool.h>
#include <stddef.h>

#include "cli/trace_file.h"

enum {
	CSV_FIELDS_MAX = 64,
	CSV_RECORD_BYTES = 1024 * 1024 /* longest record */
};

/* May hold NUL bytes; a NUL follows the last. */
struct csv_field {
	const char *text;
	size_t len;
};

struct trace_csv {          /* private but for the first three */
	unsigned long line; /* where the present record begins, from 1 */
	size_t count;       /* fields of it; 0 at the end */
	struct csv_field fields[CSV_FIELDS_MAX];

	struct trace_file *file; /* borrowed */
	unsigned long next_line;
	char *buf;
	size_t size, len, at;
	bool at_end;
	bool quotes; /* there may be some in the present record */
};

void csv_init(struct trace_csv *c, struct trace_file *file);
void csv_done(struct trace_csv *c);

/*
 * The next record; its fields live until the next call.  ERR_IO, ERR_SYNTAX
 * or ERR_LIMIT, about the record that begins at c->line.
 */
MUST_CHECK
enum status csv_next(struct trace_csv *c, struct fail *f);

#endif
