/* SPDX-License-Identifier: MIT */
/* backing - is it really back?  An answer, and how one waits for it. */
#ifndef CLI_BACKING_H
#define CLI_BACKING_H

#include "cli/dossier.h"

/* How a wait ended. */
enum backing_end {
	BACKING_AT_ONCE, /* no incident was open */
	BACKING_RESOLVED,
	BACKING_RELAPSED,
	BACKING_WITHDRAWN, /* it is no longer watched */
	BACKING_TIMEOUT
};

struct backing {
	struct dossier d;
	enum bucket answer; /* UP: really back */
	enum backing_end end;
	enum reading_daemon daemon;
};

/*
 * The answer that the state gives: UP only without an open incident,
 * RECOVERING while one is not given the all-clear.  Pure.
 */
enum bucket backing_answer(const struct dossier *d);
/* The exit code of an answer, and of a wait. */
enum exit_code backing_exit(const struct backing *b);

/* A line or two: the answer in words. */
void backing_words(struct text *t, const struct backing *b);

/*
 * Wait until the incident that is open ends or relapses, for at most
 * limit ms (0: for ever), and read *b anew; progress is told on c->err.
 * EXIT_CODE_GOOD, or what to return; it has been said then.
 */
MUST_CHECK
int backing_wait(struct cli *c, const struct reading_source *s, span_ms limit,
    struct backing *b);

#endif
