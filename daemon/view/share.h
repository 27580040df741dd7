/* SPDX-License-Identifier: MIT */
/* share - how much of the time something was so, in percent. */
#ifndef VIEW_SHARE_H
#define VIEW_SHARE_H

#include <stdint.h>

#include "core/names.h"

enum { SHARE_BYTES = 48 };

/*
 * "99.982 %", or "n/a" of nothing; 0 <= part <= whole < 2^46.  Cut, not
 * rounded: what is not whole never prints as 100.  Returns buf.
 */
const char *share_text(int64_t part, int64_t whole, char buf[SHARE_BYTES]);

/* Of the buckets: up or degraded; all but unknown; all. */
int64_t share_available(const int64_t ms[BUCKET_COUNT]);
int64_t share_known(const int64_t ms[BUCKET_COUNT]);
int64_t share_whole(const int64_t ms[BUCKET_COUNT]);

#endif
