/* SPDX-License-Identifier: MIT */
/* registry - who is watched: configuration, database row and prober. */
#ifndef KEEPER_REGISTRY_H
#define KEEPER_REGISTRY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/numbers.h"
#include "config/config.h"
#include "core/core.h"
#include "keeper/partial.h"
#include "wire/message.h"

struct keeper;

/* Not watched, because somebody said so. */
struct pausing {
	wall_ms since, until; /* until 0: until it is resumed */
	char *author, *why;   /* why may be NULL */
};

/* An endpoint or canary: its slot is its place in the registry, for ever. */
struct watched {
	char *id, *service, *region; /* service NULL: canary */
	uint32_t slot;
	int64_t row;      /* in the database; 0: not known yet */
	bool configured;  /* in the present configuration */
	bool fresh;       /* new or changed in the present configuration */
	bool told_prober; /* the prober has the present target */
	bool prober_has;  /* the prober has some target in this slot */
	bool dirty;       /* its memory has to be saved with the next commit */
	uint32_t generation;
	struct target *target;               /* of the configuration, or NULL */
	const struct config_service *config; /* the same */
	struct policy policy;                /* as the core was last told */
	struct pausing *pausing;             /* NULL: not paused */
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
	void *root;                             /* of a tree by id (tsearch) */
	struct numbers services, regions, tags; /* of struct policy */
};

/* To be probed and judged at present. */
static inline bool
watched_active(const struct watched *w)
{
	return w->configured && w->pausing == NULL;
}

struct watched *registry_add(struct registry *r, const char *id,
    const char *service, const char *region);
/* In that slot; NULL for ENDPOINT_NONE. */
static inline struct watched *
registry_at(const struct registry *r, uint32_t slot)
{
	return slot == ENDPOINT_NONE ? NULL : r->all[slot];
}

struct watched *registry_find(const struct registry *r, const char *id);
void registry_done(struct registry *r, bool owns_targets);
struct policy registry_policy(struct registry *r, const struct watched *w);
void registry_apply(struct keeper *k); /* mark and sweep from k->config */

/*
 * Paused since then, or, if it is already, with another end and other words.
 * until 0: until it is resumed.  Texts are copied; why may be NULL.
 */
void registry_pause(struct watched *w, wall_ms since, wall_ms until,
    const char *author, const char *why);
/* Watch anew what was paused; author and why may be NULL. */
void registry_resume(struct keeper *k, struct watched *w, const char *author,
    const char *why);

#endif
