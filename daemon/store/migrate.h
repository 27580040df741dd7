/* SPDX-License-Identifier: MIT */
/*
 * migrate - bring a database to the newest schema, one numbered file
 * (001-name.sql, 002-...) and one transaction after the other.
 */
#ifndef STORE_MIGRATE_H
#define STORE_MIGRATE_H

#include "schema/assets.h"
#include "store/db.h"

/* The files to apply, in any order; others (not "NNN-*.sql") are ignored. */
struct migrations {
	const struct asset *assets;
	size_t count;
};

/* Those that travel inside the program. */
struct migrations migrations_built_in(void);
/* The version they lead to: the greatest number; 0 for none. */
unsigned migrations_newest(const struct migrations *m);

/*
 * From whatever version the database is in (0: empty).  A database that is
 * not empty is copied to NAME.before-VVV first.  False: db->fail says; the
 * database stands at the last version that was reached whole.
 */
MUST_CHECK
bool migrate(struct db *d, const struct migrations *m);

#endif
