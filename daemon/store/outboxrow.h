/* SPDX-License-Identifier: MIT */
/* outboxrow - a delivery and its notice as columns; private to this room. */
#ifndef STORE_OUTBOXROW_H
#define STORE_OUTBOXROW_H

#include "store/db.h"
#include "store/query.h"

enum { OUTBOXROW_COLUMNS = 18 };

/* OUTBOX_COLUMNS of statements.def; strings until the next step. */
void outboxrow_read(const struct use *u, struct query_delivery *d);

#endif
