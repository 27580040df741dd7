/* SPDX-License-Identifier: MIT */
/* json_path - find a value by a path like $.a.b[0]; no wildcards.  Pure. */
#ifndef PROBES_JSON_PATH_H
#define PROBES_JSON_PATH_H

#include <stdbool.h>

#include "base/attr.h"

struct json_t;

/* "$" alone is the whole document. */
MUST_CHECK
bool json_path_valid(const char *path);

/* Borrowed from root; NULL when nothing is there or the path is not valid. */
const struct json_t *json_path_find(const struct json_t *root,
    const char *path);

#endif
