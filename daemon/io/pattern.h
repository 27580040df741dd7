/* SPDX-License-Identifier: MIT */
/*
 * pattern - regular expressions (PCRE2) over bytes, with a budget; the only
 * door to the library.
 *
 * A pattern sees bytes, not characters; (?i) and (?s) stand in the pattern
 * itself.  Lines end with LF, CR or CRLF.  The work of one match is counted,
 * not timed: the same pattern and bytes give the same result everywhere, and
 * what would take longer than about 5 ms of CPU ends as PATTERN_LIMIT.
 */
#ifndef IO_PATTERN_H
#define IO_PATTERN_H

#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"

enum { PATTERN_BYTES_MAX = 4096 };

enum pattern_result { PATTERN_NO_MATCH, PATTERN_MATCH, PATTERN_LIMIT };

struct pattern;

/*
 * NULL with the reason in *f and, in *offset, the byte of text where the error
 * was seen; both may be NULL.
 */
MUST_CHECK
struct pattern *pattern_new(const char *text, size_t *offset, struct fail *f);
void pattern_free(struct pattern *p); /* NULL is ignored */

/* Does it match anywhere?  bytes may be NULL when n is 0. */
MUST_CHECK
enum pattern_result pattern_match(const struct pattern *p, const void *bytes,
    size_t n);

#endif
