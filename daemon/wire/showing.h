/* SPDX-License-Identifier: MIT */
/*
 * showing - what the process that shows is told by the keeper.
 *
 *	keeper -> web   HELLO  SHOW  SERVICE*  COUNTED*  CHANGED*  ACTED*
 *	web -> keeper   READY  ASKED*
 */
#ifndef WIRE_SHOWING_H
#define WIRE_SHOWING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/clock.h"
#include "core/names.h"

/*
 * MSG_SHOW; the first descriptor is the socket that listens, the second, if
 * there is one, the file of tokens.
 */
struct showing {
	char *database;   /* path; owned */
	char *public_url; /* or NULL; owned */
	char *base_path;  /* "" or "/vigie"; owned */
	char *proxies;    /* see io/proxies.h, a line each; owned */
	bool guarded;     /* there are tokens, even if no file came with it */
};
void showing_put(struct bytes_out *o, const struct showing *s);
MUST_CHECK
bool showing_get(struct bytes_in *i, struct showing *s);
void showing_done(struct showing *s);

/*
 * MSG_SERVICE: notice_service_json() as text, with "proof": of "functions" and
 * "unaffected", the endpoints that prove each.
 */

/* MSG_CHANGED: after a commit, or one that failed. */
struct changed {
	uint64_t change;   /* grows with each */
	uint64_t news;     /* grows where people are to see it at once */
	wall_ms committed; /* when the last commit succeeded; 0: never */
	bool degraded;     /* what is decided now cannot be written */
	bool damaged;      /* the file is to be set aside */
};
void changed_put(struct bytes_out *o, const struct changed *c);
MUST_CHECK
bool changed_get(struct bytes_in *i, struct changed *c);

/*
 * MSG_ASKED: an operator asks for an act, as the command line would: text is
 * its request.  MSG_ACTED: text is the answer, and author NULL.
 */
struct asked {
	uint64_t id;
	char *author, *text; /* owned when got */
};
void asked_put(struct bytes_out *o, const struct asked *a);
MUST_CHECK
bool asked_get(struct bytes_in *i, struct asked *a);
void asked_done(struct asked *a);

/* Why an attempt to tell a receiver failed. */
enum untold {
	UNTOLD_NO_ANSWER,
	UNTOLD_REDIRECT,
	UNTOLD_AUTH,    /* 401, 403 */
	UNTOLD_LIMITED, /* 429 */
	UNTOLD_CLIENT,  /* any other 4xx */
	UNTOLD_SERVER,
	UNTOLD_COUNT
};
enum untold untold_of(uint16_t code); /* of HTTP; 0: none came */

/*
 * MSG_COUNTED: with each change and each second.  Since the keeper's start, or
 * how much it is at present.
 */
struct counted {
	wall_ms upto; /* all evidence until then has come; 0: none yet */
	uint64_t events[EVENT_COUNT];
	uint64_t incidents[KIND_COUNT]; /* as they opened */
	uint64_t attempts, untold[UNTOLD_COUNT];
	uint64_t probes, skipped, dropped, lost; /* lost: by the keeper */
	uint32_t queued;                         /* samples, in the keeper */
	/* The last word of the prober, about once a minute. */
	uint32_t in_flight, late_p50_us, late_p99_us, longest_turn_ms;
	bool ready[ROLE_COUNT]; /* its children */
};
enum { COUNTED_BYTES = 512 };
void counted_put(struct bytes_out *o, const struct counted *c);
MUST_CHECK
bool counted_get(struct bytes_in *i, struct counted *c);

#endif
