/* SPDX-License-Identifier: MIT */
/* notices - how a notice to a receiver is shown. */
#ifndef CLI_NOTICES_H
#define CLI_NOTICES_H

#include "cli/cli.h"
#include "store/query.h"

struct json_t;
struct json_t *notices_json(const struct query_delivery *d);
void notices_line(struct cli *c, const struct query_delivery *d);

#endif
