/* SPDX-License-Identifier: MIT */
/*
 * access - who somebody is, by a token (RFC 6750, RFC 7617).
 *
 * Of a token only its SHA-256 is known.  A line of the file for each:
 *
 *	NAME ROLE SHA256	role: reader or operator; "# ..." and empty
 *				lines are skipped
 */
#ifndef IO_ACCESS_H
#define IO_ACCESS_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"

/* What somebody may see and do, each more than the one before. */
enum level { LEVEL_PUBLIC, LEVEL_READER, LEVEL_OPERATOR };

struct access;
/*
 * From a file; fd stays the caller's.  *a is set for OK only, *line otherwise:
 * which one is wrong, 0 for the file as a whole.
 */
MUST_CHECK
enum status access_read(int fd, struct access **a, unsigned *line,
    struct fail *f);
/* Knows nobody. */
struct access *access_none(void);
void access_free(struct access *a); /* NULL is ignored */

/*
 * Whom "Bearer TOKEN" or "Basic base64(NAME:TOKEN)" shows; *name is borrowed.
 * False: nobody.  Takes as long whoever it is.
 */
MUST_CHECK
bool access_knows(const struct access *a, const char *authorization,
    enum level *level, const char **name);

#endif
