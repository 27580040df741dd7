/* SPDX-License-Identifier: MIT */
/*
 * The herald beats for as long as we say that all is well: that we run, that
 * what we know is written, and that somebody asks.  In real time, for it is
 * those outside who count.
 */
#include "keeper/inside.h"

enum { WELL_EVERY_MS = SECOND_MS };

static bool
has_heartbeat(const struct config *c)
{
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (c->receivers[i].type == RECEIVER_HEARTBEAT)
			return true;
	}
	return false;
}

static bool
is_written(const struct keeper *k)
{
	return k->store != NULL && !k->degraded && keeper_healthy(k);
}

static bool
is_probed(const struct keeper *k)
{
	return k->intake.live &&
	    loop_micros(k->loop) / 1000 - k->intake.heard <= SILENT_MS;
}

void
well_say(struct keeper *k)
{
	struct child *herald = &k->children[CHILD_HERALD];

	timer_disarm(k->well);
	if (!has_heartbeat(k->config))
		return;
	timer_arm_real(k->well, WELL_EVERY_MS);
	/* A word that waited in a queue would be one of the past. */
	if (herald->ready && channel_backlog(herald->channel) == 0 &&
	    is_written(k) && is_probed(k))
		children_send(herald, MSG_WELL, NULL, 0);
}
