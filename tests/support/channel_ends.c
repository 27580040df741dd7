/* SPDX-License-Identifier: MIT */
#include "channel_ends.h"

#include "channel_sim.h"

void
channel_ends(struct loop *l, size_t queue_max, const struct channel_events *a,
    const struct channel_events *b, struct channel *out[2])
{
	channel_sim_pair(l, a, b, out);
	channel_sim_set_queue(out[0], queue_max);
	channel_sim_set_queue(out[1], queue_max);
}
