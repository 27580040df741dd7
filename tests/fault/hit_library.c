/* SPDX-License-Identifier: MIT */
/* hit_library - memory and files of SQLite, which fail when they have to. */
#include <sqlite3.h>
#include <stdlib.h>
#include <string.h>

#include "hit.h"

static sqlite3_mem_methods memory;

static void *
more(int bytes)
{
	return hit_this(OP_LIBRARY) ? NULL : memory.xMalloc(bytes);
}

static void *
other(void *p, int bytes)
{
	return hit_this(OP_LIBRARY) ? NULL : memory.xRealloc(p, bytes);
}

/* A file: this, and behind it the one of the real file system. */
struct file {
	sqlite3_file base;
	sqlite3_file *real;
};

static sqlite3_vfs *real_vfs;

static sqlite3_file *
real(sqlite3_file *f)
{
	return ((struct file *)(void *)f)->real;
}

static int
do_close(sqlite3_file *f)
{
	return real(f)->pMethods->xClose(real(f));
}

static int
do_read(sqlite3_file *f, void *buf, int n, sqlite3_int64 at)
{
	return hit_this(OP_READ)
	    ? hit.code
	    : real(f)->pMethods->xRead(real(f), buf, n, at);
}

static int
do_write(sqlite3_file *f, const void *buf, int n, sqlite3_int64 at)
{
	hit.changes++;
	if (!hit_this(OP_WRITE))
		return real(f)->pMethods->xWrite(real(f), buf, n, at);
	/* The half of it gets there. */
	(void)real(f)->pMethods->xWrite(real(f), buf, n / 2, at);
	return hit.code;
}

static int
do_truncate(sqlite3_file *f, sqlite3_int64 size)
{
	hit.changes++;
	return hit_this(OP_TRUNCATE)
	    ? hit.code
	    : real(f)->pMethods->xTruncate(real(f), size);
}

static int
do_sync(sqlite3_file *f, int flags)
{
	return hit_this(OP_SYNC) ? hit.code
				 : real(f)->pMethods->xSync(real(f), flags);
}

static int
do_size(sqlite3_file *f, sqlite3_int64 *size)
{
	return hit_this(OP_SIZE) ? hit.code
				 : real(f)->pMethods->xFileSize(real(f), size);
}

static int
do_lock(sqlite3_file *f, int level)
{
	return hit_this(OP_LOCK) ? hit.code
				 : real(f)->pMethods->xLock(real(f), level);
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
	return hit_this(OP_SHM_MAP)
	    ? hit.code
	    : real(f)->pMethods->xShmMap(real(f), page, size, extend, p);
}

static int
do_shm_lock(sqlite3_file *f, int from, int n, int flags)
{
	if ((flags & SQLITE_SHM_LOCK) != 0 && hit_this(OP_SHM_LOCK))
		return hit.code;
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

static const sqlite3_io_methods methods = {2, do_close, do_read, do_write,
    do_truncate, do_sync, do_size, do_lock, do_unlock, do_reserved, do_control,
    do_sector, do_traits, do_shm_map, do_shm_lock, do_shm_barrier, do_shm_unmap,
    NULL, NULL};

static int
do_open(sqlite3_vfs *v, const char *name, sqlite3_file *f, int flags, int *out)
{
	struct file *file = (struct file *)(void *)f;
	int rc;

	(void)v;
	file->base.pMethods = NULL;
	file->real = (sqlite3_file *)(void *)(file + 1);
	if (hit_this(OP_OPEN))
		return hit.code;
	hit.changes++;
	rc = real_vfs->xOpen(real_vfs, name, file->real, flags, out);
	if (file->real->pMethods != NULL)
		file->base.pMethods = &methods;
	return rc;
}

static int
do_delete(sqlite3_vfs *v, const char *name, int sync_folder)
{
	(void)v;
	hit.changes++;
	return hit_this(OP_DELETE)
	    ? hit.code
	    : real_vfs->xDelete(real_vfs, name, sync_folder);
}

static int
do_access(sqlite3_vfs *v, const char *name, int flags, int *out)
{
	(void)v;
	return hit_this(OP_ACCESS)
	    ? hit.code
	    : real_vfs->xAccess(real_vfs, name, flags, out);
}

static int
do_full_name(sqlite3_vfs *v, const char *name, int size, char *out)
{
	(void)v;
	return real_vfs->xFullPathname(real_vfs, name, size, out);
}

void
hit_library(void)
{
	static sqlite3_mem_methods mine;
	static sqlite3_vfs vfs;

	if (sqlite3_config(SQLITE_CONFIG_GETMALLOC, &memory) != SQLITE_OK)
		abort();
	mine = memory;
	mine.xMalloc = more;
	mine.xRealloc = other;
	if (sqlite3_config(SQLITE_CONFIG_MALLOC, &mine) != SQLITE_OK)
		abort();
	real_vfs = sqlite3_vfs_find(NULL);
	if (real_vfs == NULL)
		abort();
	vfs = *real_vfs;
	vfs.zName = "hit";
	vfs.szOsFile += (int)sizeof(struct file);
	vfs.xOpen = do_open;
	vfs.xDelete = do_delete;
	vfs.xAccess = do_access;
	vfs.xFullPathname = do_full_name;
	if (sqlite3_vfs_register(&vfs, 1) != SQLITE_OK)
		abort();
}
