/* SPDX-License-Identifier: MIT */
/*
 * stage - the whole daemon in one process and in virtual time: keeper, prober,
 * herald and log on one loop, a real database, scripted servers, and a
 * webhook receiver that writes down what it was told.
 */
#ifndef STORY_STAGE_H
#define STORY_STAGE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/clock.h"
#include "base/text.h"
#include "core/names.h"
#include "io/loop.h"
#include "resolve_sim.h"

struct keeper;
struct stage;

/* What a server does from now on; strings are copied. */
struct behaviour {
	enum reason reason; /* OK: it answers */
	unsigned code;
	char *body, *header; /* or NULL */
	span_ms delay;
	wall_ms expires; /* its certificate; 0: unknown */
	unsigned
	    one_in; /* one answer in so many is as above, others are good */
};

/* One event as the receiver got it; repeats of an id are left out. */
struct heard {
	wall_ms at;   /* of the event */
	wall_ms told; /* when it arrived */
	char *event, *endpoint, *json;
	bool loud;
};

/*
 * yaml is the configuration; "@" in it stands for the stage's own folder.
 * The webhook receiver is any URL that is asked by POST.
 */
struct stage *stage_new(wall_ms start, const char *yaml);
/*
 * The daemon starts.  A start that fails is tried again after 2 s, so often in
 * all, as long as what it ends with says that this may help; then it aborts.
 */
void stage_begin(struct stage *s, unsigned patience);
/* The daemon ends in order, and does not come back. */
void stage_stop(struct stage *s);
/*
 * The daemon ended wherever it was: forget it, and start it again after a
 * while on what it left in a folder.  For a fork of the process that goes on:
 * nothing is freed.
 */
void stage_reborn(struct stage *s, const char *folder, span_ms pause);
void stage_free(struct stage *s); /* NULL is ignored */

struct loop *stage_loop(struct stage *s);
/* Go on until t, whatever ends in between. */
void stage_run_until(struct stage *s, wall_ms t);

/* url is a prefix of what is asked. */
void stage_behave(struct stage *s, const char *url, const struct behaviour *b);
/* Addresses are borrowed for ever. */
void stage_resolves(struct stage *s, const char *host,
    const struct resolve_answer *a);

/* A child dies as by SIGKILL; the keeper starts another. */
void stage_kill(struct stage *s, enum role role);
/* The keeper ends, in order or as by SIGKILL, and comes back after a while. */
void stage_restart(struct stage *s, span_ms pause, bool killed);
/* Nothing more fits on any disk, until it does again. */
void stage_disk(struct stage *s, bool full);
/* False with the reason when the configuration is refused. */
bool stage_reload(struct stage *s, const char *yaml, struct text *why);
/* For acts that need no more than it; anew after each restart. */
struct keeper *stage_keeper(struct stage *s);
/* "incident" of the last event that had one; "" before. */
const char *stage_last_incident(const struct stage *s);

size_t stage_heard(const struct stage *s, const struct heard **out);
/* How often a webhook id came again after it was accepted. */
size_t stage_repeats(const struct stage *s);
/* What it says of itself, as JSON. */
void stage_status(const struct stage *s, struct text *out);
/* What the daemon said in its own log. */
const char *stage_log(const struct stage *s);
/* The number that the database answers to this query, committed first. */
int64_t stage_ask(struct stage *s, const char *sql);
/* Copy the database to a path where nothing is; false: it has been said why. */
bool stage_keep(struct stage *s, const char *path);
/* The folder, where the database vigie.db is. */
const char *stage_folder(const struct stage *s);

#endif
