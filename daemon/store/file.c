/* SPDX-License-Identifier: MIT */
#include "store/file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/utc.h"
#include "store/db.h"

enum {
	HEADER_BYTES = 100,
	VERSION_AT = 60,
	APPLICATION_AT = 68,
	ASIDES_MAX = 1000 /* of one second */
};

/* A database is a file of these names. */
static const char *const suffixes[] = {"-wal", "-shm", "-journal", ""};
enum { SUFFIXES = sizeof(suffixes) / sizeof(suffixes[0]) };

static enum store_outcome
refuse(int err, const char *path, const char *doing, struct fail *f)
{
	enum store_outcome o = STORE_IO;
	const char *advice = "look at the disk";

	if (err == ENOSPC || err == EDQUOT || err == EFBIG) {
		o = STORE_FULL;
		advice = "make room on its file system";
	} else if (err == EROFS) {
		o = STORE_READONLY;
		advice = "make its file system writable";
	} else if (err == EACCES || err == EPERM) {
		o = STORE_PERMISSION;
		advice = "give this user the right to it and to its folder";
	} else if (err == ENOENT || err == ENOTDIR || err == EISDIR ||
	    err == ELOOP) {
		advice = "check the path of the database";
	}
	(void)fail_set(f, ERR_IO, "%s: %s: %s; %s", path, doing,
	    strerrordesc_np(err), advice);
	return o;
}

static enum store_outcome
make_folder(const char *path, struct fail *f)
{
	char folder[FILE_PATH_BYTES];
	const char *slash = strrchr(path, '/');

	if (slash == NULL || slash == path)
		return STORE_OK;
	(void)snprintf(folder, sizeof(folder), "%.*s", (int)(slash - path),
	    path);
	if (mkdir(folder, 0750) == 0 || errno == EEXIST)
		return STORE_OK;
	return refuse(errno, folder, "making the folder", f);
}

static enum store_outcome
held(int fd, const char *path, struct fail *f)
{
	struct flock who = {.l_type = F_WRLCK, .l_whence = SEEK_SET};

	if (fcntl(fd, F_GETLK, &who) == 0 && who.l_type != F_UNLCK)
		(void)fail_set(f, ERR_EXISTS,
		    "%s: in use by process %ld; stop that one first, or give "
		    "this one a database of its own",
		    path, (long)who.l_pid);
	else
		(void)fail_set(f, ERR_EXISTS,
		    "%s: in use by another process; stop that one first", path);
	return STORE_LOCKED;
}

static enum store_outcome
lock(const char *path, int flags, int *fd, struct fail *f)
{
	struct flock whole = {.l_type = F_WRLCK, .l_whence = SEEK_SET};
	char name[FILE_PATH_BYTES + 8];
	enum store_outcome o;
	int n;

	if (strlen(path) >= FILE_PATH_BYTES)
		return refuse(ENAMETOOLONG, path, "its lock", f);
	(void)snprintf(name, sizeof(name), "%s-lock", path);
	n = open(name, O_RDWR | flags | O_CLOEXEC | O_NOFOLLOW, 0640);
	if (n < 0 && errno == ENOENT && flags == 0)
		return STORE_OK;
	if (n < 0)
		return refuse(errno, name, "opening", f);
	if (fcntl(n, F_SETLK, &whole) != 0) {
		o = errno == EACCES || errno == EAGAIN
		    ? held(n, path, f)
		    : refuse(errno, name, "locking", f);
		(void)close(n);
		return o;
	}
	*fd = n;
	return STORE_OK;
}

enum store_outcome
file_lock(const char *path, int *fd, struct fail *f)
{
	enum store_outcome o = STORE_OK;

	if (strlen(path) < FILE_PATH_BYTES)
		o = make_folder(path, f);
	return o == STORE_OK ? lock(path, O_CREAT, fd, f) : o;
}

enum store_outcome
file_hold(const char *path, int *fd, struct fail *f)
{
	return lock(path, 0, fd, f);
}

static uint32_t
big_endian(const unsigned char *p)
{
	return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 |
	    (uint32_t)p[2] << 8 | p[3];
}

enum store_outcome
file_judge(const char *path, int64_t application, int64_t version,
    unsigned newest, struct fail *f)
{
	if (application != DB_APPLICATION_ID) {
		(void)fail_set(f, ERR_EXISTS,
		    "%s: is not a database of this program and was left "
		    "alone; name another file",
		    path);
		return STORE_FOREIGN;
	}
	if (version > (int64_t)newest) {
		(void)fail_set(f, ERR_RANGE,
		    "%s: was made by a newer version of this program (schema "
		    "%lld, this one knows %u) and was left alone; install that "
		    "version again",
		    path, (long long)version, newest);
		return STORE_NEWER;
	}
	return STORE_OK;
}

static enum store_outcome
judge(const unsigned char *header, size_t n, const char *path, unsigned newest,
    struct fail *f)
{
	static const char magic[16] = "SQLite format 3";
	bool magical =
	    n >= sizeof(magic) && memcmp(header, magic, sizeof(magic)) == 0;
	bool ours = n >= HEADER_BYTES &&
	    big_endian(header + APPLICATION_AT) == DB_APPLICATION_ID;

