/* SPDX-License-Identifier: MIT */
/* inside - the inside of the keeper, for its own files only. */
#ifndef KEEPER_INSIDE_H
#define KEEPER_INSIDE_H

#include "core/core.h"
#include "keeper/children.h"
#include "keeper/intake.h"
#include "keeper/journal.h"
#include "keeper/keeper.h"
#include "keeper/registry.h"
#include "keeper/unwritten.h"
#include "store/load.h"
#include "store/outbox.h"
#include "store/put.h"
#include "store/store.h"
#include "wire/message.h"

enum {
	COMMIT_EVERY_MS = SECOND_MS,
	COMMIT_SOON_MS = 20, /* after a transition; the promise is 50 */
	COMMIT_SAMPLES = 5000,
	JOURNAL_SAMPLES_MAX = 60000, /* while the database cannot be written */
	SAVE_EVERY_S = 60,           /* each endpoint's memory, at the latest */
	SILENT_MS = 2 * SECOND_MS,
	TICK_MS = SECOND_MS,
	RETRY_OPEN_S = 10,
	CANARIES_MAX = 16
};

struct sent { /* notices under way, by outbox row */
	uint64_t outbox;
	enum role role;  /* who delivers it */
	size_t receiver; /* index in the configuration */
	unsigned attempts;
	wall_ms created;
	bool answered; /* its attempt waits for the commit */
};

struct keeper {
	struct loop *loop;
	struct logline *log;
	struct config *config;
	struct keeper_children children_ops;
	bool gateway;
	mono_ms boot;

	struct store *store; /* NULL: could not be opened yet */
	bool degraded;       /* the last commit failed */
	wall_ms committed;   /* when the last one succeeded */
	unsigned ticks;
	uint64_t local_ref; /* refs while there is no store */
	struct unwritten unwritten;

	struct world *world;
	struct registry endpoints, canaries;
	uint32_t generation;
	struct journal journal;
	struct intake intake;
	struct child children[CHILD_COUNT];
	bool *gone; /* by receiver: said 410 since the last reload */
	struct sent *sent;
	size_t sent_count, sent_size;
	struct timer *commit, *tick, *dispatch;
	size_t save_next;          /* endpoint whose memory is saved next */
	struct prober_stats stats; /* the prober's last word */
	bool stopping;
};

/* telling.c: between commit and receivers */
void telling_event(struct keeper *k, const struct pending *e, const char *json);
void telling_attempt(struct keeper *k, struct attempt *a); /* taken */
void telling_write_attempt(struct keeper *k, const struct pending *e);
void telling_dispatch(struct keeper *k);
void telling_committed(struct keeper *k);
void telling_lost(struct keeper *k, enum role role);
void telling_receivers(struct keeper *k, struct child *c);
void telling_dropped(struct keeper *k, const struct config *next);
void telling_reset(struct keeper *k, const struct config *old);
void telling_word(const struct keeper *k, uint32_t slot, const struct output *o,
    uint64_t seq, char **body, char **line);
struct child *telling_child(struct keeper *k, const struct receiver *r);
bool telling_send(struct keeper *k, const struct receiver *r,
    const struct notice *n);
void telling_disable(struct keeper *k, size_t receiver, wall_ms now);
char *telling_json(const struct keeper *k, uint32_t slot,
    const struct output *o);

/* planned.c */
void planned_tick(struct keeper *k);

/* restore.c */
MUST_CHECK
enum status restore_all(struct keeper *k, struct fail *f);

#endif
