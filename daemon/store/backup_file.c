/* SPDX-License-Identifier: MIT */
/* The files of backups: their names, their folder, and how many stay. */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"
#include "base/utc.h"
#include "store/backup.h"
#include "store/file.h"
#include "store/migrate.h"

enum { BACKUPS_MAX = 100000 };

static const char pattern[] = "vigie-dddddddd"
			      "Tdddddd"
			      "Z.db";

static enum status
refuse(struct fail *f, const char *path, const char *doing)
{
	return fail_set(f, ERR_IO, "%s: %s: %s", path, doing,
	    strerrordesc_np(errno));
}

/* What root makes belongs to who owns `like`, so that it may be used. */
static void
own(int fd, const char *path, const char *like)
{
	struct stat st;
	int failed = 0;

	if (geteuid() != 0 || stat(like, &st) != 0)
		return;
	if (fd >= 0)
		failed = fchown(fd, st.st_uid, st.st_gid);
	else
		failed = lchown(path, st.st_uid, st.st_gid);
	(void)failed; /* it stays root's */
}

static enum status
name_folder(const char *database, char out[BACKUP_PATH_BYTES], struct fail *f)
{
	const char *slash = strrchr(database, '/');
	int n = snprintf(out, BACKUP_PATH_BYTES, "%.*s" BACKUP_FOLDER,
	    slash != NULL ? (int)(slash - database) + 1 : 0, database);

	if (n < 0 || n >= BACKUP_PATH_BYTES - BACKUP_NAME_BYTES)
		return fail_set(f, ERR_RANGE, "%s: is too long", database);
	return OK;
}

enum status
backup_folder(const char *database, char out[BACKUP_PATH_BYTES], struct fail *f)
{
	enum status s = name_folder(database, out, f);

	if (s != OK)
		return s;
	if (mkdir(out, 0750) == 0)
		own(AT_FDCWD, out, database);
	else if (errno != EEXIST)
		return refuse(f, out, "making the folder");
	return OK;
}

/* False, and *f, when somebody is at the one that is there. */
static bool
clear_away(const char *path, const char *folder, struct fail *f)
{
	int fd = open(path, O_RDONLY | O_CLOEXEC | O_NOFOLLOW);

	if (fd < 0) /* none, or nobody's: making it will say so */
		return true;
	if (flock(fd, LOCK_EX | LOCK_NB) != 0) {
		(void)close(fd);
		(void)fail_set(f, ERR_EXISTS,
		    "another backup is under way in %s; wait for its end",
		    folder);
		return false;
	}
	file_discard(path);
	(void)close(fd); /* only read */
	return true;
}

enum status
backup_partial(const char *folder, const char *like,
    char path[BACKUP_PATH_BYTES], int *fd, struct fail *f)
{
	int n = snprintf(path, BACKUP_PATH_BYTES, "%s/" BACKUP_PARTIAL, folder);
	enum status s;

	if (n < 0 || n >= BACKUP_PATH_BYTES)
		return fail_set(f, ERR_RANGE, "%s: is too long", folder);
	if (!clear_away(path, folder, f))
		return ERR_EXISTS;
	n = open(path, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC, 0640);
	if (n < 0)
		return refuse(f, path, "making");
	own(n, path, like);
	if (fchmod(n, 0640) == 0 && flock(n, LOCK_EX | LOCK_NB) == 0) {
		*fd = n;
		return OK;
	}
	s = refuse(f, path, "locking");
	(void)close(n);
	return s;
}

const char *
backup_name(wall_ms now, char buf[BACKUP_NAME_BYTES])
{
	char t[UTC_TEXT_BYTES];

	(void)utc_format(now, t);
	(void)snprintf(buf, BACKUP_NAME_BYTES,
	    "vigie-%.4s%.2s%.2sT%.2s%.2s%.2sZ.db", t, t + 5, t + 8, t + 11,
	    t + 14, t + 17);
	return buf;
}

static bool
is_name(const char *s)
{
	for (size_t i = 0; i < sizeof(pattern); i++) {
		bool digit = s[i] >= '0' && s[i] <= '9';

		if (pattern[i] == 'd' && i >= 6 && i < 21 ? !digit
							  : s[i] != pattern[i])
			return false;
	}
	return true;
}

