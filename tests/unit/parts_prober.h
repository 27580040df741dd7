/* SPDX-License-Identifier: MIT */
/*
 * parts_prober - the doors of a prober, played from a script, and a keeper
 * that writes down what it hears.  Everything on virtual time.
 */
#ifndef UNIT_PARTS_PROBER_H
#define UNIT_PARTS_PROBER_H

#include "channel_sim.h"
#include "io/dial.h"
#include "io/fetch.h"
#include "io/resolve.h"
#include "loop_sim.h"
#include "prober/prober.h"
#include "wire/message.h"
#include "wire/target.h"

enum { HEARD_MAX = 24576, ASKED_MAX = 64, EXCERPTS_MAX = 64 };

/* What one request gets. */
struct answer {
	enum reason reason;
	span_ms after; /* REASON_TIMEOUT: never; the door ends it */
	uint16_t code;
	const char *header, *value; /* one header, or NULL */
	const char *body;
	wall_ms cert_not_after;
};

/* A request as it came. */
struct asked {
	char url[200], address[ADDRESS_TEXT_BYTES];
	char header[80], userinfo[80], bearer[40], body[120], method[8];
	span_ms timeout, connect_timeout;
	bool want_certificate;
};

struct stage {
	struct loop *loop;
	struct prober *prober;
	struct channel *ends[2]; /* keeper's, prober's */

	/* The script; NULL: everything is well and takes 20 ms. */
	void (
	    *answer)(struct stage *s, const struct asked *q, struct answer *a);
	enum reason dialled; /* what tcp gets */
	int mood;            /* for the script */
	size_t turns;        /* by how much the next answer is rotated */

	struct asked asked[ASKED_MAX]; /* the first of them */
	size_t asked_count, dialled_count;

	bool ready, keeper_ended;
	struct probed heard[HEARD_MAX];
	size_t heard_count;
	wall_ms upto, batch_at;
	span_ms longest_silence;
	struct excerpt excerpts[EXCERPTS_MAX]; /* the first of them */
	size_t excerpt_count;
	struct prober_stats stats; /* added up */
	uint32_t in_flight_most;
};

/* A prober that has been greeted, at LOOP_SIM_START, with 1024 descriptors. */
struct stage *stage_new(void);
void stage_free(struct stage *s);

/* Known names: one.example two.example (dead, then 203.0.113.8), six.example
 * (2001:db8::6, 203.0.113.6), three.example (203.0.113.31 to .33, in any order),
 * mixed.example (203.0.113.31, 169.254.1.1), inside.example (169.254.1.1), else
 * NXDOMAIN. */

/* Filled with defaults, 60 s and 10 s; strings are copied. */
struct target stage_target(uint32_t slot, const char *id, const char *url);
/* Send it (taken), with descriptors, and TARGETS_DONE. */
void stage_watch(struct stage *s, struct target *t, const int *fds, size_t n);
void stage_send(struct stage *s, enum message_type type,
    const struct bytes_out *body);
void stage_run(struct stage *s, span_ms ms);

/* The sample heard as number i from the end, 0 the last. */
const struct sample *stage_last(const struct stage *s, size_t i);

/* The tests of parts_prober_hops.c; how many failed. */
int stage_hops_run(void);
/* The same of parts_prober_token.c, _each.c and _crowd.c. */
int stage_token_run(void);
int stage_each_run(void);
int stage_crowd_run(void);

#endif
