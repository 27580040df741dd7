/* SPDX-License-Identifier: MIT */
/*
 * need - the key `depends_on` of a service as written: patterns, alone or as
 * the alternatives of an `any_of`.  What they name: depends.h.
 */
#ifndef CONFIG_NEED_H
#define CONFIG_NEED_H

#include "config/bind.h"

enum { NEED_PATTERN_BYTES = 200 };

/*
 * Replaces the needs of s, which owns them.  What does not fit is reported, and
 * then s has none: all of it is read, or nothing.
 */
void need_read(struct binder *b, const struct option_row *row,
    const struct yaml *node, struct config_service *s);
void need_done(struct config_service *s);

#endif
