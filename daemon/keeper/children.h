/* SPDX-License-Identifier: MIT */
/* children - the other processes: started, greeted, started again. */
#ifndef KEEPER_CHILDREN_H
#define KEEPER_CHILDREN_H

#include <stdbool.h>
#include <stddef.h>

#include "core/names.h"
#include "io/channel.h"
#include "io/loop.h"
#include "wire/message.h"

struct keeper;

/* One process of ours. */
struct child {
	struct keeper *keeper;
	enum role role;
	struct channel *channel; /* NULL: not running */
	struct timer *restart;
	span_ms pause; /* before the next restart */
	wall_ms started;
	bool ready;
	unsigned restarts;
	bool unserved; /* a secret of its could not be opened */
};
enum { CHILD_PROBER, CHILD_HERALD, CHILD_LOG, CHILD_WEB, CHILD_COUNT };

void children_start(struct keeper *k);
void children_end(struct keeper *k);
/* Prober and herald end, and others start at once. */
void children_renew_doors(struct keeper *k, const char *why);
/* The one that shows: started, ended or started anew, by the configuration. */
void children_show(struct keeper *k);
void children_send(struct child *c, enum message_type type, const void *body,
    size_t size);
void children_targets(struct keeper *k); /* what the prober does not know */

#endif
