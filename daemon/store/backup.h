/* SPDX-License-Identifier: MIT */
/*
 * backup - a copy of the database while it is written, and what is needed to
 * trust it.
 *
 *	backup_begin          by the writer's own connection; nobody else's
 *	backup_step ...       a few pages each time, commits go on in between
 *	backup_verify         of the finished copy; by whoever asked
 *	backup_place          under its name, for good
 *
 * Until then the copy is called BACKUP_PARTIAL, in the folder where it is made:
 * one that a crash leaves there is taken away by the next.  A copy needs no
 * file beside it, and is a database that store_open() goes on with.
 */
#ifndef STORE_BACKUP_H
#define STORE_BACKUP_H

#include "store/store.h"

#define BACKUP_PARTIAL ".vigie-backup.partial"
#define BACKUP_FOLDER  "backups" /* beside the database */

enum { BACKUP_PATH_BYTES = 512, BACKUP_NAME_BYTES = 32 };

struct backup;

/* What a copy must hold, of the very state that was copied. */
struct backup_facts {
	int64_t bytes;
	int64_t schema;             /* its version */
	int64_t incidents, notices; /* rows of incident and outbox */
};

/* "backups" beside the database, made if missing (0750). */
MUST_CHECK
enum status backup_folder(const char *database, char out[BACKUP_PATH_BYTES],
    struct fail *f);
/* "vigie-YYYYMMDDTHHMMSSZ.db"; returns buf. */
const char *backup_name(wall_ms now, char buf[BACKUP_NAME_BYTES]);

/*
 * An empty file in that folder (0640), *path, locked as long as *fd is open.
 * Made by root it belongs to who owns the file `like`.  One that is left of a
 * crash goes; ERR_EXISTS: one is being made, or looked at, at present.
 */
MUST_CHECK
enum status backup_partial(const char *folder, const char *like,
    char path[BACKUP_PATH_BYTES], int *fd, struct fail *f);

/* Begin a copy in that folder.  s must outlive it.  As backup_partial(). */
MUST_CHECK
enum status backup_begin(struct store *s, const char *folder,
    struct backup **out, struct fail *f);
/* The same of a database that no daemon has open; held until the end. */
MUST_CHECK
enum status backup_begin_closed(const char *database, const char *folder,
    struct backup **out, struct fail *f);

/*
 * Copy that many pages (4 KiB).  After the last of them *more is false and
 * *facts set.  On failure nothing is left but to free it.
 */
MUST_CHECK
enum status backup_step(struct backup *b, int pages, bool *more,
    struct backup_facts *facts, struct fail *f);
/* Pages copied, and in all, as of the last step. */
void backup_progress(const struct backup *b, int *done, int *all);
/* Takes the copy away unless it is complete.  NULL is ignored. */
void backup_free(struct backup *b);

/*
 * Look at every page and index of a finished copy, who must have made it, and
 * whether it holds these facts (bytes is not looked at).  May take long.
 */
MUST_CHECK
enum status backup_verify(const char *path, const struct backup_facts *facts,
    struct fail *f);

/*
 * Give a copy, on disk already, its name in the same file system: all or
 * nothing, and on disk.  ERR_EXISTS when that is there and not to be replaced.
 */
MUST_CHECK
enum status backup_place(const char *partial, const char *path, bool replace,
    struct fail *f);

/*
 * Take away all but the newest `keep` backups of a folder: files of the name
 * of backup_name() that are databases of ours.  How many went.
 */
size_t backup_prune(const char *folder, size_t keep);

struct backup_found {
	char path[BACKUP_PATH_BYTES + BACKUP_NAME_BYTES];
	wall_ms at; /* when it was begun, by its name */
	int64_t bytes;
};
/*
 * The newest of those in "backups" beside the database, which is not made.
 * ERR_NOTFOUND: none; ERR_IO: that folder cannot be looked into.
 */
MUST_CHECK
enum status backup_newest(const char *database, struct backup_found *out,
    struct fail *f);

/* Within a transaction: when the last one was made, and how large it is. */
void backup_record(struct store *s, wall_ms at, int64_t bytes);

#endif
