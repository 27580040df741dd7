/* SPDX-License-Identifier: MIT */
/* output - what the core says: the truth about states, and what is told. */
#ifndef CORE_OUTPUT_H
#define CORE_OUTPUT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/clock.h"
#include "core/names.h"

/* A part of a service, a region or the world: of so many endpoints. */
struct scope_row {
	uint32_t endpoint; /* one of them */
	uint32_t failing, known, unknown;
};

enum { SCOPE_ROWS = 8 };

/* So late after a promised or planned end is in time. */
enum { OUTPUT_GRACE_MS = 5 * MINUTE_MS };

/* YYYYMMDD-n; n counts from 1 within the UTC day of opening.  n 0: none. */
struct incident_id {
	uint32_t day, n;
};

/* What makes an endpoint degraded. */
struct degraded {
	bool partly;             /* too many of its checks fail */
	unsigned failed, checks; /* of the last 20 minutes, at most 31 */
	bool slow;
	bool over;                    /* slow by the limit of the endpoint */
	uint32_t recent_us, usual_us; /* p50; 0: not known */
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
	wall_ms promised;      /* the first declared end, 0 for none */
	wall_ms all_clear_at;  /* RECOVERING: earliest end of the quiet time */
	unsigned chance;       /* RECOVERING: percent to hold for an hour */
	unsigned others;       /* RECOVERING: other recoveries in six hours */
	unsigned relapses;
	struct degraded degraded; /* while a degradation is open */

	/* For whom: what falls ill together has one lead. */
	struct incident_id lead; /* it is part of that one; n 0: of none */
	uint32_t lead_endpoint;  /* where lead.n > 0 */
	bool effect;             /* not a part: it fails because of that one */
	bool muted; /* loud but for its lead; told who hears not of that */
	enum scope scope;   /* as wide as it was, of its endpoint's groups */
	unsigned scope_tag; /* TAG: which of its service's */
	bool at_least;      /* most of the node is unknown */
	bool lingers;       /* its endpoint is well, others of it are not */
	unsigned members;   /* incidents that are part of it */
	unsigned effects;   /* incidents it is the cause of */
	struct scope_row rows[SCOPE_ROWS]; /* the most failing first */
	size_t row_count; /* may be more than there is room for */

	int64_t bucket_ms[BUCKET_COUNT]; /* of the incident so far */

	/* The run behind it: first and deciding sample. */
	uint64_t first_ref, ref;
	enum sample_class class;
	enum reason reason;
	uint16_t code;
	int16_t cert_days; /* CERT_EXPIRING: whole days left */
	int ledger;        /* tenths of a deciban after the deciding sample */
};

/* It was back by the end that was promised first. */
static inline bool
output_kept(const struct output *o)
{
	return o->ended <= o->promised + OUTPUT_GRACE_MS;
}

/* Of what is stored as of its last event: what it is now, if it is the same. */
static inline void
output_refresh(struct output *o, const struct output *now)
{
	if (o->incident.day != now->incident.day ||
	    o->incident.n != now->incident.n)
		return;
	o->phase = now->phase;
	o->kind_now = now->kind_now;
	o->kind_worst = now->kind_worst;
	o->origin = now->origin;
	o->relapses = now->relapses;
	o->promise_until = now->promise_until;
	o->all_clear_at = now->all_clear_at;
	o->chance = now->chance;
	for (size_t b = 0; b < BUCKET_COUNT; b++)
		o->bucket_ms[b] = now->bucket_ms[b];
}

/* Answering again, and not for long enough. */
static inline bool
output_recovers(const struct output *o)
{
	return o->phase == PHASE_RECOVERING && !o->lingers;
}

#endif
