/* SPDX-License-Identifier: MIT */
/*
 * file - the database as a file: who holds it, is it ours, moving a damaged
 * one aside.  Looks into it only while no connection of this process is open,
 * because closing any descriptor drops the locks of the process.
 */
#ifndef STORE_FILE_H
#define STORE_FILE_H

#include "base/clock.h"
#include "store/store.h"

enum { FILE_PATH_BYTES = 480, FILE_ASIDE_BYTES = FILE_PATH_BYTES + 32 };

/*
 * Make the folder if it is missing, and take the lock beside the file, "-lock",
 * for this process.  *fd is the lock: closing it gives it back.
 */
MUST_CHECK
enum store_outcome file_lock(const char *path, int *fd, struct fail *f);

/*
 * The same for who only reads: makes nothing.  *fd is -1 where there is no
 * lock, as nobody has had it open there.
 */
MUST_CHECK
enum store_outcome file_hold(const char *path, int *fd, struct fail *f);

/*
 * STORE_OK: ours; NEW: missing or empty; CORRUPT: ours once; FOREIGN: anything
 * else; or why it cannot be read.  newest is the greatest version known.
 */
MUST_CHECK
enum store_outcome file_inspect(const char *path, unsigned newest, bool writing,
    struct fail *f);

/* STORE_OK, FOREIGN or NEWER by what a file, or its log, says of itself. */
MUST_CHECK
enum store_outcome file_judge(const char *path, int64_t application,
    int64_t version, unsigned newest, struct fail *f);

/* An empty file with mode 0640, if there is none. */
MUST_CHECK
enum store_outcome file_create(const char *path, struct fail *f);
/* Take away a file that could not be made whole; it was not there before. */
void file_discard(const char *path);

/*
 * NAME.corrupt-YYYYMMDDTHHMMSSZ, or where one of that second is already, with
 * -2 behind it, and so on: never is one replaced by another.
 */
MUST_CHECK
enum store_outcome file_name_aside(const char *path, wall_ms now,
    char aside[FILE_ASIDE_BYTES], struct fail *f);
/* Rename it and what belongs to it, for good when this returns. */
MUST_CHECK
enum store_outcome file_set_aside(const char *path, const char *aside,
    struct fail *f);
/* Names that were made or changed beside path stay so. */
void file_sync_folder(const char *path);

/* By name, without opening; 0 when missing. */
int64_t file_bytes(const char *path, const char *suffix);
bool file_exists(const char *path, const char *suffix);

#endif
