/* SPDX-License-Identifier: MIT */
/* db - what `vigie db` found out, for its two ways to say it. */
#ifndef CLI_DB_H
#define CLI_DB_H

#include "cli/reading.h"
#include "store/backup.h"
#include "store/growth.h"

enum { DB_BUDGET_MS = 2 * SECOND_MS };

enum db_unfounded { /* why nothing is projected */
	DB_FOUNDED,
	DB_NO_DAY,   /* not one whole day of history */
	DB_NO_TABLE, /* the library cannot tell what takes how much */
	DB_LEFT_OUT  /* not all of it was counted */
};

struct db_facts {
	const char *path; /* where it lies; owned by the command */
	struct measure m;
	int64_t room; /* left on its file system; -1: not known */
	enum reading_daemon daemon;
	struct store_retention keep;
	bool keep_known; /* by the configuration, not the default */
	enum db_unfounded unfounded;
	struct growth growth; /* else */
	enum status found;    /* of newest: as backup_newest() */
	struct backup_found newest;
	struct fail why; /* why it could not be looked for */
};

/* The sizes when samples, and roll-ups, reach their age; at least now. */
struct db_point {
	wall_ms at;
	int64_t bytes, per_day; /* gained from then on */
};
struct db_point db_point_of(const struct db_facts *d, enum measure_part p);
/* The one recorded is newer than what lies in the folder. */
bool db_backup_elsewhere(const struct db_facts *d);

struct json_t;
struct json_t *db_json(const struct db_facts *d); /* owned by caller */

#endif
