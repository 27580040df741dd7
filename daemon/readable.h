/* SPDX-License-Identifier: MIT */
/*
 * readable - the files that other processes may read, and whether the rules
 * that prober and herald were started under still hold.
 *
 * Landlock's rules hold for the files that were there when a process shut
 * itself in.  When one of them is replaced (resolv.conf on a new lease) or the
 * configuration names another, new processes have to take over.
 */
#ifndef READABLE_H
#define READABLE_H

#include <stdbool.h>

#include "base/attr.h"
#include "config/config.h"

struct readable;

struct readable *readable_new(const struct config *c); /* copies the paths */
void readable_free(struct readable *r);                /* NULL is ignored */

/* Take the paths of c instead.  True when any, or its file, is another one. */
MUST_CHECK
bool readable_set(struct readable *r, const struct config *c);

/*
 * True once after a path has come to mean another file, or none.  A bundle of
 * certificates counts as replaced once there is a sound one in its place.
 */
MUST_CHECK
bool readable_moved(struct readable *r);

/* NULL last; borrowed until the next readable_set(). */
const char *const *readable_paths(const struct readable *r);
/* The folder of the database, for the process that shows it; the same. */
const char *const *readable_kept(const struct readable *r);

#endif
