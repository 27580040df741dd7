/* SPDX-License-Identifier: MIT */
/* cli_compare - `vigie replay --compare A.yaml B.yaml TRACE...` */
#ifndef CLI_CLI_COMPARE_H
#define CLI_CLI_COMPARE_H

#include "cli/cli.h"
#include "cli/compare.h"

/* One of the two. */
struct compare_setting {
	const char *path;
	const struct config *config;
};

/* Does it watch all that the trace holds?  Else says what to put right. */
MUST_CHECK
bool cli_compare_fits(struct cli *c, const struct trace *t,
    const struct compare_setting *s);
void cli_compare(struct cli *c, const struct trace *t,
    const struct compare_setting s[COMPARE_SIDES]);

#endif
