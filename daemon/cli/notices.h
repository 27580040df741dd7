/* SPDX-License-Identifier: MIT */
/* notices - how a notice to a receiver is shown. */
#ifndef CLI_NOTICES_H
#define CLI_NOTICES_H

#include "cli/cli.h"
#include "store/query.h"

void notices_line(struct cli *c, const struct query_delivery *d);

#endif
