/* SPDX-License-Identifier: MIT */
#include "disk.h"

#include <dirent.h>
#include <fcntl.h>
#include <sqlite3.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "left.h"
#include "points.h"

/* A file: this, and behind it the one of the real file system. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
	struct node *node; /* NULL: of no interest */
	char path[512];
	bool sync_folder; /* with the first sync, as SQLite does it */
};

static sqlite3_vfs *real_vfs;

static struct file *
ours(sqlite3_file *f)
{
	return (struct file *)(void *)f;
}

static sqlite3_file *
real(sqlite3_file *f)
{
	return ours(f)->real;
}

static int
do_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
do_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at)
{
	return real(f)->pMethods->xRead(real(f), buf, n, at);
}

static int
do_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at)
{
	int rc;

	point_before(F_disk_write);
	rc = real(f)->pMethods->xWrite(real(f), buf, n, at);
	if (rc == SQLITE_OK && ours(f)->node != NULL)
		left_write(ours(f)->node, buf, (size_t)n, (size_t)at);
	point_after(F_disk_write);
	return rc;
}

static int
do_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	int rc;

	point_before(F_disk_truncate);
	rc = real(f)->pMethods->xTruncate(real(f), size);
	if (rc == SQLITE_OK && ours(f)->node != NULL)
		left_truncate(ours(f)->node, (size_t)size);
	point_after(F_disk_truncate);
	return rc;
}

static int
do_sync(sqlite3_file *f, int flags)
{
	int rc;

	point_before(F_disk_sync);
	rc = real(f)->pMethods->xSync(real(f), flags);
	if (rc == SQLITE_OK && ours(f)->node != NULL) {
		left_sync(ours(f)->node);
		if (ours(f)->sync_folder)
			left_sync_folder_of(ours(f)->path);
		ours(f)->sync_folder = false;
	}
	point_after(F_disk_sync);
	return rc;
}

static int
do_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return real(f)->pMethods->xFileSize(real(f), size);
}

static int
do_lock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xLock(real(f), level);
}

static int
do_unlock(sqlite3_file *f, int level)
{
	return real(f)->pMethods->xUnlock(real(f), level);
}

static int
do_reserved(sqlite3_file *f, int *out)
{
	return real(f)->pMethods->xCheckReservedLock(real(f), out);
}

static int
do_control(sqlite3_file *f, int op, void *arg)
{
	return real(f)->pMethods->xFileControl(real(f), op, arg);
}

static int
do_sector(sqlite3_file *f)
{
	return real(f)->pMethods->xSectorSize(real(f));
}

static int
do_traits(sqlite3_file *f)
{
	return real(f)->pMethods->xDeviceCharacteristics(real(f));
}

static int
do_shm_map(sqlite3_file *f, int page, int size, int extend, void volatile **p)
{
	return real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}

static int
do_shm_lock(sqlite3_file *f, int from, int n, int flags)
{
	return real(f)->pMethods->xShmLock(real(f), from, n, flags);
}

static void
do_shm_barrier(sqlite3_file *f)
{
	real(f)->pMethods->xShmBarrier(real(f));
}

static int
do_shm_unmap(sqlite3_file *f, int drop)
{
	return real(f)->pMethods->xShmUnmap(real(f), drop);
}

/* Version 2: nothing is mapped, all is read and written. */
static const sqlite3_io_methods methods = {2, do_close, do_read, do_write,
    do_truncate, do_sync, do_size, do_lock, do_unlock, do_reserved, do_control,
    do_sector, do_traits, do_shm_map, do_shm_lock, do_shm_barrier, do_shm_unmap,
    NULL, NULL};

static int
do_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct file *file = ours(f);
	bool writes = name != NULL && (flags & SQLITE_OPEN_READWRITE) != 0;
	bool there = name != NULL && access(name, F_OK) == 0;
	int rc;

	(void)v;
	*file = (struct file){.real = (sqlite3_file *)(void *)(file + 1)};
	if (writes)
		point_before(F_disk_open);
	rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
	if (file->real->pMethods != NULL)
		file->base.pMethods = &methods;
	if (rc == SQLITE_OK && writes) {
		(void)snprintf(file->path, sizeof(file->path), "%s", name);
		file->node = left_node(name, there);
		file->sync_folder = (flags & SQLITE_OPEN_CREATE) != 0 &&
		    (flags & (SQLITE_OPEN_WAL | SQLITE_OPEN_MAIN_JOURNAL)) != 0;
		point_after(F_disk_open);
	}
	return rc;
}

static int
do_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	int rc;

	(void)v;
	point_before(F_disk_delete);
	rc = real_vfs->xDelete(real_vfs, name, sync_folder);
	if (rc == SQLITE_OK && sync_folder)
		left_sync_folder_of(name);
	point_after(F_disk_delete);
	return rc;
}

static int
do_full_name(sqlite3_vfs *v, const char *name, int size, char *out)
{
	(void)v;
	return real_vfs->xFullPathname(real_vfs, name, size, out);
}

void
disk_begin(void)
{
	static sqlite3_vfs vfs;

	real_vfs = sqlite3_vfs_find(NULL);
	if (real_vfs == NULL)
		abort();
	vfs = *real_vfs;
	vfs.zName = "disk";
	vfs.szOsFile += (int)sizeof(struct file);
	vfs.xOpen = do_open;
	vfs.xDelete = do_delete;
	vfs.xFullPathname = do_full_name;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
