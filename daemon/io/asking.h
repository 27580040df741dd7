/* SPDX-License-Identifier: MIT */
/*
 * asking - those who ask the resolver for a name, from the question to the
 * one call of their callback.  The resolver's own half; nobody else's.
 */
#ifndef IO_ASKING_H
#define IO_ASKING_H

#include <sys/queue.h>

#include "io/namecache.h"
#include "io/resolve.h"

struct query; /* the resolver's, under way */

struct resolution {
	TAILQ_ENTRY(resolution) node; /* among the ready, or the query's */
	struct asking *asking;
	struct query *query;      /* waits for this; NULL: ready */
	struct timer *patience;   /* while it waits, or NULL */
	struct known_name *entry; /* whose answer to tell, or NULL */
	enum reason reason;       /* without an entry */
	struct address literal;   /* OK without an entry: this */
	bool cached;
	int64_t since;
	uint32_t took_us;
	resolved_fn *fn;
	void *arg;
};

TAILQ_HEAD(resolutions, resolution);

struct asking {
	struct loop *loop;
	struct resolutions ready;
	struct timer *soon;
	bool *gone; /* set when ended within a callback */
};

void asking_init(struct asking *a, struct loop *l);
void asking_done(struct asking *a); /* nobody asks any more */

struct resolution *asking_new(struct asking *a, resolved_fn *fn, void *arg);

/* Give it an entry (it is in use until told), or keep it as it is. */
void asking_use(struct resolution *n, struct known_name *entry);
void asking_unuse(struct resolution *n);

/* Its answer is there: it is told, and freed, in a turn of the loop. */
void asking_ready(struct resolution *n);
void asking_drop(struct resolution *n); /* out of its list already */

/* Microseconds since it was asked. */
uint32_t asking_elapsed(const struct resolution *n);

#endif
