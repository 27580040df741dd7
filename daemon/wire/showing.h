/* SPDX-License-Identifier: MIT */
/*
 * showing - what the process that shows is told by the keeper.
 *
 *	keeper -> web   HELLO  SHOW  SERVICE*  CHANGED*
 *	web -> keeper   READY
 */
#ifndef WIRE_SHOWING_H
#define WIRE_SHOWING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "base/bytes.h"
#include "base/clock.h"

/* MSG_SHOW; fd: the socket that listens. */
struct showing {
	char *database;   /* path; owned */
	char *public_url; /* or NULL; owned */
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

#endif
