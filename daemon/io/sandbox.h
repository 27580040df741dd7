/* SPDX-License-Identifier: MIT */
/* sandbox - a child gives up the file system, where the kernel has Landlock. */
#ifndef IO_SANDBOX_H
#define IO_SANDBOX_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/status.h"

/* Whether this kernel can enforce it at all. */
MUST_CHECK
bool sandbox_supported(void);

/*
 * From now on this process can open nothing but for reading, and that only at
 * or below the given paths (NULL last); descriptors already open stay good.
 * It cannot be undone, and implies no_new_privs.  True when it is enforced,
 * else the reason is in *f and nothing has changed.
 *
 * A path that does not exist is left out.  A rule holds for what is there now,
 * not for what others put in its place.
 */
MUST_CHECK
bool sandbox_apply(const char *const *readable_paths, struct fail *f);

#endif
