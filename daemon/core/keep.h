/* SPDX-License-Identifier: MIT */
/* keep - the memory of one endpoint as bytes; private to this room. */
#ifndef CORE_KEEP_H
#define CORE_KEEP_H

#include <stdbool.h>
#include <stddef.h>

#include "core/core.h"
#include "core/memory.h"

size_t keep_put(const struct memory *m, unsigned char buf[CORE_STATE_BYTES]);
/* Also what versions before kept; false when the bytes are not ours. */
MUST_CHECK
bool keep_get(struct memory *m, const void *bytes, size_t n);

#endif
