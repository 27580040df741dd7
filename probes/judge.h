/* SPDX-License-Identifier: MIT */
/*
 * judge - what an answer, or the lack of one, means: its class and reason, and
 * whether it proves that our own path works.
 *
 *	not as expected: LIMITED, MAINT, AUTH, ORIGIN, STATUS, CONTENT, the
 *	first that fits; as expected: SLOW or OK
 *
 * Pure, but for the patterns behind expect.h.
 */
#ifndef PROBES_JUDGE_H
#define PROBES_JUDGE_H

#include <stdbool.h>
#include <stdint.h>

#include "probes/expect.h"

struct judge_case {
	const struct fetch_result *result; /* of the last hop */
	uint32_t total_us;                 /* of the whole probe */
	span_ms latency_max;               /* 0: none */
	wall_ms now;
	/*
	 * Why a redirect of this answer was not followed: REASON_OK for no
	 * such, MAINT_REDIRECT, TOO_MANY_REDIRECTS, BAD_REDIRECT; detail too.
	 */
	enum reason redirect;
	const char *redirect_detail;
	/* Some hop over plain HTTP sent us to a host of another site. */
	bool sent_elsewhere;
};

struct verdict {
	enum sample_class class;
	enum reason reason;
	int32_t retry_after_s; /* or RETRY_AFTER_ABSENT */
	bool path_proven;
	char detail[EXPECT_DETAIL_BYTES]; /* one line for people, or "" */
};

void judge(const struct expect *e, const struct judge_case *c,
    struct verdict *v);

/* Status of a redirect that may be followed. */
bool judge_redirects(uint16_t code);

#endif
