/* SPDX-License-Identifier: MIT */
#include "scratch.h"

#include <ftw.h>
#include <stdio.h>
#include <stdlib.h>

void
scratch_make(struct scratch *s)
{
	/* In memory where that can be had: a day is 86,400 commits. */
	*s = (struct scratch){.folder = "/dev/shm/vigie-test-XXXXXX"};
	if (mkdtemp(s->folder) != NULL)
		return;
	*s = (struct scratch){.folder = "/tmp/vigie-test-XXXXXX"};
	if (mkdtemp(s->folder) == NULL)
		abort();
}

static int
drop(const char *path, const struct stat *st, int kind, struct FTW *at)
{
	(void)st;
	(void)kind;
	(void)at;
	return remove(path);
}

void
scratch_remove(struct scratch *s)
{
	(void)nftw(s->folder, drop, 8, FTW_DEPTH | FTW_PHYS);
}

const char *
scratch_path(struct scratch *s, const char *name)
{
	(void)snprintf(s->path, sizeof(s->path), "%s/%s", s->folder, name);
	return s->path;
}
