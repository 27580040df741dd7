/* SPDX-License-Identifier: MIT */
/*
 * outbox - notices, to whom they are owed, and what became of them.
 *
 * A notice is numbered twice: id over all of them, and seq per service, both
 * without gaps.  Only id is unique, so webhook ids are made from id.  Writing
 * is done within a transaction (see store.h), reading at any time.
 */
#ifndef STORE_OUTBOX_H
#define STORE_OUTBOX_H

#include "core/core.h"
#include "store/store.h"
#include "wire/message.h"

struct store_notice {
	uint64_t id, seq;    /* from store_number_notice() */
	const char *service; /* "" for monitor.* */
	wall_ms at;
	enum event_kind event;
	struct incident_id incident; /* n 0: none */
	bool loud;
	int severity;            /* syslog priority */
	const char *line, *body; /* for syslog; JSON for webhooks */
};

enum outbox_state {
	OUTBOX_OWED,
	OUTBOX_SENT,
	OUTBOX_FAILED, /* expired */
	OUTBOX_GONE,   /* the receiver said 410 */
	OUTBOX_MERGED, /* never attempted; told together with a later one */
	OUTBOX_DROPPED /* its receiver is no longer configured */
};

const char *outbox_state_name(enum outbox_state s);

/* The numbers of the next notice; the same until it is put. */
void store_number_notice(struct store *s, const char *service, uint64_t *id,
    uint64_t *seq);
void store_put_notice(struct store *s, const struct store_notice *n);

struct store_delivery { /* of a notice to one receiver */
	uint64_t notice;
	const char *receiver, *webhook_id;
	wall_ms not_before, expires;
};
/* Its row in the outbox; 0 when this transaction has failed. */
uint64_t store_put_outbox(struct store *s, const struct store_delivery *d);

/*
 * What became of one attempt.  DELIVERED and GONE end the row; after RETRY
 * and MISCONFIGURED it is due again at next_try.  Rows unknown or
 * over are ignored.
 */
void store_put_attempt(struct store *s, const struct attempt *a, wall_ms at,
    wall_ms next_try);
/* End an owed row without an attempt: FAILED, GONE, MERGED or DROPPED. */
void store_end_outbox(struct store *s, uint64_t outbox, enum outbox_state state,
    wall_ms at);
/* All owed rows of a receiver; returns how many. */
size_t store_end_receiver(struct store *s, const char *receiver,
    enum outbox_state state, wall_ms at);
/* What was tried before and waits for another try is due now. */
void store_hurry_outbox(struct store *s, const char *receiver, wall_ms now);
/*
 * Owed rows whose expiry has passed become FAILED, each with a word of whose it
 * was; returns how many.
 */
typedef void store_expired_fn(void *arg, const char *receiver);
size_t store_expire_outbox(struct store *s, wall_ms now, store_expired_fn *fn,
    void *arg);

struct store_owed { /* borrowed for the call */
	uint64_t outbox;
	const char *receiver, *webhook_id;
	enum outbox_state state;
	unsigned attempts;
	wall_ms next_try, expires;
	struct store_notice notice;
};
/* False ends the walk.  Puts are allowed in it, other reads are not. */
typedef bool store_owed_fn(void *arg, const struct store_owed *o);

/*
 * Rows of a receiver due at now, oldest notice first, at most max; of each
 * incident, and of the monitor itself, only the earliest that is owed, which
 * the others wait for.  What is of neither waits for nothing.
 */
MUST_CHECK
enum status store_outbox_due(struct store *s, const char *receiver, wall_ms now,
    size_t max, store_owed_fn *fn, void *arg);
/* All rows, of any state, of an incident to a receiver, oldest first. */
MUST_CHECK
enum status store_outbox_of(struct store *s, struct incident_id incident,
    const char *receiver, store_owed_fn *fn, void *arg);
/* When the next row of a receiver falls due; INT64_MAX for none. */
wall_ms store_outbox_next(struct store *s, const char *receiver);

struct store_tally {
	int64_t sent, owed, failed; /* failed: expired or gone */
};
void store_tally(struct store *s, const char *receiver, struct store_tally *t);

#endif
