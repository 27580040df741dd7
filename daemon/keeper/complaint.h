/* SPDX-License-Identifier: MIT */
/*
 * complaint - receivers that do not hear of us: one that said 410, at once,
 * and one to which something could not be told in three days; of each once a
 * day at most, also when we start again meanwhile.
 * Nobody may miss that notices do not arrive, so the others are told, loudly.
 */
#ifndef KEEPER_COMPLAINT_H
#define KEEPER_COMPLAINT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "config/config.h"
#include "core/core.h"

struct keeper;

struct complaint { /* about a receiver, to be told to the others */
	bool gone, failing;
	wall_ms gone_told, failing_told; /* last; 0: not in a day */
};

/* By the first configuration; before complaint_restore(). */
void complaint_begin(struct keeper *k);
/* Told at that time, before a restart; json: the event, as it was stored. */
void complaint_restore(struct keeper *k, enum event_kind event, wall_ms at,
    const char *json);
/* receiver: its index in the configuration. */
void complaint_gone(struct keeper *k, size_t receiver);
void complaint_failing(struct keeper *k, size_t receiver);
/* Add to the journal what is to be told; false: nothing. */
bool complaint_tell(struct keeper *k);
/* By another configuration; who is gone is asked once more, and told of. */
void complaint_reset(struct keeper *k, const struct config *old);

#endif
