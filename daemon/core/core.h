/* SPDX-License-Identifier: MIT */
/*
 * core - what the samples mean.
 *
 *	                 good                       quiet time over
 *	        +------------------+            +---------------------+
 *	        v                  |            v                     |
 *	unknown --> up --suspect--> down / maintenance --> recovering -+
 *	   ^         \___ glitch ___/      ^                  |
 *	   |  stale, network, auth         +---- relapse -----+
 *
 * One function takes an input and tells what changed.  No clock, no I/O, no
 * floating point, and memory only in world_new() and on a configuration
 * change: the same configuration and inputs give the same output, bit by bit,
 * in the daemon, in replay, in tests and in fuzzers.
 *
 * Decisions use evidence time (start + total); what is told of a run (onset,
 * ended, spans) is the start of its first sample.  Inputs come in order of
 * evidence time; an older one counts as of the latest time seen.
 */
#ifndef CORE_CORE_H
#define CORE_CORE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "core/names.h"
#include "core/recovery.h"
#include "core/sample.h"

#define ENDPOINT_NONE UINT32_MAX

/* How one endpoint is to be judged; copied into the world. */
struct policy {
	span_ms interval, timeout; /* > 0 */
	enum all_clear all_clear;
	uint32_t site; /* endpoints with one registrable domain share it */
};

/* YYYYMMDD-n; n counts from 1 within the UTC day of opening.  n 0: none. */
struct incident_id {
	uint32_t day, n;
};

enum input_kind {
	INPUT_ADVANCE, /* time has come to `at`; deadlines before it fire */
	INPUT_SAMPLE,
	INPUT_CANARY,    /* a canary answered or did not */
	INPUT_WINDOW,    /* a planned window begins, changes or ends */
	INPUT_RESOLVE,   /* an operator ends an incident */
	INPUT_WATCH,     /* endpoint added, or its policy changed */
	INPUT_UNWATCH,   /* endpoint removed or paused */
	INPUT_GAP,       /* nobody looked between from and at */
	INPUT_CLOCK_STEP /* recorded; moves nothing */
};

struct input {
	enum input_kind kind;
	wall_ms at; /* evidence time; of a sample it is sample_evidence() */
	uint32_t endpoint; /* slot, dense from 0; canary slot for CANARY */
	uint64_t ref; /* the caller's name for it, given back as evidence */
	union {
		struct sample sample;
		struct {
			bool good;
		} canary;
		struct {
			wall_ms until; /* <= at: it ends now */
		} window;
		struct policy policy;
		wall_ms gap_from;
	} u;
};

enum output_kind {
	OUTPUT_TRANSITION, /* the state of an endpoint changed */
	OUTPUT_SPAN,       /* from `since` on the endpoint is in `bucket` */
	OUTPUT_RELABEL,    /* recovering spans in [since, until) become up */
	OUTPUT_EVENT,      /* something people or machines are told */
	OUTPUT_PACE,       /* advice: probe every `every` until `until` */
	OUTPUT_CANARIES    /* ask the canaries now */
};

/*
 * TRANSITION, EVENT: every field as it stands after the change.
 * SPAN: replaces whatever was said about time from `since` on; a SPAN never
 * starts before the one before it.
 */
struct output {
	enum output_kind kind;
	wall_ms at;        /* when it was decided */
	uint32_t endpoint; /* ENDPOINT_NONE for monitor.* */
	uint32_t seq;      /* TRANSITION: of this endpoint, from 1, no gaps */
	enum state from, to;
	enum why why; /* of `to` when unknown */
	enum bucket bucket;
	wall_ms since, until; /* TRANSITION: since when, back-dated */
	span_ms every;

	enum event_kind event;
	bool loud;     /* opened, worse, resolved; quiet otherwise */
	bool flapping; /* a flag for people; changes nothing */
	enum cause cause;
	struct incident_id incident;
	enum phase phase;
	enum kind kind_now, kind_worst;
	enum origin origin;
	wall_ms onset, ended;  /* ended: 0 until resolved */
	wall_ms last_good_at;  /* 0 for never */
	wall_ms promise_until; /* declared or planned end, 0 for none */
	wall_ms all_clear_at;  /* RECOVERING: earliest end of the quiet time */
	unsigned chance;       /* RECOVERING: percent to hold for an hour */
	unsigned others;       /* RECOVERING: other recoveries in six hours */
	unsigned relapses;
	int64_t bucket_ms[BUCKET_COUNT]; /* of the incident so far */

	/* The run behind it: first and deciding sample. */
	uint64_t first_ref, ref;
	enum sample_class class;
	enum reason reason;
	uint16_t code;
	int ledger; /* tenths of a deciban after the deciding sample */
};

/* Called for each output, in order, before core_step() returns. */
typedef void core_out_fn(void *arg, const struct output *o);

struct world;

/*
 * A world without endpoints that starts at `start`.  canaries is how many
 * slots can answer; with 0 our own network counts as fine.
 */
MUST_CHECK
struct world *world_new(size_t canaries, wall_ms start);
void world_free(struct world *w); /* NULL is ignored */

/*
 * Account for one input.  Deadlines up to and including in->at fire first,
 * each at its own time, in the order (deadline, endpoint).
 */
void core_step(struct world *w, const struct input *in, core_out_fn *out,
    void *arg);

wall_ms world_now(const struct world *w);
/* When the next deadline falls; INT64_MAX for none. */
wall_ms world_next_deadline(const struct world *w);
/* Our own network is lost: evidence without proven path is void. */
bool world_blind(const struct world *w);

/* Slots in use or used once: valid endpoint numbers are below it. */
size_t world_size(const struct world *w);
bool world_watches(const struct world *w, uint32_t endpoint);

/* What is known of an endpoint now, as an EVENT-shaped output. */
void world_describe(const struct world *w, uint32_t endpoint, struct output *o);
/* State, and whether a failure is being confirmed. */
enum state world_state(const struct world *w, uint32_t endpoint);
enum bucket world_bucket(const struct world *w, uint32_t endpoint);
bool world_suspect(const struct world *w, uint32_t endpoint);

/*
 * The memory of one endpoint, or of everything they share, as bytes to keep
 * and give back: at most CORE_STATE_BYTES.  Restoring an endpoint that is
 * watched continues it; ERR_CORRUPT when the bytes are not ours.
 */
enum { CORE_STATE_BYTES = 256 };

size_t world_save(const struct world *w, uint32_t endpoint,
    unsigned char buf[CORE_STATE_BYTES]);
MUST_CHECK
enum status world_restore(struct world *w, uint32_t endpoint,
    const struct policy *p, const void *bytes, size_t n, struct fail *f);
size_t world_save_shared(const struct world *w,
    unsigned char buf[CORE_STATE_BYTES]);
MUST_CHECK
enum status world_restore_shared(struct world *w, const void *bytes, size_t n,
    struct fail *f);

#endif
