/* SPDX-License-Identifier: MIT */
/* incidents - what `vigie incidents` and `vigie incident` have in common. */
#ifndef CLI_INCIDENTS_H
#define CLI_INCIDENTS_H

#include "cli/cli.h"
#include "store/query.h"

/* "part of 20230214-1" or "region:eu"; nothing for one endpoint alone. */
void incidents_scope(struct cli *c, const struct query_incident *i,
    const char *before, const char *after);

#endif
