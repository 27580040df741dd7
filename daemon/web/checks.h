/* SPDX-License-Identifier: MIT */
/* checks - of an endpoint, one by one, as a table; private to this room. */
#ifndef WEB_CHECKS_H
#define WEB_CHECKS_H

#include "base/text.h"
#include "store/history.h"
#include "view/course.h"

enum { CHECKS_MAX = 50 };

struct checks {
	struct history_walk walk;      /* which; its max is ours */
	struct sample all[CHECKS_MAX]; /* newest first */
	size_t count;
};

MUST_CHECK
enum status checks_read(struct checks *c, struct query *q, struct fail *f);
/*
 * Where the time went, and each of them: a glitch is said to be one.  near: how
 * it went, read anew where that does not cover all of them.
 */
MUST_CHECK
enum status checks_add(struct text *t, struct query *q, const struct checks *c,
    const struct course *near, struct fail *f);

#endif
