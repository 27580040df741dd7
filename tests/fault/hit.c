/* SPDX-License-Identifier: MIT */
#include "hit.h"

#include <errno.h>
#include <fcntl.h>
#include <stdarg.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#include "site.h"

struct hit hit;

bool
hit_this(enum op op)
{
	wall_ms now;

	if (!hit.armed)
		return false;
	hit.calls[op]++;
	if (hit.noted)
		site_note(op, hit.calls[op]);
	if (op != hit.op)
		return false;
	now = loop_now(hit.loop);
	if (++hit.seen == hit.nth)
		hit.until = now + hit.lasts;
	else if (hit.until == 0 || hit.lasts == 0 || now >= hit.until)
		return false;
	hit.failed++;
	return true;
}

/*
 * What follows stands in for calls of our objects; see --wrap of ld(1);
 * these names are its own.  NOLINTBEGIN(bugprone-reserved-identifier)
 */
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *p, size_t size);
int __real_open(const char *path, int flags, ...);
int __real_fstat(int fd, struct stat *st);
ssize_t __real_pread(int fd, void *buf, size_t size, off_t at);
int __real_fchmod(int fd, mode_t mode);
int __real_fcntl(int fd, int what, ...);
int __real_mkdir(const char *path, mode_t mode);

void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *p, size_t size);
int __wrap_open(const char *path, int flags, ...);
int __wrap_fstat(int fd, struct stat *st);
ssize_t __wrap_pread(int fd, void *buf, size_t size, off_t at);
int __wrap_fchmod(int fd, mode_t mode);
int __wrap_fcntl(int fd, int what, ...);
int __wrap_mkdir(const char *path, mode_t mode);

static bool
no_memory(void)
{
	(void)hit_this(OP_MEMORY);
	return hit.armed && hit.on_memory != NULL && hit.on_memory();
}

void *
__wrap_calloc(size_t n, size_t size)
{
	return no_memory() ? NULL : __real_calloc(n, size);
}

void *
__wrap_realloc(void *p, size_t size)
{
	return no_memory() ? NULL : __real_realloc(p, size);
}

/* True, with errno, when a call of the system has to fail. */
static bool
refused(enum op op)
{
	if (!hit_this(op))
		return false;
	errno = hit.code;
	return true;
}

int
__wrap_open(const char *path, int flags, ...)
{
	mode_t mode = 0;
	va_list more;

	va_start(more, flags);
	if ((flags & O_CREAT) != 0)
		mode = va_arg(more, mode_t);
	va_end(more);
	return refused(OP_CALL_OPEN) ? -1 : __real_open(path, flags, mode);
}

int
__wrap_fstat(int fd, struct stat *st)
{
	return refused(OP_CALL_FSTAT) ? -1 : __real_fstat(fd, st);
}

ssize_t
__wrap_pread(int fd, void *buf, size_t size, off_t at)
{
	/* The database, as the keeper opens it; nobody else writes. */
	bool ours = (__real_fcntl(fd, F_GETFL) & O_ACCMODE) == O_RDWR;

	return ours && refused(OP_CALL_PREAD) ? -1
					      : __real_pread(fd, buf, size, at);
}

int
__wrap_fchmod(int fd, mode_t mode)
{
	return refused(OP_CALL_FCHMOD) ? -1 : __real_fchmod(fd, mode);
}

int
__wrap_fcntl(int fd, int what, ...)
{
	va_list more;
	void *arg;

	va_start(more, what);
	arg = va_arg(more, void *);
	va_end(more);
	if (what == F_SETLK && refused(OP_CALL_LOCK))
		return -1;
	return __real_fcntl(fd, what, arg);
}

int
__wrap_mkdir(const char *path, mode_t mode)
{
	return refused(OP_CALL_MKDIR) ? -1 : __real_mkdir(path, mode);
}
/* NOLINTEND(bugprone-reserved-identifier) */
