/* SPDX-License-Identifier: MIT */
/*
 * message - what the processes say to each other: the bodies of frames.
 *
 *	keeper -> prober   HELLO  TARGET* TARGET_REMOVE* TARGETS_DONE
 *	                   PACE  ASK_CANARIES
 *	prober -> keeper   READY  SAMPLES*  EXCERPT*  STATS*
 *	keeper -> herald   HELLO  RECEIVER* RECEIVERS_DONE  NOTICE*  WELL*
 *	keeper -> log      HELLO  NOTICE*
 *	herald, log -> keeper   READY  ATTEMPT*
 *	anybody -> log     LINE*   (over a second, shared channel)
 *
 * Each x_put writes a body.  Each x_get reads all of one back, and is false
 * and leaves the struct empty when the bytes do not fit exactly or a value is
 * out of its range.  Times are on the keeper's axis, which HELLO hands over.
 */
#ifndef WIRE_MESSAGE_H
#define WIRE_MESSAGE_H

#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "core/sample.h"

enum message_type {
	MSG_HELLO = 1,
	MSG_READY,         /* empty body */
	MSG_TARGET,        /* target_put(); fds: target_secret_file() */
	MSG_TARGET_REMOVE, /* u32 slot, u32 generation */
	MSG_TARGETS_DONE,  /* empty: start, or go on, with these */
	MSG_PACE,
	MSG_ASK_CANARIES, /* empty */
	MSG_SAMPLES,
	MSG_EXCERPT,
	MSG_STATS,
	MSG_RECEIVER,        /* receiver_put(); fd: secret_file */
	MSG_RECEIVER_REMOVE, /* text id */
	MSG_RECEIVERS_DONE,  /* empty */
	MSG_NOTICE,
	MSG_ATTEMPT,
	MSG_LINE,
	MSG_WELL, /* empty: all is well at this moment */
	MSG_SHOW, /* to web, with the next: showing.h */
	MSG_SERVICE,
	MSG_CHANGED,
	MSG_COUNTED,
	MSG_PLANNED,
	MSG_ASKED, /* web asks */
	MSG_ACTED
};

struct hello {
	wall_ms now;                 /* the keeper's axis, at sending */
	char *user_agent, *instance; /* owned; ids name the instance */
};
void hello_put(struct bytes_out *o, const struct hello *h);
MUST_CHECK
bool hello_get(struct bytes_in *i, struct hello *h);
void hello_done(struct hello *h);

struct pace {
	uint32_t slot, generation;
	span_ms every;
	wall_ms until;
};
void pace_put(struct bytes_out *o, const struct pace *p);
MUST_CHECK
bool pace_get(struct bytes_in *i, struct pace *p);

/*
 * A batch: u32 count, i64 upto, then count records.  upto: all evidence up
 * to it has been sent.  A batch of none says just that, at least every 100 ms.
 */
struct probed {
	uint32_t slot, generation;
	bool canary;
	struct sample sample;
};
enum { PROBED_BYTES = 76, PROBED_BATCH_MAX = 512 };
void probed_put(struct bytes_out *o, const struct probed *p);
void probed_get(struct bytes_in *i, struct probed *p); /* check i->ok */

/* Evidence of a failing sample: masked, bounded, escaped only when shown. */
enum { EXCERPT_BODY_MAX = 2048 };
struct excerpt {
	uint32_t slot, generation;
	wall_ms start; /* of its sample */
	char *headers; /* allowed ones, "Name: value" lines; owned */
	char *body;    /* tokens masked, may hold NULs, or NULL; owned */
	size_t body_size;
	char *detail; /* one line for people, or NULL; owned */
};
void excerpt_put(struct bytes_out *o, const struct excerpt *e);
MUST_CHECK
bool excerpt_get(struct bytes_in *i, struct excerpt *e);
void excerpt_done(struct excerpt *e);

/* Counted since the last one, about once a minute and when not zero. */
struct prober_stats {
	uint64_t probes, skipped, dropped, redirects_blocked;
	uint32_t in_flight, longest_turn_ms, late_p50_us, late_p99_us;
};
void stats_put(struct bytes_out *o, const struct prober_stats *s);
MUST_CHECK
bool stats_get(struct bytes_in *i, struct prober_stats *s);

/* One delivery to make.  The answer is an ATTEMPT with the same outbox. */
struct notice {
	uint64_t outbox;  /* row in the outbox; or a number in degraded mode */
	char *receiver;   /* id; owned */
	char *webhook_id; /* stable over retries; owned */
	int severity;     /* syslog priority, 0..7 */
	char *line;       /* for syslog: one escaped line; owned */
	char *body;       /* for webhooks: JSON; owned */
};
void notice_put(struct bytes_out *o, const struct notice *n);
MUST_CHECK
bool notice_get(struct bytes_in *i, struct notice *n);
void notice_done(struct notice *n);

enum attempt_result {
	ATTEMPT_DELIVERED,
	ATTEMPT_RETRY,         /* try again, not before retry_after_s if >= 0 */
	ATTEMPT_MISCONFIGURED, /* 3xx or 4xx: tried again, said loudly */
	ATTEMPT_GONE           /* 410: never again */
};
struct attempt {
	uint64_t outbox;
	enum attempt_result result;
	uint16_t code;
	int32_t retry_after_s; /* -1: none; clamped to 1 s..1 h by the herald */
	uint32_t took_ms;
	char *detail; /* for people; owned */
};
void attempt_put(struct bytes_out *o, const struct attempt *a);
MUST_CHECK
bool attempt_get(struct bytes_in *i, struct attempt *a);
void attempt_done(struct attempt *a);

#endif
