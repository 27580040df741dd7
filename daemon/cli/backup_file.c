/* SPDX-License-Identifier: MIT */
/* The backup as a file: where it goes, and getting it there whole. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/mem.h"
#include "cli/backup.h"

enum { CHUNK_BYTES = 1 << 20, MEGA = 1000 * 1000 };

static bool
exists(const char *path)
{
	struct stat st;

	return lstat(path, &st) == 0;
}

/* A file that a copy must never be put over, or beside. */
static enum status
guard(const struct saving *s, struct fail *f)
{
	static const char *const beside[] = {"-wal", "-journal"};
	char other[BACKUP_PATH_BYTES + 16];
	struct stat here, live;

	if (stat(s->to, &here) == 0 && stat(s->database, &live) == 0 &&
	    here.st_dev == live.st_dev && here.st_ino == live.st_ino)
		return fail_set(f, ERR_EXISTS,
		    "%s: is the database itself; name another file", s->to);
	if (!s->force && exists(s->to))
		return fail_set(f, ERR_EXISTS,
		    "%s: is there already; --force replaces it", s->to);
	for (size_t i = 0; i < sizeof(beside) / sizeof(beside[0]); i++) {
		(void)snprintf(other, sizeof(other), "%s%s", s->to, beside[i]);
		if (exists(other))
			return fail_set(f, ERR_EXISTS,
			    "%s: is the log of another database and would be "
			    "taken for that of the backup; name another file",
			    other);
	}
	return OK;
}

enum status
saving_target(struct saving *s, const char *name, wall_ms now, struct fail *f)
{
	char own[BACKUP_NAME_BYTES];
	const char *slash = strrchr(name, '/');
	struct stat st;
	int n;

	if (stat(name, &st) == 0 && S_ISDIR(st.st_mode)) {
		s->named = false;
		n = snprintf(s->folder, sizeof(s->folder), "%s", name);
		(void)snprintf(s->to, sizeof(s->to), "%s/%s", name,
		    backup_name(now, own));
	} else {
		s->named = true;
		n = snprintf(s->folder, sizeof(s->folder), "%.*s",
		    slash == NULL ? 1 : (int)(slash - name) + 1,
		    slash == NULL ? "." : name);
		(void)snprintf(s->to, sizeof(s->to), "%s", name);
	}
	if (n < 0 || strlen(name) >= sizeof(s->to) - BACKUP_NAME_BYTES)
		return fail_set(f, ERR_RANGE, "%s: is too long", name);
	if (slash != NULL && slash[1] == '\0' && s->named)
		return fail_set(f, ERR_NOTFOUND, "%s: no such folder", name);
	return guard(s, f);
}

/* A line that is written over; only where somebody looks on. */
void
saving_show(struct saving *s, const char *doing, int64_t done, int64_t all)
{
	if (!s->watched)
		return;
	(void)fprintf(s->c->err, "\r%s %3d %%, %lld of %lld MB ", doing,
	    all > 0 ? (int)(done * 100 / all) : 0, (long long)(done / MEGA),
	    (long long)(all / MEGA));
	(void)fflush(s->c->err);
	s->shown = true;
}

void
saving_show_end(struct saving *s)
{
	if (s->shown)
		(void)fputs("\r\033[K", s->c->err);
	s->shown = false;
}

static enum status
broken(const char *path, struct fail *f)
{
	return fail_set(f, ERR_IO, "%s: %s", path, strerrordesc_np(errno));
}

static bool
write_all(int fd, const char *bytes, size_t n)
{
	while (n > 0) {
		ssize_t done = write(fd, bytes, n);

		if (done < 0 && errno == EINTR)
			continue;
		if (done <= 0)
			return false;
		bytes += done;
		n -= (size_t)done;
	}
	return true;
}

enum status
saving_copy(struct saving *s, int from, int to, const char *path,
    struct fail *f)
{
	char *chunk = mem_zalloc(CHUNK_BYTES);
	int64_t done = 0;
	ssize_t n;

	while ((n = read(from, chunk, CHUNK_BYTES)) > 0 &&
	    write_all(to, chunk, (size_t)n)) {
		done += n;
		saving_show(s, "moving", done, s->facts.bytes);
	}
	mem_free(chunk);
	if (n != 0)
		return broken(path, f);
	if (done != s->facts.bytes)
		return fail_set(f, ERR_IO,
		    "%s: %lld bytes came, not the %lld that were copied", path,
		    (long long)done, (long long)s->facts.bytes);
	return OK;
}

/* On disk, and sound: only then does it get its name. */
enum status
saving_check(struct saving *s, const char *path, int fd, struct fail *f)
{
	if (s->watched) {
		(void)fputs("\rlooking at every page of the copy ...\033[K",
		    s->c->err);
		(void)fflush(s->c->err);
		s->shown = true;
	}
	if (fsync(fd) != 0)
		return broken(path, f);
	return backup_verify(path, &s->facts, f);
}
