/* SPDX-License-Identifier: MIT */
/*
 * disk - a file system of SQLite that tells left.h what it does, and is a
 * point (points.h) before and after each change.
 */
#ifndef CRASH_DISK_H
#define CRASH_DISK_H

/* SQLite takes its files from here; before it is used. */
void disk_begin(void);

#endif
