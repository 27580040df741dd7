/* SPDX-License-Identifier: MIT */
/* snapshot - several reads of one state. */
#ifndef STORE_SNAPSHOT_H
#define STORE_SNAPSHOT_H

#include "store/query.h"

/*
 * Between the two, all reads see the database as it was at the first of them.
 * Not for long: the log cannot be moved into the file meanwhile.
 */
void snapshot_hold(struct query *q);
void snapshot_release(struct query *q);

#endif
