/* SPDX-License-Identifier: MIT */
/* incidents - what `vigie incidents` and `vigie incident` have in common. */
#ifndef CLI_INCIDENTS_H
#define CLI_INCIDENTS_H

#include <jansson.h>

#include "cli/cli.h"
#include "store/query.h"

/* A new object: what is stored of it. */
json_t *incidents_json(const struct query_incident *i);

int64_t incidents_failing_ms(const struct output *o);

/* "part of 20230214-1" or "region:eu"; nothing for one endpoint alone. */
void incidents_scope(struct cli *c, const struct query_incident *i,
    const char *before, const char *after);

#endif
