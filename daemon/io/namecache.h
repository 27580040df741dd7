/* SPDX-License-Identifier: MIT */
/*
 * namecache - what the resolver knows of names: the last answer of each name
 * and family, least recently used forgotten first.  No I/O, no clock.
 */
#ifndef IO_NAMECACHE_H
#define IO_NAMECACHE_H

#include <stddef.h>
#include <stdint.h>
#include <sys/queue.h>

#include "base/clock.h"
#include "io/resolve.h"

struct namecache;

struct known_name {
	TAILQ_ENTRY(known_name) by_age; /* the first four are the cache's */
	struct known_name *next;
	uint32_t bucket;
	enum family family;

	void *query;     /* the caller's: under way for it, or NULL */
	size_t users;    /* the caller's: while not 0 it is kept */
	wall_ms expires; /* the answer holds until then; 0: none yet */
	enum reason reason;
	struct address *addresses; /* owned by it */
	size_t count;
	char name[];
};

/* max: names kept, but for those in use. */
struct namecache *namecache_new(size_t max);
void namecache_free(struct namecache *c); /* NULL is ignored */

/* The entry of a name (lower case), made when missing; now the youngest. */
struct known_name *namecache_get(struct namecache *c, const char *name,
    enum family family);

/* Let all answers expire. */
void namecache_expire(struct namecache *c);

/*
 * Keep a new answer: OK with addresses in the order of arrival, or why there
 * are none.  They are kept without duplicates, IPv4 and IPv6 in turn, so that
 * a second attempt tries the other family; no address makes it DNS_EMPTY.
 * ttl is clamped to 5 s .. 1 h, and is 5 s for a failure.
 */
void namecache_learn(struct known_name *k, enum reason reason,
    const struct address *found, size_t count, span_ms ttl, wall_ms now);

#endif
