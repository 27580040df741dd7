/* SPDX-License-Identifier: MIT */
#include "probes/secret.h"

#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/mem.h"

static void
forget(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	mem_free(*text);
	*text = NULL;
}

static bool
is_line(unsigned which)
{
	return which == TARGET_SECRET_BASIC || which == TARGET_SECRET_BEARER ||
	    which == TARGET_SECRET_CLIENT;
}

/* The first line, moved to the beginning. */
static void
keep_line(char *text)
{
	size_t before = strspn(text, " \t");
	size_t end = strcspn(text, "\r\n");

	if (before > end)
		before = end;
	while (end > before && strchr(" \t", text[end - 1]) != NULL)
		end--;
	memmove(text, text + before, end - before);
	text[end - before] = '\0';
}

/* NULL when there is nothing to read. */
static char *
read_text(int fd, bool line)
{
	size_t max = line ? SECRET_BYTES_MAX : SECRET_PEM_BYTES_MAX;
	char *buf, *text = NULL;
	struct stat st;
	ssize_t n;

	/* Anything but a file could make us wait. */
	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode))
		return NULL;
	buf = mem_zalloc(max + 1);
	n = pread(fd, buf, max, 0);
	buf[n > 0 ? n : 0] = '\0';
	if (line)
		keep_line(buf);
	if (buf[0] != '\0')
		text = mem_dup(buf);
	explicit_bzero(buf, max + 1);
	mem_free(buf);
	return text;
}

bool
secrets_read(struct secrets *s, const struct target *t, const int *fds,
    size_t n)
{
	char **cert = &s->text[TARGET_SECRET_CERT];
	char **key = &s->text[TARGET_SECRET_KEY];
	bool whole = true;
	size_t next = 0;

	*s = (struct secrets){0};
	for (unsigned k = 0; k < TARGET_SECRETS; k++) {
		if (target_secret_file(t, (enum target_secret)k) == NULL)
			continue;
		if (next < n)
			s->text[k] = read_text(fds[next++], is_line(k));
		whole = whole && s->text[k] != NULL;
	}
	if (*cert == NULL || *key == NULL) {
		forget(cert);
		forget(key);
	}
	return whole;
}

void
secrets_forget(struct secrets *s)
{
	for (unsigned k = 0; k < TARGET_SECRETS; k++)
		forget(&s->text[k]);
}
