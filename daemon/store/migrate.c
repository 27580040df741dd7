/* SPDX-License-Identifier: MIT */
#include "store/migrate.h"

#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/text.h"

enum { DIGITS = 3 };

struct migrations
migrations_built_in(void)
{
	return (struct migrations){assets, asset_count};
}

/* 0: not a migration. */
static unsigned
number_of(const struct asset *a)
{
	size_t n = strlen(a->path);
	unsigned number = 0;

	if (n < DIGITS + 5 || strcmp(a->path + n - 4, ".sql") != 0 ||
	    a->path[DIGITS] != '-')
		return 0;
	for (size_t i = 0; i < DIGITS; i++) {
		if (a->path[i] < '0' || a->path[i] > '9')
			return 0;
		number = number * 10 + (unsigned)(a->path[i] - '0');
	}
	return number;
}

unsigned
migrations_newest(const struct migrations *m)
{
	unsigned newest = 0;

	for (size_t i = 0; i < m->count; i++)
		if (number_of(&m->assets[i]) > newest)
			newest = number_of(&m->assets[i]);
	return newest;
}

static const struct asset *
find(const struct migrations *m, unsigned number)
{
	for (size_t i = 0; i < m->count; i++)
		if (number_of(&m->assets[i]) == number)
			return &m->assets[i];
	return NULL;
}

static bool
apply(struct db *d, const struct asset *a, unsigned number)
{
	char pragmas[96];

	(void)snprintf(pragmas, sizeof(pragmas),
	    "PRAGMA application_id = %d; PRAGMA user_version = %u",
	    DB_APPLICATION_ID, number);
	if (db_exec(d, "BEGIN IMMEDIATE") &&
	    db_exec(d, (const char *)a->data) && db_exec(d, pragmas) &&
	    db_exec(d, "COMMIT"))
		return true;
	(void)sqlite3_exec(d->handle, "ROLLBACK", NULL, NULL, NULL);
	return false;
}

static bool
copy_before(struct db *d, unsigned number)
{
	char name[sizeof(d->path) + 16];
	struct text sql;
	bool ok;

	/* One that is there is of a start that was cut off. */
	(void)snprintf(name, sizeof(name), "%s.before-%03u", d->path, number);
	(void)unlink(name);
	text_init(&sql, 2048);
	text_add(&sql, "VACUUM INTO '");
	for (const char *p = name; *p != '\0'; p++)
		text_add(&sql, *p == '\'' ? "''" : (char[]){*p, '\0'});
	text_char(&sql, '\'');
	(void)sqlite3_limit(d->handle, SQLITE_LIMIT_ATTACHED, 1);
	ok = text_ok(&sql) && db_exec(d, text_str(&sql));
	(void)sqlite3_limit(d->handle, SQLITE_LIMIT_ATTACHED, 0);
	text_done(&sql);
	return ok;
}

bool
migrate(struct db *d, const struct migrations *m)
{
	unsigned newest = migrations_newest(m);
	unsigned version = (unsigned)db_ask(d, "PRAGMA user_version", 0);

	if (d->failed)
		return false;
	if (version > 0 && version < newest && !copy_before(d, newest))
		return false;
	while (version < newest) {
		const struct asset *a = find(m, ++version);

		if (a == NULL) {
			d->failed = true;
			d->outcome = STORE_IO;
			(void)fail_set(&d->fail, ERR_NOTFOUND,
			    "%s: there is no migration to schema %u", d->path,
			    version);
			return false;
		}
		if (!apply(d, a, version))
			return false;
	}
	return true;
}
