/* SPDX-License-Identifier: MIT */
/*
 * evidence - samples on their way to the keeper: a ring that holds them while
 * the channel is full, and the batches that carry them.
 */
#ifndef PROBER_EVIDENCE_H
#define PROBER_EVIDENCE_H

#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "io/channel.h"
#include "wire/message.h"

enum { EVIDENCE_RING_MAX = 65536 };

struct evidence;

MUST_CHECK
struct evidence *evidence_new(void);
void evidence_free(struct evidence *e); /* NULL is ignored */

/*
 * Keep one that became known now; it is not older than now.  When the ring is
 * full the oldest is dropped and counted: what is fresh matters more.
 */
void evidence_add(struct evidence *e, const struct probed *p, wall_ms now);

size_t evidence_count(const struct evidence *e);
/* Dropped since the last call. */
uint64_t evidence_dropped(struct evidence *e);

/*
 * Send what is there in batches, an empty one when there is nothing, each with
 * the time up to which everything is sent.  What the channel does not take
 * stays for the next call.
 */
void evidence_flush(struct evidence *e, struct channel *c, wall_ms now);

#endif
