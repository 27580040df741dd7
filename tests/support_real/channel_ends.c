/* SPDX-License-Identifier: MIT */
#include "channel_ends.h"

#include <assert.h>

void
channel_ends(struct loop *l, size_t queue_max, const struct channel_events *a,
    const struct channel_events *b, struct channel *out[2])
{
	int fds[2];
	enum status rc = channel_pair(fds, NULL);

	assert(rc == OK);
	out[0] = channel_new(l, fds[0], queue_max, a);
	out[1] = channel_new(l, fds[1], queue_max, b);
}
