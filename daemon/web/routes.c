/* SPDX-License-Identifier: MIT */
/* routes - every address that is served; what is not here is not there. */
#include <assert.h>
#include <string.h>

#include "base/mem.h"
#include "web/frame.h"
#include "web/routes.h"

enum { STARS_MAX = 2 };

const struct route route_table[] = {
    {HTTP_GET, "/", LEVEL_PUBLIC, page_status},
    {HTTP_GET, "/matrix", LEVEL_PUBLIC, page_matrix},
    {HTTP_GET, "/timeline", LEVEL_PUBLIC, page_timeline},
    {HTTP_GET, "/incidents", LEVEL_PUBLIC, page_incidents},
    {HTTP_GET, "/matrix.json", LEVEL_PUBLIC, api_matrix},
    {HTTP_GET, "/incidents.json", LEVEL_PUBLIC, api_incidents},
    {HTTP_GET, "/incidents.csv", LEVEL_PUBLIC, csv_incidents},
    {HTTP_GET, "/i/*.json", LEVEL_PUBLIC, api_incident},
    {HTTP_GET, "/i/*.md", LEVEL_PUBLIC, incident_markdown},
    {HTTP_GET, "/i/*", LEVEL_PUBLIC, page_incident},
    {HTTP_GET, "/e/*/day/*", LEVEL_PUBLIC, page_day},
    {HTTP_GET, "/e/*.json", LEVEL_PUBLIC, api_endpoint},
    {HTTP_GET, "/e/*", LEVEL_PUBLIC, page_endpoint},
    {HTTP_GET, "/s/*", LEVEL_PUBLIC, page_service},
    {HTTP_GET, "/r/*", LEVEL_PUBLIC, page_region},
    {HTTP_GET, "/t/*", LEVEL_PUBLIC, page_tag},
    {HTTP_GET, "/search", LEVEL_PUBLIC, page_search},
    {HTTP_GET, "/maintenance", LEVEL_PUBLIC, page_maintenance},
    {HTTP_GET, "/maintenance.json", LEVEL_PUBLIC, api_maintenance},
    {HTTP_GET, "/accounting", LEVEL_PUBLIC, page_accounting},
    {HTTP_GET, "/about", LEVEL_PUBLIC, page_about},
    {HTTP_GET, "/history.atom", LEVEL_PUBLIC, feed_serve},
    {HTTP_GET, "/badge/*", LEVEL_PUBLIC, badge_serve},
    {HTTP_GET, "/login", LEVEL_PUBLIC, page_login},
    {HTTP_POST, "/api/v1/incidents/*/ack", LEVEL_OPERATOR, act_ack},
    {HTTP_POST, "/api/v1/incidents/*/notes", LEVEL_OPERATOR, act_note},
    {HTTP_POST, "/api/v1/incidents/*/resolve", LEVEL_OPERATOR, act_resolve},
    {HTTP_POST, "/api/v1/endpoints/*/pause", LEVEL_OPERATOR, act_pause},
    {HTTP_POST, "/api/v1/endpoints/*/resume", LEVEL_OPERATOR, act_resume},
    {HTTP_GET, "/api/v1/maintenance", LEVEL_PUBLIC, api_maintenance},
    {HTTP_POST, "/api/v1/maintenance", LEVEL_OPERATOR, act_plan},
    {HTTP_POST, "/api/v1/maintenance/*/cancel", LEVEL_OPERATOR, act_cancel},
    {HTTP_GET, "/api/v1/maintenance/*", LEVEL_PUBLIC, api_window},
    {HTTP_POST, "/api/v1/receivers/*/test", LEVEL_OPERATOR, act_test},
    {HTTP_GET, "/assets/*", LEVEL_PUBLIC, asset_serve},
    {HTTP_GET, "/metrics", LEVEL_READER, metrics_serve},
    {HTTP_GET, "/healthz", LEVEL_PUBLIC, api_health},
    {HTTP_GET, "/readyz", LEVEL_PUBLIC, api_ready},
    {HTTP_GET, "/api/v1/status", LEVEL_PUBLIC, api_status},
    {HTTP_GET, "/api/v1/matrix", LEVEL_PUBLIC, api_matrix},
    {HTTP_GET, "/api/v1/endpoints", LEVEL_PUBLIC, api_endpoints},
    {HTTP_GET, "/api/v1/endpoints/*/timeline", LEVEL_PUBLIC, api_timeline},
    {HTTP_GET, "/api/v1/endpoints/*/latency", LEVEL_PUBLIC, api_latency},
    {HTTP_GET, "/api/v1/endpoints/*/samples", LEVEL_PUBLIC, api_samples},
    {HTTP_GET, "/api/v1/endpoints/*/availability", LEVEL_PUBLIC,
	api_availability},
    {HTTP_GET, "/api/v1/endpoints/*/recovery", LEVEL_PUBLIC, api_recovery},
    {HTTP_GET, "/api/v1/endpoints/*", LEVEL_PUBLIC, api_endpoint},
    {HTTP_GET, "/api/v1/incidents", LEVEL_PUBLIC, api_incidents},
    {HTTP_GET, "/api/v1/incidents/*/events", LEVEL_PUBLIC, api_events},
    {HTTP_GET, "/api/v1/incidents/*/evidence", LEVEL_READER, api_evidence},
    {HTTP_GET, "/api/v1/incidents/*", LEVEL_PUBLIC, api_incident},
    {HTTP_GET, "/api/v1/openapi.json", LEVEL_PUBLIC, api_openapi},
    {HTTP_GET, "/api/v1/stream", LEVEL_PUBLIC, api_stream},
};
const size_t route_count = sizeof(route_table) / sizeof(route_table[0]);

