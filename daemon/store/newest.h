/* SPDX-License-Identifier: MIT */
/*
 * newest - the newest sample of each endpoint, kept between reads: each time
 * only what came since is read; private to this room.
 */
#ifndef STORE_NEWEST_H
#define STORE_NEWEST_H

#include "core/sample.h"
#include "store/db.h"

struct seen {
	uint64_t ref; /* 0: none */
	struct sample sample;
};

struct newest {           /* zeroed, nothing was read */
	struct seen *all; /* the index is the row */
	size_t count;
	int64_t upto; /* ref of the last that was read */
	bool begun;
};

/* One statement, the first time three; a failure is that of db. */
void newest_read(struct newest *n, struct db *db);
/* Of a row; NULL: it has none. */
const struct seen *newest_of(const struct newest *n, int64_t endpoint);
void newest_done(struct newest *n);

#endif
