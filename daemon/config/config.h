/* SPDX-License-Identifier: MIT */
/*
 * config - the configuration as structs; YAML in, or URLs from the command
 * line.  Refuses what it does not know, with file:line:col for every error.
 *
 * Everything in a struct config lives exactly as long as it; a reload loads a
 * new one, compares, swaps and frees the old.
 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "base/text.h"
#include "core/recovery.h"
#include "wire/receiver.h"
#include "wire/target.h"

/* What an endpoint depends on: one of a group that is bad only as a whole. */
struct config_dependency {
	const struct config_endpoint *on;
	unsigned group; /* from 0 on; ascending */
};
struct config_endpoint {
	char *region;         /* id of the region within the service */
	struct target target; /* slot and generation are the keeper's */
	struct config_dependency *depends;
	size_t depends_count;
};

/* An entry of depends_on, as written. */
struct config_need {
	char **any_of;  /* patterns, NULL-terminated; one if not redundant */
	bool redundant; /* all that they name are one group */
};

/* What it can do for its users, and the endpoints that prove each. */
struct config_function {
	char **endpoints; /* globs over endpoint ids, NULL-terminated */
	const struct config_endpoint **proof; /* that they name, each once */
	size_t proof_count; /* 0: nothing proves it, it is only declared */
};
struct config_functions {
	char **names; /* NULL-terminated, never NULL */
	struct config_function *each;
	size_t count;
};

struct config_service {
	char *id, *name;
	char **tags; /* NULL-terminated lists, never NULL */
	struct config_functions functions, unaffected;
	struct config_need *needs;
	size_t need_count;
	char *owner, *runbook, *advice, *slo; /* or NULL; slo is "99.9%" */
	enum all_clear all_clear;
	bool private; /* only for readers */
	struct config_endpoint *endpoints;
	size_t endpoint_count;
};

/* Patterns are globs; NULL matches everything. */
struct config_route {
	char *service, *region, *tag, *kind, *severity;
	char **to;            /* receiver ids, NULL-terminated */
	span_ms notify_after; /* age since onset */
	bool all;             /* quiet notices too, not only loud ones */
};

struct rule;
struct zone;

struct config_window {          /* planned maintenance */
	char *service, *region; /* globs; region NULL: all of them */
	char *title;
	bool weekly;
	unsigned days;              /* weekly: bit 0 is Monday */
	int from_minute, to_minute; /* weekly: of the local day; to <= from
				       crosses midnight */
	char *timezone;             /* NULL: UTC */
	const struct zone *zone;    /* of it, borrowed from the config */
	wall_ms from, to;           /* one-off */
	char *place;                /* "FILE:LINE", or NULL */

	/* Of a recurrence, see windowspec.h: rule not NULL.  Local starts. */
	struct rule *rule;
	span_ms length;
	wall_ms *except; /* ascending */
	size_t except_count;
};

struct config {
	char *path;               /* of the file, or NULL */
	char *database, *control; /* the file; the control socket */
	char *public_url, *listen, *base_path, *tokens; /* or NULL */
	char **trusted_proxies;   /* or NULL; of the dashboard, as are these */
	char *user_agent_contact; /* public address in User-Agent, or NULL */
	struct target *canaries;
	size_t canary_count;
	bool canary_gateway, canary_resolvers; /* to be found at run time */
	struct config_service *services;
	size_t service_count;
	struct receiver *receivers;
	size_t receiver_count;
	struct config_route *routes;
	size_t route_count;
	struct config_window *windows;
	size_t window_count;
	span_ms keep_samples;  /* retention, default 400 days */
	size_t endpoint_count; /* over all services */
	char *warnings; /* what will not work though it is in force: lines as of
			   struct config_errors, or NULL */

	/* Private. */
	struct zone **zones; /* each named zone once */
	size_t zone_count;
	struct config_ref *by_id; /* every endpoint, sorted by id */
};

/* Every error found, one "file:line:col: message" line each, in order. */
struct config_errors {
	struct text lines;
	size_t count;
};

/*
 * Load a file and conf.d/NAME.yaml beside it.  NULL when anything is wrong,
 * with every error in *e (initialised here; text_done(&e->lines) is the caller's).
 */
MUST_CHECK
struct config *config_load(const char *path, struct config_errors *e);

/* Watch these URLs with defaults; each becomes service/region from its host. */
MUST_CHECK
struct config *config_from_urls(const char *const *urls, size_t n,
    struct config_errors *e);
void config_free(struct config *c); /* NULL is ignored */

/* As YAML again, without secrets: `vigie check --dump`. */
void config_dump(const struct config *c, struct text *out);

/* The endpoint of that id, or NULL; its service in *s (may be NULL). */
const struct config_endpoint *config_find(const struct config *c,
    const char *id, const struct config_service **s);

#endif
