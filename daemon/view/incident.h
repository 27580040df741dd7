/* SPDX-License-Identifier: MIT */
/* incident - what is stored of one, for the command line, page and API. */
#ifndef VIEW_INCIDENT_H
#define VIEW_INCIDENT_H

#include "store/query.h"

struct json_t;
/* A new object. */
struct json_t *incident_json(const struct query_incident *i);

/* The same of an event of its timeline: as told, and what a person said. */
struct json_t *incident_event_json(const struct query_event *e);

/*
 * "region eu", "service cars", "cars/eu", "everywhere": of a scope as it is
 * stored ("region:eu"), as it stands there: to be escaped.
 */
void incident_scope(struct text *out, const char *scope);
/* "region eu, led by cars/eu", or its endpoint alone; the same. */
void incident_who(struct text *out, const struct output *o, const char *scope,
    const char *endpoint);

/*
 * Whether its maintenance was planned, or claimed by the server; NULL for one
 * that never was maintenance.
 */
const char *incident_origin(const struct output *o);

/*
 * Whether it was back when its server had promised, "kept" or "not kept"; NULL
 * while nobody knows as of then, and where nothing was promised.
 */
const char *incident_promise(const struct query_incident *i, wall_ms known);

/* What it did for so long: "Failing", or "Slow or failing in part". */
const char *incident_trouble(const struct output *o);
/* Down, in maintenance or degraded. */
int64_t incident_failing_ms(const struct output *o);

#endif
