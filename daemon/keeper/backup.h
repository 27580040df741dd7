/* SPDX-License-Identifier: MIT */
/*
 * backup - the keeper's side of `vigie backup`: its own connection copies, a
 * little per turn of the loop, while everything else goes on; whoever asked
 * looks at the copy, syncs it, and then has it named or taken away.
 *
 *	begin --> copying --> copied --> end (named, or taken away)
 *	                 \--> failed
 *
 * One at a time.  Who asked and has gone is waited for only as long as it
 * holds a flock on the copy, or some seconds.
 */
#ifndef KEEPER_BACKUP_H
#define KEEPER_BACKUP_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/status.h"
#include "base/text.h"

struct keeper;

/* ERR_EXISTS: another one is under way, by whom and since when. */
MUST_CHECK
enum status keeper_backup_begin(struct keeper *k, const char *author,
    struct fail *f);

/*
 * Append {"ok":, "code":, "message":, "job":, "state":, "pages":, "of":,
 * "path":, "bytes":, "incidents":, "notices":} of the last one; job names it.
 */
void keeper_backup_tell(struct keeper *k, struct text *out);

struct keeper_backup_end {
	long long job;
	bool
	    good; /* the copy was looked at, and is on disk here or elsewhere */
	bool keep;   /* here: give it its name; else take it away */
	size_t only; /* then keep so many of the newest; 0: all */
};
/* *path is where it is now ("" if not here).  Waits for the commit. */
MUST_CHECK
enum status keeper_backup_end(struct keeper *k,
    const struct keeper_backup_end *how, struct text *path, struct fail *f);

#endif
