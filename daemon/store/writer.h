/* SPDX-License-Identifier: MIT */
/* writer - what a store is made of; private to this room. */
#ifndef STORE_WRITER_H
#define STORE_WRITER_H

#include "core/core.h"
#include "store/db.h"
#include "store/planned.h"
#include "store/rollup.h"
#include "store/store.h"

/* The samples of one endpoint in five minutes, not yet in the database. */
struct rolled {
	struct rolled *next;
	wall_ms since;
	uint64_t first_ref;
	bool written; /* in the transaction that is open */
	struct rollup sum;
};

struct head {               /* of an endpoint; the index is its row */
	uint64_t ref;       /* newest sample put */
	uint64_t committed; /* newest sample on disk */
	uint64_t saved;     /* what the table head says */
	int64_t peer;       /* of the last sample; -1: not known */
	uint8_t address[16];
	uint16_t port;
	struct rolled *rolled; /* owned list */
};

/* A sample of the open transaction: counts only when that is committed. */
struct pending {
	uint64_t ref;
	int64_t endpoint;
	wall_ms start;
	uint32_t total_us;
	uint8_t class;
};

struct store {
	struct db db;
	int lock_fd;
	bool log_missing;
	bool reading;                 /* store_open_kept() */
	struct store_options options; /* only micros and micros_arg */
	char instance[40];
	int64_t epoch;
	wall_ms started;
	bool open; /* a transaction */
	wall_ms now;
	uint64_t next_ref, last_sample; /* newest sample put */
	struct head *heads;
	size_t head_count;
	struct pending *pending;
	size_t pending_count, pending_size;
	int64_t last_peer;
	wall_ms heads_at;     /* when heads were last written */
	bool heads_saving;    /* the open transaction writes them */
	wall_ms rolled_from;  /* periods before it are written */
	wall_ms rolling_from; /* will be, at the commit; 0: no change */
	int wal_pages;
	wall_ms checked_at; /* last checkpoint */
	struct store_stats stats;
};

/* The head of a row; never NULL for endpoint >= 0. */
struct head *writer_head(struct store *s, int64_t endpoint);

/* samples.c: what the transaction held counts now, or never did. */
void samples_committed(struct store *s);
void samples_rolled_back(struct store *s);
/* Note the newest sample of each endpoint, if it is time or forced. */
void samples_save_heads(struct store *s, bool force);
void samples_load_heads(struct store *s);

/* rolling.c: roll-ups of finished periods join the open transaction. */
void rolling_add(struct store *s, uint64_t ref, int64_t endpoint,
    enum sample_class class, uint32_t total_us, wall_ms start);
void rolling_flush(struct store *s);
void rolling_committed(struct store *s);
void rolling_rolled_back(struct store *s);
void rolling_load(struct store *s);
void rolling_free(struct head *h);

/* Reads outside a transaction start afresh after an older failure. */
void writer_reads(struct store *s);
/* What a read came to; *f (may be NULL) explains. */
enum status writer_told(struct store *s, struct fail *f);
int64_t writer_counter(struct store *s, const char *name);
void writer_set_counter(struct store *s, const char *name, int64_t value);

/* planned.c: the rest of a walk over SQL_PLANNED. */
void planned_walk(struct use *u, planned_fn *fn, void *arg);

/* pause.c: what an input makes of the pause of its endpoint. */
void pause_follow(struct store *s, int64_t endpoint, const struct input *in,
    const char *author, const char *why);

/* incidents.c */
int64_t incident_row(struct incident_id id);
struct incident_id incident_of_row(int64_t row);

/* acts.c: the incident of o closes. */
void acts_over(struct store *s, const struct output *o);

#endif
