/* SPDX-License-Identifier: MIT */
/*
 * groups - which endpoints belong together; private to this room.
 *
 * The endpoints of one service in one region are a place.  Services and
 * regions are made of places; tags and the world are made of services.
 */
#ifndef CORE_GROUPS_H
#define CORE_GROUPS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "core/names.h"

struct world;

/* Endpoints of a place, by what they say at present. */
struct tally {
	uint32_t ill;     /* with the incident in question, or likely to be */
	uint32_t well;    /* neither that nor suspect */
	uint32_t failing; /* in an open incident */
	uint32_t suspect, known, unknown;
};

struct place {
	uint32_t service, region; /* numbers of struct policy */
	uint32_t first, end;      /* in order[] */
	uint32_t region_at;       /* its place in by_region[] */
	struct tally tally;       /* of the last survey that picked it */
};

struct groups {
	bool fresh;      /* what follows describes who is watched */
	uint32_t *order; /* endpoints by (service, region, number) */
	struct place *places;
	uint32_t *by_region; /* places by (region, service) */
	uint32_t *picked;    /* places of one node, in either order */
	uint32_t *found;     /* endpoints, for a loop that emits */
	uint32_t *leads;     /* endpoints whose incident leads a node */
	/* Who depends on i: hit[hit_first[i]] to before hit[hit_first[i + 1]]. */
	uint32_t *hit_first, *hit;
	size_t hit_size;
	size_t site_count; /* of who is watched */
	size_t size, place_count, picked_count, found_count, lead_count;
};

void groups_free(struct groups *g);
/* Build it anew where it is not fresh; allocates only then. */
void groups_ready(struct world *w);

typedef bool groups_before_fn(const struct world *w, uint32_t a, uint32_t b);
/* Endpoints, ascending; allocates nothing. */
void groups_sort(const struct world *w, uint32_t *v, size_t n,
    groups_before_fn *before);

/*
 * The node of a kind that holds endpoint i, into picked[].  tag: which of its
 * service's.  An endpoint without a service is in no node: none is picked.
 */
void groups_pick(const struct world *w, uint32_t i, enum scope kind,
    unsigned tag);
/* Is k in the node of that kind that holds i? */
bool groups_share(const struct world *w, uint32_t i, uint32_t k,
    enum scope kind, unsigned tag);
/* Which tag of k's service is that tag of i's; 0 if it has none of that name. */
uint8_t groups_tag(const struct world *w, uint32_t i, unsigned tag, uint32_t k);

#endif