static bool
sync_folder_of(const char *path)
{
	char folder[BACKUP_PATH_BYTES];
	const char *slash = strrchr(path, '/');
	int fd, failed;

	(void)snprintf(folder, sizeof(folder), "%.*s",
	    slash != NULL ? (int)(slash - path) + 1 : 1,
	    slash != NULL ? path : ".");
	fd = open(folder, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	if (fd < 0)
		return false;
	failed = fsync(fd);
	(void)close(fd); /* only read */
	return failed == 0;
}

enum status
backup_place(const char *partial, const char *path, bool replace,
    struct fail *f)
{
	if (renameat2(AT_FDCWD, partial, AT_FDCWD, path,
		replace ? 0 : RENAME_NOREPLACE) != 0) {
		if (errno == EEXIST)
			return fail_set(f, ERR_EXISTS,
			    "%s: is there already; --force replaces it", path);
		return fail_set(f, ERR_IO, "%s: naming it: %s", path,
		    strerrordesc_np(errno));
	}
	if (!sync_folder_of(path))
		return fail_set(f, ERR_IO, "%s: syncing its folder: %s", path,
		    strerrordesc_np(errno));
	return OK;
}

static int
newest_first(const void *a, const void *b)
{
	return strcmp(*(char *const *)b, *(char *const *)a);
}

static bool
is_ours(const char *path)
{
	struct migrations m = migrations_built_in();
	struct fail f;

	return file_inspect(path, migrations_newest(&m), false, &f) == STORE_OK;
}

static size_t
drop(const char *folder, char *const *names, size_t count, size_t keep)
{
	char path[BACKUP_PATH_BYTES + BACKUP_NAME_BYTES];
	size_t dropped = 0, kept = 0;

	for (size_t i = 0; i < count; i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", folder, names[i]);
		if (!is_ours(path))
			continue;
		if (kept < keep)
			kept++;
		else
			dropped += unlink(path) == 0;
	}
	return dropped;
}

/* Names of backups, the newest first. */
struct shelf {
	char **names;
	size_t count;
};

static bool
look_at_shelf(const char *folder, struct shelf *s)
{
	DIR *d = opendir(folder);
	struct dirent *e;

	*s = (struct shelf){0};
	if (d == NULL)
		return false;
	while (s->count < BACKUPS_MAX && (e = readdir(d)) != NULL) {
		if (!is_name(e->d_name))
			continue;
		s->names =
		    mem_resize(s->names, s->count + 1, sizeof(s->names[0]));
		s->names[s->count++] = mem_dup(e->d_name);
	}
	(void)closedir(d); /* only read */
	if (s->count > 1)
		qsort(s->names, s->count, sizeof(s->names[0]), newest_first);
	return true;
}

static void
shelf_done(struct shelf *s)
{
	for (size_t i = 0; i < s->count; i++)
		mem_free(s->names[i]);
	mem_free(s->names);
}

size_t
backup_prune(const char *folder, size_t keep)
{
	struct shelf s;
	size_t dropped;

	if (!look_at_shelf(folder, &s))
		return 0;
	dropped = drop(folder, s.names, s.count, keep);
	shelf_done(&s);
	return dropped;
}

/* Of "vigie-YYYYMMDDTHHMMSSZ.db". */
static bool
time_of_name(const char *name, wall_ms *at)
{
	char t[UTC_TEXT_BYTES];

	(void)snprintf(t, sizeof(t), "%.4s-%.2s-%.2sT%.2s:%.2s:%.2sZ", name + 6,
	    name + 10, name + 12, name + 15, name + 17, name + 19);
	return utc_parse(t, at);
}

/* One that is not ours to read is one all the same. */
static bool
may_be_one(const char *path, struct stat *st)
{
	struct migrations m = migrations_built_in();
	enum store_outcome o;
	struct fail f;

	if (stat(path, st) != 0 || !S_ISREG(st->st_mode))
		return false;
	o = file_inspect(path, migrations_newest(&m), false, &f);
	return o == STORE_OK || o == STORE_PERMISSION || o == STORE_NEWER;
}

enum status
backup_newest(const char *database, struct backup_found *out, struct fail *f)
{
	char folder[BACKUP_PATH_BYTES];
	enum status status = name_folder(database, folder, f);
	struct shelf s;

	if (status != OK)
		return status;
	if (!look_at_shelf(folder, &s))
		return errno == ENOENT
		    ? ERR_NOTFOUND
		    : refuse(f, folder, "looking for backups");
	status = ERR_NOTFOUND;
	for (size_t i = 0; i < s.count && status != OK; i++) {
		struct stat st;

		(void)snprintf(out->path, sizeof(out->path), "%s/%s", folder,
		    s.names[i]);
		if (!time_of_name(s.names[i], &out->at) ||
		    !may_be_one(out->path, &st))
			continue;
		out->bytes = st.st_size;
		status = OK;
	}
	shelf_done(&s);
	return status;
}
