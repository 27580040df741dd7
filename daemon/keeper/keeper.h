/* SPDX-License-Identifier: MIT */
/*
 * keeper - the process that knows: feeds the core, writes the database, and
 * says what is due only after it is written.
 *
 *	prober --samples--> [ in order ] --> core --> [ one transaction ]
 *	                                                    |
 *	herald, log <-- notices, after the commit ----------+
 *
 * It never talks to the network.  When the database cannot be written it goes
 * on: probing and telling continue, notices say persisted:false, and what was
 * decided is written once that works again.
 */
#ifndef KEEPER_KEEPER_H
#define KEEPER_KEEPER_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/text.h"
#include "config/config.h"
#include "core/names.h"
#include "io/channel.h"
#include "io/control.h"
#include "io/logline.h"
#include "io/loop.h"

struct keeper;

/* How child processes come to be; the tests have them in one process. */
struct keeper_children {
	/*
	 * Start a child and return our end of its channel, made with *ev; NULL
	 * with the reason in *f.  channel_free() on it is how it is told to end.
	 */
	struct channel *(*start)(void *arg, enum role role,
	    const struct channel_events *ev, struct fail *f);
	void *arg;
};

struct keeper_setup {
	struct loop *loop;     /* borrowed, like log */
	struct logline *log;   /* may be NULL */
	struct config *config; /* taken, on success */
	struct keeper_children children;
	/* What an operator on the dashboard asks for, answered as there. */
	control_fn *ask; /* NULL: nothing is done */
	void *ask_arg;
	mono_ms boot; /* BOOTTIME now, for the epoch */
	bool gateway; /* find the gateway and resolvers for the canaries */
};

/*
 * Open the database, restore what was known, start the children.  NULL with
 * *code (an exit code) and *f when that cannot be; a database that is full or
 * read-only is no reason.
 */
MUST_CHECK
struct keeper *keeper_new(const struct keeper_setup *s, enum exit_code *code,
    struct fail *f);

/* Write what is pending, end the children, close.  NULL is ignored. */
void keeper_free(struct keeper *k);

/* As if by SIGKILL: nothing pending is written, nobody is told. */
void keeper_kill(struct keeper *k);

/*
 * Go over to another configuration, taken.  What is in both goes on; what is
 * gone is withdrawn.  The database cannot be changed while running: ERR_RANGE,
 * and then nothing was changed and c is still the caller's.
 */
MUST_CHECK
enum status keeper_reload(struct keeper *k, struct config *c, struct fail *f);

/*
 * Prober and herald must be started anew, as what they may read has changed:
 * what is under way with them is asked, and told, again.
 */
void keeper_renew_doors(struct keeper *k, const char *why);

/*
 * The acts of operators: OK once they are committed.  Texts are valid UTF-8 of
 * 1 to so many bytes, without control characters but newline and tab: else
 * ERR_LIMIT or ERR_SYNTAX.  ERR_IO when the database
 * cannot be written: nothing was done then, unless *f says otherwise.
 */
enum { KEEPER_NOTE_BYTES = 4096, KEEPER_WHY_BYTES = 1024 };

/*
 * Somebody takes charge of an incident, until it closes.  why may be NULL;
 * what was done, or who did so before, is added to out.  ERR_NOTFOUND: no such
 * incident; ERR_RANGE: it is over.
 */
MUST_CHECK
enum status keeper_acknowledge(struct keeper *k, const char *incident,
    const char *author, const char *why, struct text *out, struct fail *f);

/* A note in the timeline of an incident, even one that is over. */
MUST_CHECK
enum status keeper_note(struct keeper *k, const char *incident,
    const char *author, const char *note, struct fail *f);

/*
 * An operator ends an incident that is recovering, for a reason.
 * ERR_NOTFOUND: no such incident; ERR_RANGE: it is over, or still failing.
 */
MUST_CHECK
enum status keeper_resolve(struct keeper *k, const char *incident,
    const char *author, const char *why, struct fail *f);

/*
 * Nobody watches an endpoint, or all of a service, for a while: that time is
 * unknown, and an open incident is withdrawn.  It outlives restarts and
 * reloads that keep the endpoint.  Paused again it has another end, and other
 * words.  What was done is added to out.  ERR_NOTFOUND: the configuration has
 * no such name; ERR_LIMIT: a length below 0 or beyond 100 years.
 */
struct keeper_pause {
	const char *name;   /* "service/region[/name]", or "service" */
	span_ms length;     /* 0: until it is resumed */
	const char *author; /* as the socket knows it */
	const char *why;    /* or NULL */
};
MUST_CHECK
enum status keeper_pause(struct keeper *k, const struct keeper_pause *p,
    struct text *out, struct fail *f);
/* Watched anew, as if never seen; OK too when it was not paused. */
MUST_CHECK
enum status keeper_resume(struct keeper *k, const char *name,
    const char *author, const char *why, struct text *out, struct fail *f);

/* One JSON object about the daemon itself; also tells if it is degraded. */
void keeper_status(const struct keeper *k, struct text *out);
/* One line for people: how many endpoints, and in which state. */
void keeper_summary(const struct keeper *k, struct text *out);

/* The loop turns, commits succeed or are known to fail: feed the watchdog. */
bool keeper_healthy(const struct keeper *k);

/* Write now what is pending. */
void keeper_flush(struct keeper *k);

#endif
