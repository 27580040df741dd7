/* SPDX-License-Identifier: MIT */
/* checks - of an endpoint, one by one, as a table; private to this room. */
#ifndef WEB_CHECKS_H
#define WEB_CHECKS_H

#include "base/text.h"
#include "store/query.h"

enum { CHECKS_MAX = 50 };

struct checks {
	wall_ms from, to; /* those that began within; to 0: the last */
	uint64_t after;   /* those before that one; 0: from the newest on */

	/* What was read. */
	struct sample all[CHECKS_MAX]; /* newest first */
	size_t count;
	uint64_t last; /* ref of the oldest of them */
	bool more;
};

MUST_CHECK
enum status checks_read(struct checks *c, struct query *q, int64_t endpoint,
    struct fail *f);
/* Where the time went, and each of them: a glitch is said to be one. */
MUST_CHECK
enum status checks_add(struct text *t, struct query *q, int64_t endpoint,
    const struct checks *c, struct fail *f);

#endif
