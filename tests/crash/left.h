/* SPDX-License-Identifier: MIT */
/*
 * left - what is left of files when the power goes.
 *
 * Everything is done to the real files at once, as it is to the page cache;
 * what was synced is kept apart, in memory.  A file is known by its inode, so
 * what the daemon renames or unlinks by itself is seen too, and so are its
 * own calls of fsync().
 *
 * When the power goes, of each file stays what it was at its last sync, and
 * of what was done since: nothing; or each 512 bytes of each write, and each
 * change of its length, with some probability.  A file that was made, renamed
 * or deleted after its folder was last synced is, or is not; all renaming is
 * one thing, and never leaves a file without any name.
 */
#ifndef CRASH_LEFT_H
#define CRASH_LEFT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct node;

enum left {
	LEFT_ALL,    /* the daemon died, the machine did not */
	LEFT_SYNCED, /* the power went; of the rest nothing is left */
	LEFT_SOME    /* the power went; of the rest a part is left */
};

enum { LEFT_PATH_BYTES = 64 };

/* The file of that name, opened just now; was it there before? */
struct node *left_node(const char *path, bool was_there);
void left_write(struct node *n, const void *buf, size_t size, size_t at);
void left_truncate(struct node *n, size_t size);
void left_sync(struct node *n);
void left_sync_folder_of(const char *path);

/* All is on disk as it is now. */
void left_settled(void);
/* No power will go any more: left_node() is NULL. */
void left_stop(void);

/* The files of a folder as they are left, in one beside it; seed: for SOME. */
void left_copy(const char *folder, enum left left, uint64_t seed,
    char to[LEFT_PATH_BYTES]);
void left_remove(const char *folder);

#endif
