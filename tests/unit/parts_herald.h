/* SPDX-License-Identifier: MIT */
/*
 * parts_herald - the herald in virtual time between a keeper and the doors,
 * all of them played here: a fetch stays under way until the test lands it.
 */
#ifndef UNIT_PARTS_HERALD_H
#define UNIT_PARTS_HERALD_H

#include "channel_sim.h"
#include "herald/herald.h"
#include "io/fetch.h"
#include "io/resolve.h"
#include "loop_sim.h"
#include "wire/message.h"

enum { NOTICES_MAX = 3000, FLIGHTS_MAX = 256 };

/* What names resolve to: none.example, inside.example, two.example. */
struct fetcher {
	char agent[80];
	size_t max;
	struct fetch *flights[FLIGHTS_MAX]; /* in order of their start */
	size_t count;
};

struct fetch {
	struct fetcher *owner;
	char url[100], id[100], body[200];
	char headers[4][200];
	struct address address;
	span_ms timeout, connect_timeout;
	fetched_fn *fn;
	void *arg;
};

struct bench {
	struct loop *loop;
	struct herald *herald;
	struct fetcher *fetcher;
	struct channel *ends[2]; /* the keeper's, the herald's */
	struct text log;
	struct logline *logline;
	bool ready;
	unsigned answers[NOTICES_MAX]; /* attempts per notice */
	struct attempt last;
	size_t answered;
};

void bench_open(struct bench *b);
void bench_close(struct bench *b);
void settle(struct bench *b);

/* secret NULL: none is configured. */
void tell_receiver(struct bench *b, const char *id, const char *host,
    const char *secret);
/* Named to it until the next tell_done(). */
void tell_heartbeat(struct bench *b, const char *id, const char *host,
    span_ms every);
void tell_done(struct bench *b);
void tell_well(struct bench *b);
void tell_remove(struct bench *b, const char *id);
void tell_notice(struct bench *b, uint64_t outbox, const char *to);

/* End a flight with this result, or with this status. */
void land(struct bench *b, struct fetch *h, const struct fetch_result *r);
void answer(struct bench *b, struct fetch *h, uint16_t code);
struct address address(const char *text);

/* The tests of parts_herald_heart.c; how many failed. */
int hearts_run(void);

#endif
