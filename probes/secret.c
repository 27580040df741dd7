/* SPDX-License-Identifier: MIT */
#include "probes/secret.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

static bool
blank(char c)
{
	return c == ' ' || c == '\t';
}

bool
secret_read(struct secret *s, int fd)
{
	struct stat st;
	ssize_t n = -1;
	size_t end;

	/* Anything but a file could make us wait. */
	if (fstat(fd, &st) == 0 && S_ISREG(st.st_mode))
		n = pread(fd, s->bytes, SECRET_BYTES_MAX, 0);
	s->bytes[n > 0 ? n : 0] = '\0';
	end = strcspn(s->bytes, "\r\n");
	while (end > 0 && blank(s->bytes[end - 1]))
		end--;
	s->bytes[end] = '\0';
	s->line = s->bytes + strspn(s->bytes, " \t");
	return s->line[0] != '\0';
}

void
secret_forget(struct secret *s)
{
	explicit_bzero(s, sizeof(*s));
}
