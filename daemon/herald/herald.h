/* SPDX-License-Identifier: MIT */
/*
 * herald - the process that tells: signs notices, posts them to webhooks, and
 * reports every attempt; and beats the heartbeats (heart.h).
 *
 *	keeper -> HELLO              READY comes back
 *	          RECEIVER*          fd: its secret_file, read here and zeroed
 *	          RECEIVERS_DONE     a heartbeat not named since the last is over
 *	          NOTICE*            exactly one ATTEMPT each, in any order
 *	          RECEIVER_REMOVE    what waits for it comes back as RETRY
 *	          WELL*              about once a second while all is well
 *
 * It never decides when to try again: the keeper does (core/backoff.h).  At
 * most 4 deliveries to one receiver and 64 in all are under way, one to a
 * receiver whose last answer was a failure; the rest waits in order in a
 * bounded queue, so that a receiver that hangs delays nobody but itself.
 */
#ifndef HERALD_HERALD_H
#define HERALD_HERALD_H

#include "base/attr.h"
#include "base/status.h"
#include "io/channel.h"
#include "io/logline.h"
#include "io/loop.h"

enum {
	HERALD_IN_FLIGHT_MAX = 64,
	HERALD_PER_RECEIVER_MAX = 4,
	HERALD_WAITING_MAX = 1024
};

struct herald;

/* log is borrowed until herald_free() and may be NULL. */
MUST_CHECK
struct herald *herald_new(struct loop *l, struct logline *log, struct fail *f);
void herald_free(struct herald *h); /* before the channel; NULL is ignored */

/* For channel_new(); then herald_attach() with the channel, borrowed. */
struct channel_events herald_events(struct herald *h);
void herald_attach(struct herald *h, struct channel *c);

/* The channel ended; the loop was asked to stop. */
bool herald_ended(const struct herald *h);

#endif
