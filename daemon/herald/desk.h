/* SPDX-License-Identifier: MIT */
/*
 * desk - one receiver of the herald: what it is, its secrets, the notices that
 * wait for it in order, and the deliveries under way.
 */
#ifndef HERALD_DESK_H
#define HERALD_DESK_H

#include <stdbool.h>
#include <stddef.h>
#include <sys/queue.h>

#include "herald/herald.h"
#include "io/webhook.h"
#include "wire/message.h"

struct herald;

/* A notice that waits. */
struct letter {
	STAILQ_ENTRY(letter) link;
	struct notice notice;
};
STAILQ_HEAD(letters, letter);

/* A notice on its way. */
struct delivery {
	struct desk *desk;
	uint64_t outbox;
	struct webhook *webhook; /* NULL: this place is free */
};

struct desk {
	TAILQ_ENTRY(desk) link;
	struct herald *herald;
	struct receiver receiver;
	struct webhook_keys keys;
	char *fault; /* why nothing can be sent, or NULL */
	struct letters waiting;
	struct delivery under_way[HERALD_PER_RECEIVER_MAX];
	size_t busy;  /* places taken */
	bool failing; /* the last answer was not a delivery */
};

/* Takes the receiver; the descriptor of its secrets (-1: none) is read. */
struct desk *desk_new(struct herald *h, struct receiver *r, int secret_fd);
/* Give it a new configuration; what is under way goes on with the old one. */
void desk_update(struct desk *d, struct receiver *r, int secret_fd);
/* What waits and what is under way must have been taken out. */
void desk_free(struct desk *d);

/* May one more delivery begin? */
bool desk_ready(const struct desk *d);
/* A free place; there is one when desk_ready(). */
struct delivery *desk_place(struct desk *d);

#endif
