/* SPDX-License-Identifier: MIT */
/*
 * unwritten - notices told while nothing can be written.
 *
 * Each is told under an id of its own, with persisted:false, and again after
 * a pause while it is not taken.  What became of it is written together with
 * its event: taken, or owed under the same id.
 */
#ifndef KEEPER_UNWRITTEN_H
#define KEEPER_UNWRITTEN_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/core.h"
#include "wire/message.h"

struct keeper;
struct pending;

struct unwritten_notice {
	uint64_t event;  /* pending.u.output.told */
	uint64_t number; /* in place of a row of the outbox */
	struct incident_id incident;
	char *receiver, *webhook_id; /* owned */
	enum role role;              /* who delivers it */
	bool under_way;
	unsigned attempts;
	wall_ms created, answered, next;
	struct attempt answer; /* the last one; owned */
};

struct unwritten {
	struct unwritten_notice *all;
	size_t count, size;
	uint64_t last; /* number given */
};

/* Tell whom it concerns, as far as it was not taken already. */
void unwritten_tell(struct keeper *k, struct pending *e);
void unwritten_answer(struct keeper *k, struct attempt *a); /* moved out of */
void unwritten_lost(struct keeper *k, enum role role);
/* Write how it stands with one receiver; false when it was never told. */
bool unwritten_owe(struct keeper *k, const struct pending *e, uint64_t notice,
    size_t receiver);
void unwritten_done(struct unwritten *u); /* numbers go on */

#endif
