/* SPDX-License-Identifier: MIT */
/* inside - the inside of the keeper, for its own files only. */
#ifndef KEEPER_INSIDE_H
#define KEEPER_INSIDE_H

#include "core/core.h"
#include "keeper/keeper.h"
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
	wall_ms fail_start; /* last failing sample and its ref */
	uint64_t fail_ref;
	struct excerpt *excerpt; /* waits for its sample; NULL for none */
	wall_ms window_until;    /* of the window told to the core */
	void *restored;          /* memory as saved, while starting */
	size_t restored_size;
};

struct registry {
	struct watched **all; /* by slot */
	size_t count, size;
	void *root; /* of a tree by id (tsearch) */
};

enum entry_kind {
	ENTRY_SAMPLE,
	ENTRY_INPUT,
	ENTRY_OUTPUT,
	ENTRY_EXCERPT,
	ENTRY_ATTEMPT
};

/* Something to be written; told at most once whatever happens to it. */
struct pending {
	enum entry_kind kind;
	uint32_t slot; /* ENDPOINT_NONE: none */
	bool canary;   /* slot is a canary's */
	union {
		struct {
			uint64_t ref;
			struct sample sample;
		} sample;
		struct {
			struct input input;
			char *author, *why;
		} input;
		struct {
			struct output *output;
			bool told; /* in degraded mode, before it was written */
		} output;
		struct {
			uint64_t ref;
			struct excerpt excerpt;
		} excerpt;
		struct {
			struct attempt attempt;
			wall_ms at;
		} attempt;
	} u;
};

struct journal {
	struct pending *entries;
	size_t count, size;
	size_t samples;
	uint64_t lost_samples; /* dropped while nothing could be written */
};

/* One process of ours. */
struct child {
	struct keeper *keeper;
	enum role role;
	struct channel *channel; /* NULL: not running */
	struct timer *restart;
	span_ms pause; /* before the next restart */
	wall_ms started;
	bool ready;
	unsigned restarts;
};
enum { CHILD_PROBER, CHILD_HERALD, CHILD_LOG, CHILD_COUNT };

/* Samples on their way to the core, put in order of evidence. */
struct queued {
	wall_ms at;
	uint64_t seq;
	struct probed probed;
};
struct intake {
	struct queued *queue;
	size_t count, size;
	uint64_t seq;
	wall_ms upto;  /* all evidence up to it is here */
	wall_ms heard; /* when the prober last said so */
	bool live;
	wall_ms gap_from; /* 0: none */
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
	uint64_t local_ref;  /* refs while there is no store */
	uint64_t degraded_n; /* notices told unwritten since the start */

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

/* registry.c */
struct watched *registry_add(struct registry *r, const char *id,
    const char *service, const char *region);
struct watched *registry_find(const struct registry *r, const char *id);
void registry_done(struct registry *r, bool owns_targets);
struct policy registry_policy(const struct watched *w);
void registry_apply(struct keeper *k); /* mark and sweep from k->config */

/* intake.c */
void intake_batch(struct keeper *k, struct bytes_in *in);
void intake_excerpt(struct keeper *k, struct excerpt *e); /* taken */
void intake_run(struct keeper *k, wall_ms upto);
void intake_watch_silence(struct keeper *k);
/* Record an input and let the core account for it; strings are copied. */
void intake_input(struct keeper *k, struct input *in, const char *author,
    const char *why);
uint64_t intake_ref(struct keeper *k);

/* journal.c */
struct pending *journal_add(struct keeper *k, enum entry_kind kind,
    uint32_t slot);
void journal_commit(struct keeper *k);
void journal_soon(struct keeper *k);
void journal_done(struct journal *j);
bool journal_open_store(struct keeper *k, enum exit_code *code, struct fail *f);

/* telling.c: between commit and receivers */
void telling_event(struct keeper *k, const struct pending *e, const char *json);
void telling_degraded(struct keeper *k, struct pending *e);
void telling_attempt(struct keeper *k, struct attempt *a); /* taken */
void telling_write_attempt(struct keeper *k, const struct pending *e);
void telling_dispatch(struct keeper *k);
void telling_committed(struct keeper *k);
void telling_lost(struct keeper *k, enum role role);
void telling_receivers(struct keeper *k, struct child *c);
void telling_reset(struct keeper *k); /* another configuration is in force */
char *telling_json(const struct keeper *k, uint32_t slot,
    const struct output *o);

/* children.c */
void children_start(struct keeper *k);
void children_end(struct keeper *k);
void children_send(struct child *c, enum message_type type, const void *body,
    size_t size);
void children_targets(struct keeper *k); /* what the prober does not know */

/* planned.c */
void planned_tick(struct keeper *k);

/* restore.c */
MUST_CHECK
enum status restore_all(struct keeper *k, struct fail *f);

#endif
