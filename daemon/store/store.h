/* SPDX-License-Identifier: MIT */
/*
 * store - the one writer of the database (the keeper; nobody else, ever).
 *
 *	store_open
 *	store_begin  put.h: store_put_* ...  store_commit     group commit
 *	store_tick   about once a second: checkpoints when worth it
 *	store_retain about once a second: what has aged leaves, in small steps
 *
 * What is committed survives kill -9 and power loss.  Within a transaction
 * the first failure of the database is remembered and later puts are
 * ignored: put everything, then check store_commit() once.  After a failure
 * the same store may be used again; nothing of that transaction is kept, and
 * the same refs may be put again.
 *
 * Refs name samples and inputs, in one ascending sequence from 1.  Endpoints
 * are known here by their row (int64_t, from 1); 0 is no endpoint.
 */
#ifndef STORE_STORE_H
#define STORE_STORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "core/names.h"

struct store;

enum store_outcome {
	STORE_OK,
	STORE_NEW,        /* the file was made just now */
	STORE_CORRUPT,    /* damaged; at open: moved aside, a new one in use */
	STORE_FULL,       /* no space left; goes away with the cause */
	STORE_READONLY,   /* file or file system is read-only */
	STORE_PERMISSION, /* not permitted */
	STORE_LOCKED,     /* another daemon has it; the message says which */
	STORE_FOREIGN,    /* not ours; not touched */
	STORE_NEWER,      /* made by a newer version; not touched */
	STORE_MISSING,    /* query_open() only: there is none */
	STORE_IO          /* the disk or the system refused */
};

/* Borrowed for the call. */
struct store_options {
	const char *path;
	const char *instance; /* [a-z0-9]{4,32}: kept if the file is new */
	const char *version;  /* of this program, for the epoch */
	wall_ms now;          /* the axis at this start */
	mono_ms boot;         /* BOOTTIME at this start */
	/* Microseconds of a running clock; NULL: no limits on time are kept. */
	int64_t (*micros)(void *arg);
	void *micros_arg;
	span_ms check_budget; /* for looking for damage, about; 0: 2 s */
};

/*
 * Open or make the database (folder 0750, files 0640), bring it to this
 * version, note a new epoch.  *s is set for OK, NEW and CORRUPT, NULL else.
 * For all but OK and NEW *f says what is wrong, where, and what to do; it must
 * not be NULL.  May take seconds.
 *
 * CORRUPT: the file was damaged, or condemned (damage.h); it was moved aside,
 * a new one is in use, and owes what is known to be owed.  So it is said at
 * each open, until store_replaced_said().
 */
MUST_CHECK
enum store_outcome store_open(const struct store_options *o, struct store **s,
    struct fail *f);
/*
 * What is kept, where it cannot be written now: for load.h alone, then close
 * it.  STORE_MISSING: there is none.
 */
MUST_CHECK
enum store_outcome store_open_kept(const struct store_options *o,
    struct store **s, struct fail *f);
/* Rolls back what is open, writes what is pending, checkpoints. */
void store_close(struct store *s); /* NULL is ignored */

/* What a process that cannot go on ends with. */
enum exit_code store_exit_code(enum store_outcome o);

const char *store_instance(const struct store *s); /* borrowed */
int64_t store_epoch(const struct store *s);
/*
 * Where the axis begins: options.now, or just after the last instant kept if
 * the clock is behind that.
 */
wall_ms store_started(const struct store *s);
/* At the start its log was gone: what had not left it yet is lost. */
bool store_log_missing(const struct store *s);

/* A ref never given before (by this store); in order. */
uint64_t store_next_ref(struct store *s);
/* Those up to ref were given without this store. */
void store_skip_refs(struct store *s, uint64_t ref);

/*
 * One transaction at a time.  now is the axis; roll-ups close by it.
 * On ERR_IO *f explains, store_outcome() classes it, and no transaction is
 * open any more.
 */
MUST_CHECK
enum status store_begin(struct store *s, wall_ms now, struct fail *f);
MUST_CHECK
enum status store_commit(struct store *s, struct fail *f);
void store_rollback(struct store *s); /* none open: nothing */
bool store_in_transaction(const struct store *s);
/* A put of this transaction has failed: commit will too. */
bool store_failed(const struct store *s);
/* Class of the last failure; STORE_OK after a successful commit. */
enum store_outcome store_outcome(const struct store *s);

/*
 * Move the log into the file: a little each time, all of it when the log has
 * grown.  Outside a transaction.  A reader in the way is not a failure.
 */
MUST_CHECK
enum status store_tick(struct store *s, wall_ms now, struct fail *f);

struct store_retention { /* 0: for ever */
	span_ms samples, excerpts, rollups, attempts, reports;
};
/* 400 d, 400 d, 3650 d, 90 d, 400 d. */
struct store_retention store_retention_default(void);

/*
 * One step of at most 20 ms, in a transaction of its own.  *more: call again
 * soon.  Incidents, transitions, spans and notices stay.
 */
MUST_CHECK
enum status store_retain(struct store *s, wall_ms now,
    const struct store_retention *keep, bool *more, struct fail *f);

/* Named counts that survive restarts; add within a transaction. */
void store_count(struct store *s, const char *name, int64_t add);
int64_t store_counted(struct store *s, const char *name);

struct store_stats {
	uint64_t commits, failures, samples, statements;
	int64_t wal_bytes, file_bytes;
	uint64_t checkpoints, checkpoints_busy;
};
void store_stats(const struct store *s, struct store_stats *out);

#endif
