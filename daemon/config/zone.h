/* SPDX-License-Identifier: MIT */
/*
 * zone - a named time zone, read from its TZif file (RFC 8536), without
 * touching the time zone of the process.
 *
 * A name counts only when its file exists: the C library takes a misspelt
 * name for UTC without a word.
 */
#ifndef CONFIG_ZONE_H
#define CONFIG_ZONE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"

#define ZONE_FOLDER "/usr/share/zoneinfo"

struct zone;

/*
 * ERR_NOTFOUND: no such zone, with what may have been meant; ERR_CORRUPT: its
 * file is damaged.  NULL then, and the reason in *f (may be NULL).
 */
MUST_CHECK
struct zone *zone_open(const char *name, struct fail *f);
/* The same from bytes of a TZif file. */
MUST_CHECK
struct zone *zone_parse(const char *name, const void *bytes, size_t n,
    struct fail *f);
void zone_close(struct zone *z); /* NULL is ignored */

const char *zone_name(const struct zone *z); /* borrowed */

/* Seconds east of UTC at an instant; a NULL zone is UTC. */
int32_t zone_offset(const struct zone *z, wall_ms at);

/*
 * The instant of a local time (ms as if it were UTC).  One that happens twice
 * means the first; one that is skipped is taken as if the clock had not been
 * moved, so it falls as much later as was skipped.
 */
wall_ms zone_instant(const struct zone *z, wall_ms local);

#endif
