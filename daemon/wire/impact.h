/* SPDX-License-Identifier: MIT */
/*
 * impact - what stops for the users of a service and what still works: by
 * measuring where endpoints prove it, else as its operator declares it.
 */
#ifndef WIRE_IMPACT_H
#define WIRE_IMPACT_H

#include "core/explain.h"

struct text;

/* One function of a service. */
struct impacted {
	const char *name;     /* borrowed */
	enum impact declared; /* STOPS or WORKS while its service is down */
	enum impact is;
	enum basis basis;
	wall_ms at;  /* measured: of the oldest sample behind it; of UNKNOWN,
		       the newest; 0: never */
	unsigned of; /* endpoints that prove it */
	unsigned count[IMPACT_COUNT]; /* of them, by what each proves */
};

struct impacts {
	struct impacted *all; /* owned */
	size_t count;
	const char *advice; /* borrowed; NULL: none is due */
};
void impacts_done(struct impacts *i);

/*
 * What one endpoint proves as of now (on the axis of e); e NULL: it is not
 * watched.  Never WORKS while the last answer failed, or is stale.
 */
enum impact impact_of(const struct explanation *e, wall_ms now);
/* That endpoint is one of those that prove i; then impact_conclude(). */
void impact_add(struct impacted *i, const struct explanation *e, wall_ms now);
/* From the counts to `is`; without any, as it is declared. */
void impact_conclude(struct impacted *i);

/*
 * "stops: a (measured 2 min ago), b (declared)SEPARATORstill works: c ..."
 * with ages as of now; each list names at most `most`, the others are counted;
 * nothing when there is nothing to say.  Names are escaped.
 */
void impacts_line(const struct impacts *i, wall_ms now, size_t most,
    const char *separator, struct text *out);

struct json_t;
/* A new array; see impacts in schema/event.schema.json. */
struct json_t *impacts_json(const struct impacts *i);

#endif
