/* SPDX-License-Identifier: MIT */
/*
 * channel_sim - io/channel.h between two ends in one process.
 *
 * Frames are copied, descriptors duplicated, and delivered in order by timers
 * of zero.  Like a socket, a channel holds a few frames by itself and the rest
 * in the sender's queue.  channel_new() has nothing to connect to and aborts;
 * channel_pair() is ERR_IO.
 */
#ifndef SUPPORT_CHANNEL_SIM_H
#define SUPPORT_CHANNEL_SIM_H

#include "io/channel.h"

enum {
	CHANNEL_SIM_HOLDS = 64,      /* frames under way, not in a queue */
	CHANNEL_SIM_QUEUE_MAX = 1024 /* unless set otherwise */
};

/* Events are copied.  Free both ends. */
void channel_sim_pair(struct loop *l, const struct channel_events *a,
    const struct channel_events *b, struct channel *out[2]);

/* How many frames may wait at this end. */
void channel_sim_set_queue(struct channel *c, size_t queue_max);

/* This end stops reading, as a stalled process does, or goes on. */
void channel_sim_stall(struct channel *c, bool stalled);

#endif
