/* SPDX-License-Identifier: MIT */
/*
 * attempts - answers to notices on their way to the keeper: exactly one per
 * notice, so what the channel has no room for waits here, in order.
 */
#ifndef IO_ATTEMPTS_H
#define IO_ATTEMPTS_H

#include <sys/queue.h>

#include "io/channel.h"
#include "wire/message.h"

struct attempts_item;
STAILQ_HEAD(attempts_queue, attempts_item);

struct attempts { /* private: use the functions */
	struct channel *channel;
	struct attempts_queue queue;
};

void attempts_init(struct attempts *s);
void attempts_done(struct attempts *s); /* drops what waits */
/* The channel is borrowed until attempts_done(). */
void attempts_attach(struct attempts *s, struct channel *c);

void attempts_send(struct attempts *s, const struct attempt *a);
/* For what was never tried. */
void attempts_refuse(struct attempts *s, uint64_t outbox,
    enum attempt_result result, const char *why);
/* The channel takes frames again. */
void attempts_resume(struct attempts *s);

#endif
