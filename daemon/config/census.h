/* SPDX-License-Identifier: MIT */
/*
 * census - every endpoint of a configuration by a number, from 0 on in the
 * order of the file, and what a pattern names among them:
 *
 *	service              the whole service
 *	service/region       all that it has there
 *	service/region/name  one endpoint
 *
 * Each part is a glob.
 */
#ifndef CONFIG_CENSUS_H
#define CONFIG_CENSUS_H

#include "base/attr.h"
#include "config/faults.h"

struct census;

/* The endpoints from..to-1, all of one service. */
struct run {
	size_t service, from, to; /* service: its index in the config */
};

/* All have their ids and c outlives it. */
MUST_CHECK
struct census *census_new(const struct config *c);
void census_free(struct census *r); /* NULL is ignored */

struct config_endpoint *census_at(const struct census *r, size_t number);
/* The service of an endpoint, by its index. */
size_t census_owner(const struct census *r, size_t number);
struct run census_service(const struct census *r, size_t service);
/* Those of a service in a region; false when it has none there. */
bool census_region(const struct census *r, size_t service, const char *region,
    struct run *run);

/*
 * What a pattern (see need.h) names, max runs of it at most; owned by caller.
 * Where it has no slash, each run is a service.  NULL when it names nothing,
 * which is reported at that place.
 */
struct run *census_find(struct census *r, const char *pattern, size_t max,
    size_t *n, struct faults *f, struct place at);

#endif
