/* SPDX-License-Identifier: MIT */
/* backup - what the parts of `vigie backup` share. */
#ifndef CLI_BACKUP_H
#define CLI_BACKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"
#include "cli/cli.h"
#include "store/backup.h"

struct saving {
	struct cli *c;
	const char *control, *database;
	char to[BACKUP_PATH_BYTES];     /* "": a name and place of our own */
	char folder[BACKUP_PATH_BYTES]; /* of to */
	bool named;                     /* to was named, not only its folder */
	bool force;
	size_t only; /* keep so many of our names; 0: all */
	size_t pruned;
	long long job;             /* of the daemon */
	struct backup_facts facts; /* of what was copied */
	bool watched, shown;       /* progress on a terminal */
};

/*
 * Where `name`, a file or a folder, says; refuses what must not be replaced.
 */
MUST_CHECK
enum status saving_target(struct saving *s, const char *name, wall_ms now,
    struct fail *f);

void saving_show(struct saving *s, const char *doing, int64_t done,
    int64_t all);
void saving_show_end(struct saving *s);

/* All bytes of one descriptor to another; path is named in *f. */
MUST_CHECK
enum status saving_copy(struct saving *s, int from, int to, const char *path,
    struct fail *f);
/* Sync it and look at all of it. */
MUST_CHECK
enum status saving_check(struct saving *s, const char *path, int fd,
    struct fail *f);

#endif
