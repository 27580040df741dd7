/* SPDX-License-Identifier: MIT */
/*
 * expect - what an endpoint expects of its answer, compiled once and checked
 * against each: status, headers, media type, body patterns, JSON values.
 *
 * Assertions see the first 256 KiB of a body.  The work of a pattern is
 * bounded by io/pattern.h; where that runs out the sample says nothing.
 */
#ifndef PROBES_EXPECT_H
#define PROBES_EXPECT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "core/names.h"
#include "io/fetch.h"
#include "wire/target.h"

enum { EXPECT_BODY_BYTES = 256 * 1024, EXPECT_DETAIL_BYTES = 160 };

struct expect;

/*
 * The rules are borrowed until expect_free().  NULL with the reason in *f when
 * a pattern, a path or a value is senseless.
 */
MUST_CHECK
struct expect *expect_new(const struct target_expect *rules, struct fail *f);
void expect_free(struct expect *e); /* NULL is ignored */

/* The status is one that is expected; 200-299 when nothing is said. */
bool expect_status(const struct expect *e, uint16_t code);
/* Some status of 2xx is. */
bool expect_wants_success(const struct expect *e);
/* A rule looks into the body: it is worth reading, and must be whole. */
bool expect_reads_body(const struct expect *e);

/*
 * Everything but the status: REASON_OK, a reason of CONTENT, or
 * REASON_MATCHER_LIMIT; then detail says what, for people.
 */
enum reason expect_content(const struct expect *e, const struct fetch_result *r,
    wall_ms now, char detail[EXPECT_DETAIL_BYTES]);

#endif
