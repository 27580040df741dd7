/* SPDX-License-Identifier: MIT */
/* registry - who is watched: configuration, database row and prober. */
#ifndef KEEPER_REGISTRY_H
#define KEEPER_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/config.h"
#include "core/core.h"
#include "keeper/partial.h"
#include "wire/message.h"

struct keeper;

/* An endpoint or canary: its slot is its place in the registry, for ever. */
struct watched {
	char *id, *service, *region; /* service NULL: canary */
	uint32_t slot;
	int64_t row;      /* in the database; 0: not known yet */
	bool active;      /* in the present configuration */
	bool fresh;       /* new or changed in the present configuration */
	bool told_prober; /* the prober has the present target */
	bool prober_has;  /* the prober has some target in this slot */
	bool dirty;       /* its memory has to be saved with the next commit */
	uint32_t generation;
	struct target *target; /* of the configuration; NULL if not active */
	const struct config_service *config; /* NULL if not active */
	wall_ms fail_start; /* last sample failing, if in part, and its ref */
	uint64_t fail_ref;
	struct excerpt *excerpt; /* waits for its sample; NULL for none */
	wall_ms window_until;    /* of the window told to the core */
	wall_ms glitch_told;     /* notice of its last told glitch; 0: none */
	wall_ms expiring_told;   /* when its certificate was; 0: never */
	struct partial partial;
	void *restored; /* memory as saved, while starting */
	size_t restored_size;
};

struct registry {
	struct watched **all; /* by slot */
	size_t count, size;
	void *root; /* of a tree by id (tsearch) */
};

struct watched *registry_add(struct registry *r, const char *id,
    const char *service, const char *region);
struct watched *registry_find(const struct registry *r, const char *id);
void registry_done(struct registry *r, bool owns_targets);
struct policy registry_policy(const struct watched *w);
void registry_apply(struct keeper *k); /* mark and sweep from k->config */

#endif