	if (n == 0)
		return STORE_NEW;
	if (n < HEADER_BYTES ? magical : ours && !magical) {
		(void)fail_set(f, ERR_CORRUPT, "%s: its first page is damaged",
		    path);
		return STORE_CORRUPT;
	}
	return file_judge(path, ours ? DB_APPLICATION_ID : 0,
	    ours ? big_endian(header + VERSION_AT) : 0, newest, f);
}

enum store_outcome
file_inspect(const char *path, unsigned newest, bool writing, struct fail *f)
{
	unsigned char header[HEADER_BYTES];
	struct stat st;
	ssize_t n;
	int fd, err;

	fd = open(path, (writing ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NONBLOCK);
	if (fd < 0 && errno == ENOENT)
		return STORE_NEW;
	if (fd < 0)
		return refuse(errno, path, "opening", f);
	if (fstat(fd, &st) == 0 && !S_ISREG(st.st_mode)) {
		(void)close(fd);
		(void)fail_set(f, ERR_EXISTS, "%s: is not a file; name another",
		    path);
		return STORE_FOREIGN;
	}
	n = pread(fd, header, sizeof(header), 0);
	err = errno;
	(void)close(fd);
	if (n < 0)
		return refuse(err, path, "reading", f);
	return judge(header, (size_t)n, path, newest, f);
}

enum store_outcome
file_create(const char *path, struct fail *f)
{
	int fd = open(path, O_RDWR | O_CREAT | O_CLOEXEC | O_NOFOLLOW, 0640);
	int err;

	if (fd < 0)
		return refuse(errno, path, "making", f);
	err = fchmod(fd, 0640) == 0 ? 0 : errno;
	(void)close(fd);
	return err == 0 ? STORE_OK : refuse(err, path, "setting its mode", f);
}

void
file_discard(const char *path)
{
	char name[FILE_PATH_BYTES + 8];

	for (size_t i = SUFFIXES; i-- > 0;) {
		(void)snprintf(name, sizeof(name), "%s%s", path, suffixes[i]);
		(void)unlink(name);
	}
}

static int
move(const char *path, const char *suffix, const char *aside)
{
	char from[FILE_PATH_BYTES + 8], to[FILE_ASIDE_BYTES + 8];

	(void)snprintf(from, sizeof(from), "%s%s", path, suffix);
	(void)snprintf(to, sizeof(to), "%s%s", aside, suffix);
	return rename(from, to) == 0 || errno == ENOENT ? 0 : errno;
}

void
file_sync_folder(const char *path)
{
	const char *slash = strrchr(path, '/');
	char folder[FILE_PATH_BYTES] = ".";
	int fd;

	if (slash != NULL)
		(void)snprintf(folder, sizeof(folder), "%.*s",
		    slash == path ? 1 : (int)(slash - path), path);
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return;
	(void)fsync(fd); /* not every file system can */
	(void)close(fd);
}

static bool
is_taken(const char *aside)
{
	char name[FILE_ASIDE_BYTES + 8];
	struct stat st;

	for (size_t i = 0; i < SUFFIXES; i++) {
		(void)snprintf(name, sizeof(name), "%s%s", aside, suffixes[i]);
		if (lstat(name, &st) == 0)
			return true;
	}
	return false;
}

enum store_outcome
file_name_aside(const char *path, wall_ms now, char aside[FILE_ASIDE_BYTES],
    struct fail *f)
{
	char t[UTC_TEXT_BYTES];
	int n;

	(void)utc_format(now, t);
	n = snprintf(aside, FILE_ASIDE_BYTES,
	    "%s.corrupt-%.4s%.2s%.2sT%.2s%.2s%.2sZ", path, t, t + 5, t + 8,
	    t + 11, t + 14, t + 17);
	/* Clocks stand still: a machine without one wakes in the same second. */
	for (int i = 2; i <= ASIDES_MAX && is_taken(aside); i++)
		(void)snprintf(aside + n, (size_t)(FILE_ASIDE_BYTES - n), "-%d",
		    i);
	return is_taken(aside) ? refuse(EEXIST, aside, "setting it aside", f)
			       : STORE_OK;
}

enum store_outcome
file_set_aside(const char *path, const char *aside, struct fail *f)
{
	int err = 0;

	/* The log first: without it the file is still whole, only older. */
	for (size_t i = 0; err == 0 && i < SUFFIXES; i++)
		err = move(path, suffixes[i], aside);
	file_sync_folder(path);
	return err == 0 ? STORE_OK : refuse(err, path, "setting it aside", f);
}

int64_t
file_bytes(const char *path, const char *suffix)
{
	char name[FILE_PATH_BYTES + 8];
	struct stat st;

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &st) == 0 ? (int64_t)st.st_size : 0;
}

bool
file_exists(const char *path, const char *suffix)
{
	char name[FILE_PATH_BYTES + 8];
	struct stat st;

	(void)snprintf(name, sizeof(name), "%s%s", path, suffix);
	return stat(name, &st) == 0;
}
