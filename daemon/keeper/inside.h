/* SPDX-License-Identifier: MIT */
/* inside - the inside of the keeper, for its own files only. */
#ifndef KEEPER_INSIDE_H
#define KEEPER_INSIDE_H

#include "core/core.h"
#include "keeper/backup.h"
#include "keeper/children.h"
#include "keeper/complaint.h"
#include "keeper/damage.h"
#include "keeper/intake.h"
#include "keeper/journal.h"
#include "keeper/keeper.h"
#include "keeper/registry.h"
#include "keeper/route.h"
#include "keeper/showcase.h"
#include "keeper/unwritten.h"
#include "keeper/windows.h"
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
	RETRY_OPEN_S = 2,
	RETRY_SECRETS_S = 10,
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

struct kept { /* a window that a command added */
	int64_t id;
	bool calendar, past;
	wall_ms from, to; /* of the present or next occurrence */
	struct windowspec *plan;
};

struct keeper {
	struct loop *loop;
	struct logline *log;
	struct config *config;
	struct keeper_children children_ops;
	bool gateway, stopping;
	mono_ms boot;

	struct store *store; /* NULL: could not be opened yet */
	bool restored;       /* what it holds is known here */
	bool foreign_past;   /* it appeared with a past, and stays closed */
	bool degraded;       /* the last commit failed */
	struct db_damage damage;
	wall_ms committed;   /* when the last one succeeded */
	span_ms clock_ahead; /* the wall clock, of the axis */
	bool clock_behind;   /* at the start, of what is kept */
	unsigned ticks;
	uint64_t local_ref; /* the last given while there is no store */
	struct unwritten unwritten;

	struct world *world;
	struct registry endpoints, canaries;
	uint32_t generation;
	struct journal journal;
	struct intake intake;
	struct child children[CHILD_COUNT];
	struct showcase showcase;
	bool *gone; /* by receiver: said 410 since the last reload */
	struct complaint *complaints; /* the same */
	struct sent *sent;
	size_t sent_count, sent_size, kept_count;
	struct timer *commit, *tick, *dispatch, *well;
	size_t save_next, report_next; /* endpoint saved, service learnt next */
	struct prober_stats stats;     /* the prober's last word */
	struct kept *kept;
	struct backing *backing; /* of `vigie backup`, or NULL */
};

/* acts.c: what the acts have in common */
MUST_CHECK
enum status acts_writable(struct keeper *k, struct fail *f);
MUST_CHECK
enum status acts_text(const char *what, const char *s, size_t max,
    struct fail *f);
MUST_CHECK
enum status acts_committed(const struct keeper *k, struct fail *f);

/* clock.c: steps of the wall clock */
void clock_begin(struct keeper *k);
void clock_tick(struct keeper *k);

/* telling.c: between commit and receivers */
void telling_event(struct keeper *k, const struct pending *e, const char *json);
void telling_attempt(struct keeper *k, struct attempt *a); /* taken */
void telling_write_attempt(struct keeper *k, const struct pending *e);
void telling_dispatch(struct keeper *k);
void telling_committed(struct keeper *k);
void telling_lost(struct keeper *k, enum role role);
void telling_receivers(struct keeper *k, struct child *c);
void telling_serve(struct keeper *k); /* who still lacks a secret */
void telling_dropped(struct keeper *k, const struct config *next);
void telling_reset(struct keeper *k, const struct config *old);
struct child *telling_child(struct keeper *k, const struct receiver *r);
bool telling_send(struct keeper *k, const struct receiver *r,
    const struct notice *n);
void telling_disable(struct keeper *k, size_t receiver, wall_ms now);
size_t telling_whom(const struct keeper *k, const struct pending *e,
    struct route_hit *hits);

/* wording.c: an event in words; owned by caller */
char *wording_json(const struct keeper *k, const struct pending *e);
/* The body for machines and the line for people. */
void wording_notice(const struct keeper *k, const struct pending *e,
    uint64_t seq, char **body, char **line);

/* well.c: what the heartbeats beat for */
void well_say(struct keeper *k); /* now, and then about once a second */
/* expiring.c: after each sample */
void expiring_look(struct keeper *k, struct watched *w, const struct input *in);
void backing_free(struct keeper *k); /* backup.c: before the store goes */
void planned_tick(struct keeper *k); /* planned.c */
bool planned_covers(const struct config_window *c, const struct watched *w);
/* It no longer counts: for how many endpoints it ended, or ends earlier. */
size_t planned_end(struct keeper *k, const struct kept *gone,
    const char *author, const char *why);

/* windows.c: those that commands added */
MUST_CHECK
enum status windows_load(struct keeper *k, struct fail *f);
void windows_turn(struct keeper *k, wall_ms now);
void windows_free(struct keeper *k);

/* restore.c */
MUST_CHECK
enum status restore_all(struct keeper *k, struct fail *f);

#endif
