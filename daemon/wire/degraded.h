/* SPDX-License-Identifier: MIT */
/* degraded - what makes an endpoint degraded, in words and as JSON. */
#ifndef WIRE_DEGRADED_H
#define WIRE_DEGRADED_H

#include "core/output.h"

/*
 * "6 of the last 21 checks failed", "p50 820 ms, usually 210 ms"; nothing when
 * nothing is known of it.
 */
struct text;
void degraded_line(const struct degraded *d, struct text *out);

/*
 * Into an object: failed and checks, p50_ms, usual_ms and over_limit; and out
 * of it.
 */
struct json_t;
void degraded_json(struct json_t *j, const struct degraded *d);
struct degraded degraded_read(const struct json_t *j);

#endif
