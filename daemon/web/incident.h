/* SPDX-License-Identifier: MIT */
/* incident - all of one, as its page shows it; private to this room. */
#ifndef WEB_INCIDENT_H
#define WEB_INCIDENT_H

#include "view/evidence.h"
#include "web/site.h"

struct incident_part {
	struct incident_id id;
	char *endpoint;
	bool effect;
	span_ms failing;
};

struct incident_view {
	const struct site *site;
	const struct visitor *visitor;
	wall_ms known;

	/* Of the incident; its strings are those below. */
	bool found;
	struct query_incident is;
	char *endpoint, *service, *scope, *lead_endpoint, *acked_by;

	struct incident_part *parts; /* led by it, or hit by it */
	size_t part_count;
	struct text timeline, evidence, notices; /* items of lists */
	wall_ms told; /* when the first receiver had taken it; 0: none yet */
	/* When somebody was told, for who may know; in no order. */
	wall_ms *tellings;
	size_t telling_count;

	struct evidence_seen seen; /* private */
};

/* query_incident() of the one that the address names. */
MUST_CHECK
enum status incident_read(struct site *s, const struct visitor *v,
    const struct query_incident_events *on, struct fail *f);
/* The same, whole; incident_view_done() in any case. */
MUST_CHECK
enum status incident_view_read(struct incident_view *w, struct site *s,
    const struct visitor *v, struct fail *f);
void incident_view_done(struct incident_view *w);

/* Whether a visitor is told of it at all; of who said what, readers alone. */
bool incident_event_shown(const struct visitor *v, const struct query_event *e);

/* Of one that is withdrawn, after when. */
#define INCIDENT_WITHDRAWN                                               \
	"not watched any more (removed, or paused); whether it is back " \
	"is not known"

/* Nothing but what somebody said or did. */
bool incident_event_is_act(const struct query_event *e);
/* "opened" to people. */
const char *incident_event_word(enum event_kind event);

/* Which it is shown in. */
enum bucket incident_bucket(const struct query_incident *i);

/*
 * l: all that is watched.  The incident and its parts as strips, and its false recoveries in words;
 * nothing of endpoints that are no more.
 */
MUST_CHECK
enum status incident_course_add(struct text *t, struct query *q,
    const struct incident_view *w, const struct status_list *l, struct fail *f);

#endif
