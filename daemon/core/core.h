/* SPDX-License-Identifier: MIT */
/*
 * core - what the samples mean.
 *
 *	                 good                       quiet time over
 *	        +------------------+            +---------------------+
 *	        v                  |            v                     |
 *	unknown --> up --suspect--> down / maintenance --> recovering -+
 *	   ^         \___ glitch ___/      ^                  |
 *	   |  stale, network, auth         +---- relapse -----+
 *
 * One function takes an input and tells what changed.  No clock, no I/O, no
 * floating point, and memory only in world_new() and on a configuration
 * change: the same configuration and inputs give the same output, bit by bit,
 * in the daemon, in replay, in tests and in fuzzers.
 *
 * Decisions use evidence time (start + total); what is told of a run (onset,
 * ended, spans) is the start of its first sample.  Inputs come in order of
 * evidence time; an older one counts as of the latest time seen.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "core/input.h"
#include "core/output.h"

/* Called for each output, in order, before core_step() returns. */
typedef void core_out_fn(void *arg, const struct output *o);

struct world;

/*
 * A world without endpoints that starts at `start`.  canaries is how many
 * slots can answer; with 0 our own network counts as fine.
 */
MUST_CHECK
struct world *world_new(size_t canaries, wall_ms start);
void world_free(struct world *w); /* NULL is ignored */

/*
 * Account for one input.  Deadlines up to and including in->at fire first,
 * each at its own time, in the order (deadline, endpoint).
 */
void core_step(struct world *w, const struct input *in, core_out_fn *out,
    void *arg);

wall_ms world_now(const struct world *w);
/* When the next deadline falls; INT64_MAX for none. */
wall_ms world_next_deadline(const struct world *w);
/* Our own network is lost: evidence without proven path is void. */
bool world_blind(const struct world *w);

/* In what follows i is the number of an endpoint. */

/* Slots in use or used once: valid endpoint numbers are below it. */
size_t world_size(const struct world *w);
bool world_watches(const struct world *w, uint32_t i);

/*
 * Look who belongs together, before describing; core_step() does when it has
 * to.
 */
void world_group(struct world *w);

/*
 * Endpoint i depends on these, of which a copy is kept; n 0: on nothing, as
 * at first.  There are no circles; who is not watched does not fail.
 */
void world_depend(struct world *w, uint32_t i, const struct need *needs,
    size_t n);

/* What is known of an endpoint now, as an EVENT-shaped output. */
void world_describe(const struct world *w, uint32_t i, struct output *o);
/* State, and whether a failure is being confirmed. */
enum state world_state(const struct world *w, uint32_t i);
enum bucket world_bucket(const struct world *w, uint32_t i);
bool world_suspect(const struct world *w, uint32_t i);

/*
 * The memory of one endpoint, or of everything they share, as bytes to keep
 * and give back: at most CORE_STATE_BYTES.  Restoring an endpoint that is
 * watched continues it; ERR_CORRUPT when the bytes are not ours.
 */
enum { CORE_STATE_BYTES = 256 };

size_t world_save(const struct world *w, uint32_t i,
    unsigned char buf[CORE_STATE_BYTES]);
MUST_CHECK
enum status world_restore(struct world *w, uint32_t i, const struct policy *p,
    const void *bytes, size_t n, struct fail *f);
/*
 * The transitions of an endpoint not watched yet are numbered after seq: it
 * was watched before, and its memory is not kept.
 */
void world_number(struct world *w, uint32_t i, uint32_t seq);
size_t world_save_shared(const struct world *w,
    unsigned char buf[CORE_STATE_BYTES]);
/* Instead, when these bytes are lost: our network counts as fine at `now`. */
void world_begin_shared(struct world *w, wall_ms now, struct incident_id last);
MUST_CHECK
enum status world_restore_shared(struct world *w, const void *bytes, size_t n,
    struct fail *f);

#endif
