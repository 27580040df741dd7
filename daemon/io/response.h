/* SPDX-License-Identifier: MIT */
/*
 * response - collects one HTTP answer, line by line, within budgets.  Pure:
 * what goes beyond a budget is refused and remembered as the fault.
 */
#ifndef IO_RESPONSE_H
#define IO_RESPONSE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "io/fetch.h"

enum {
	RESPONSE_HEAD_BYTES_MAX = 65536,
	RESPONSE_LINES_MAX = 200,
	RESPONSE_INFORMATIONAL_MAX = 10
};

enum response_fault {
	RESPONSE_FINE,
	RESPONSE_HEADERS_TOO_LARGE,
	RESPONSE_BODY_TOO_LARGE,
	RESPONSE_TWO_LENGTHS /* Content-Length twice, and not the same */
};

struct response {
	enum response_fault fault;
	unsigned char *body;
	size_t body_bytes, body_size, body_max;
	char *head; /* "name\0value\0" ... of the latest header block */
	size_t head_used, head_size, header_count;
	size_t seen_bytes, seen_lines, informational; /* of all blocks */
};

/* Empty again; keeps small buffers for the next answer. */
void response_reset(struct response *r, size_t body_max);
void response_done(struct response *r);

/*
 * One header line, status lines included.  False: a budget is exceeded, or
 * where the body ends is contradicted.
 */
MUST_CHECK
bool response_line(struct response *r, const char *line, size_t n);
/* A piece of the body; what fits is kept even when it is refused. */
MUST_CHECK
bool response_bytes(struct response *r, const void *bytes, size_t n);

/* The headers of the latest block, borrowed from r; returns how many. */
size_t response_headers(const struct response *r,
    struct fetch_header out[RESPONSE_LINES_MAX]);

#endif
