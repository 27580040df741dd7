/* SPDX-License-Identifier: MIT */
#include "io/syslog.h"

#include <errno.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <syslog.h>
#include <unistd.h>

#include "base/mem.h"

enum { FACILITY_SHIFT = 3 };

struct syslog {
	char *ident; /* the library keeps the pointer */
};

struct syslog *
syslog_open(const char *ident, struct fail *f)
{
	struct syslog *s;

	if (ident == NULL || ident[0] == '\0') {
		(void)fail_set(f, ERR_RANGE, "syslog needs an ident");
		return NULL;
	}
	s = mem_zalloc(sizeof(*s));
	s->ident = mem_dup(ident);
	openlog(s->ident, LOG_PID, LOG_DAEMON);
	return s;
}

void
syslog_close(struct syslog *s)
{
	if (s == NULL)
		return;
	closelog();
	mem_free(s->ident);
	mem_free(s);
}

static bool
can_connect(const struct sockaddr_un *to, int type)
{
	int fd = socket(AF_UNIX, type | SOCK_CLOEXEC | SOCK_NONBLOCK, 0);
	bool heard;

	if (fd < 0)
		return false;
	/* A full backlog is somebody, too. */
	heard = connect(fd, (const struct sockaddr *)to, sizeof(*to)) == 0 ||
	    errno == EAGAIN;
	(void)close(fd);
	return heard;
}

bool
syslog_listening(const char *path)
{
	struct sockaddr_un to = {.sun_family = AF_UNIX};
	size_t len = strlen(path);

	if (len >= sizeof(to.sun_path))
		return false;
	memcpy(to.sun_path, path, len);
	return can_connect(&to, SOCK_DGRAM) || can_connect(&to, SOCK_STREAM);
}

bool
syslog_emit(struct syslog *s, int facility, int severity, const char *text)
{
	(void)s;
	/* syslog(3) itself does not say when nobody listens. */
	if (!syslog_listening("/dev/log"))
		return false;
	syslog((facility << FACILITY_SHIFT) | (severity & LOG_PRIMASK), "%s",
	    text);
	return true;
}