/* How long a text is without such an end. */
static size_t
before(const char *text, const char *end)
{
	size_t whole = strlen(text), n = strlen(end);

	return whole > n ? whole - n : 0;
}

/*
 * Where the stars of the pattern are, cut out of path; false: it is another
 * one.  A star takes one segment, the last one all that its end leaves.
 */
static bool
match(const char *pattern, char *path, const char *stars[STARS_MAX])
{
	char *at = path;
	size_t n = 0;

	stars[0] = stars[1] = "";
	while (*pattern != '\0') {
		size_t take;

		if (*pattern != '*') {
			if (*pattern++ != *at++)
				return false;
			continue;
		}
		pattern++;
		assert(n < STARS_MAX);
		stars[n++] = at;
		take = *pattern == '/' ? strcspn(at, "/") : before(at, pattern);
		at += take;
		if (take == 0 || (*pattern != '\0' && *at != *pattern))
			return false;
		if (*pattern != '\0') {
			pattern++;
			*at++ = '\0';
		}
	}
	return *at == '\0';
}

static void
serve(struct site *s, const struct http_request *r, const struct route *route,
    const char *stars[STARS_MAX])
{
	struct visitor v = {.r = r, .rest = stars[0], .more = stars[1]};

	if (!guard_identify(s, &v))
		return;
	frame_set_known(v.name != NULL);
	if (guard_admits(s, &v, route->least))
		route->fn(s, &v);
	frame_set_known(false);
}

/* What is there is for others: of a pattern, all that fits has one method. */
static void
refuse_method(const struct http_request *r, enum http_method served)
{
	const bool post = served == HTTP_POST;

	answer_problem_as(r,
	    &(struct http_answer){.code = 405,
		.allow = post ? "POST" : "GET, HEAD"},
	    "Method not allowed",
	    post ? "Only POST is served at this address."
		 : "Only GET and HEAD are served at this address.");
}

/* The first pattern that fits is what the address is, whatever the method. */
static void
try_routes(struct site *s, const struct http_request *r, const char *path)
{
	const struct route *first = NULL;
	bool served = false;

	for (size_t i = 0; i < route_count && !served; i++) {
		const struct route *one = &route_table[i];
		char *copy = mem_dup(path);
		const char *stars[STARS_MAX];
		bool fits = match(one->pattern, copy, stars);

		if (fits && first == NULL)
			first = one;
		served = fits && one->method == r->method &&
		    strcmp(one->pattern, first->pattern) == 0;
		if (served)
			serve(s, r, one, stars);
		mem_free(copy);
	}
	if (served)
		return;
	if (first != NULL)
		refuse_method(r, first->method);
	else
		answer_problem(r, 404, "Not found",
		    "There is nothing at this address.");
}

/* Who hands it on may have cut off what all addresses begin with, or not. */
void
routes_answer(void *arg, const struct http_request *r)
{
	size_t n = strlen(frame_base());
	bool whole = n > 0 && strncmp(r->path, frame_base(), n) == 0 &&
	    r->path[n] == '/';

	try_routes(arg, r, whole ? r->path + n : r->path);
}
