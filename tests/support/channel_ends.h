/* SPDX-License-Identifier: MIT */
/* channel_ends - two connected ends in one process, sim or real alike. */
#ifndef SUPPORT_CHANNEL_ENDS_H
#define SUPPORT_CHANNEL_ENDS_H

#include "io/channel.h"

/* Free both.  queue_max is for both; events are copied. */
void channel_ends(struct loop *l, size_t queue_max,
    const struct channel_events *a, const struct channel_events *b,
    struct channel *out[2]);

#endif
