/* SPDX-License-Identifier: MIT */
/* idset - names seen so far and where; finds the second of two. */
#ifndef CONFIG_IDSET_H
#define CONFIG_IDSET_H

#include <stddef.h>

#include "config/faults.h"

struct idset;

MUST_CHECK
struct idset *idset_new(void);
void idset_free(struct idset *s); /* NULL is ignored */

/*
 * Where the id was seen before (borrowed until the next call), or NULL when it
 * is new and now remembered.  The id is borrowed until idset_free().
 */
const struct place *idset_add(struct idset *s, const char *id, struct place at);

#endif
