/* SPDX-License-Identifier: MIT */
/*
 * token_answer - what a token server said to our request (RFC 6749, 5): a
 * token and how long it is good, or why there is none.
 *
 *	TOKEN_REFUSED		400, 401, 403
 *	TOKEN_UNREACHABLE	no answer, 408, 429, any 5xx
 *	TOKEN_INVALID		all else that is no token we can show
 *
 * A lifetime is cut to 10 s..1 d, and taken for an hour where none is given.
 * Pure.  Nothing of the answer gets into the detail but its status and the
 * error names of the RFC.
 */
#ifndef PROBES_TOKEN_ANSWER_H
#define PROBES_TOKEN_ANSWER_H

#include <stdint.h>

#include "base/clock.h"
#include "io/fetch.h"

enum { TOKEN_BYTES_MAX = 16384, TOKEN_ANSWER_BYTES_MAX = 65536 };

struct token_answer {
	enum reason reason;    /* REASON_OK: there is a token */
	char *token;           /* owned; visible ASCII */
	span_ms lifetime;      /* from now on */
	int32_t retry_after_s; /* or RETRY_AFTER_ABSENT */
	char detail[160];      /* one line for people, or "" */
};

/* Fills *a; what the library keeps meanwhile is zeroed. */
void token_answer_read(struct token_answer *a, const struct fetch_result *r,
    wall_ms now);
void token_answer_done(struct token_answer *a); /* zeroes and frees */

#endif
