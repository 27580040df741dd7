/* SPDX-License-Identifier: MIT */
/* tallies - what became of the notices to each receiver. */
#ifndef STORE_TALLIES_H
#define STORE_TALLIES_H

#include "store/query.h"

typedef bool tally_fn(void *arg, const char *receiver,
    const struct store_tally *t);
/* Of whoever was ever owed one, by id. */
MUST_CHECK
enum status tallies_read(struct query *q, tally_fn *fn, void *arg,
    struct fail *f);

#endif
