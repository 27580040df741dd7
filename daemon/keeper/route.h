/* SPDX-License-Identifier: MIT */
/*
 * route - who is told of an event, and when.  Pure.
 *
 * A route matches when each of its globs does: service, region, any of the
 * tags, kind (present or worst), severity.  Without `all` it takes loud
 * notices only.  A receiver named by several routes is told once, at the
 * earliest time any of them asks for: onset + notify_after.
 *
 * Then the receiver's own past in this incident decides (route_decide):
 *
 *	past \ event    first word        later word        the end
 *	                (matched)         (matched)         (matched or not)
 *	NONE            SEND              SEND              DROP
 *	HELD            HOLD              HOLD              DROP_PAIR
 *	WAITING         HOLD              HOLD              HOLD
 *	DELIVERED       SEND              SEND              SEND
 *	FAILED          SEND              SEND              SEND
 *	UNHEARD         SEND              SEND              DROP
 *
 * What is not matched is dropped, but for the end: who was told that something
 * began is told that it ended, and who was not is not.
 */
#ifndef KEEPER_ROUTE_H
#define KEEPER_ROUTE_H

#include "base/attr.h"
#include "config/config.h"
#include "core/core.h"

struct route_hit {
	size_t receiver; /* index in the configuration */
	wall_ms not_before;
};

/* Index of a receiver, or the count for an unknown one. */
size_t route_index(const struct config *c, const char *id);

/*
 * err opened, crit worse and receiver.*, warning a certificate that expires,
 * notice recovering, resolved and addresses that fail, info the rest.
 */
enum severity route_severity(const struct output *o);

/*
 * The receivers that match, in the order of the configuration; hits has room
 * for c->receiver_count.  s and region: where the event happened, NULL for
 * monitor.*.  Returns how many were written.
 */
MUST_CHECK
size_t route_event(const struct config *c, const struct config_service *s,
    const char *region, const struct output *o, struct route_hit *hits);

struct route_place {
	const struct config_service *service; /* both may be NULL */
	const char *region;
};
/*
 * The same for what is part of another incident: loud for those who are not
 * told of its lead.
 */
MUST_CHECK
size_t route_member(const struct config *c, const struct route_place *own,
    const struct route_place *lead, const struct output *o,
    struct route_hit *hits);

/*
 * Who is told that a receiver does not hear of us: of the others those that
 * some route gives everything, or if there are none, all others; of neither
 * those that are gone themselves.
 */
MUST_CHECK
size_t route_receiver(const struct config *c, const char *about,
    const bool *gone, wall_ms at, struct route_hit *hits);

/* Incident rows of one receiver, told one by one in order of the outbox. */
struct route_past {
	bool any;       /* rows that were not dropped */
	bool delivered; /* one of them was answered 2xx */
	bool attempted; /* one of them was tried at least once */
	bool open;      /* one of them still waits for delivery */
	wall_ms due;    /* not_before of the earliest open one */
};
struct route_row {
	bool dropped, delivered, ended; /* ended: failed, expired or gone */
	unsigned attempts;
	wall_ms not_before;
};
void route_past_add(struct route_past *p, const struct route_row *row);

enum route_verdict {
	ROUTE_DROP,     /* write nothing */
	ROUTE_SEND,     /* write a row, due at not_before */
	ROUTE_HOLD,     /* the same, behind the rows that are open */
	ROUTE_DROP_PAIR /* write nothing, and drop the open rows: too short */
};

/* The end of an incident: resolved or withdrawn. */
bool route_is_end(enum event_kind e);

/*
 * matched: among the hits of route_event().  now: of the decision.  An end that
 * is sent without a hit is due at once.
 */
enum route_verdict route_decide(enum event_kind e, bool matched,
    const struct route_past *p, wall_ms now);

#endif
