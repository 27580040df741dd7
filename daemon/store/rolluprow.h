/* SPDX-License-Identifier: MIT */
/* rolluprow - a row of rollup; private to this room. */
#ifndef STORE_ROLLUPROW_H
#define STORE_ROLLUPROW_H

#include "store/db.h"
#include "store/rollup.h"

/* *r stays as it is when there is none. */
void rolluprow_read(struct db *db, enum rollup_period p, wall_ms since,
    int64_t endpoint, struct rollup *r);

/* A row of which these columns come first, in the order of the table. */
void rolluprow_take(const struct use *u, struct rollup *r);

#endif
