/* SPDX-License-Identifier: MIT */
/* routes - every address that is served; what is not here is not there. */
#include <string.h>

#include "web/site.h"

static const struct route {
	enum http_method method;
	const char *pattern; /* a '*' at its end takes the rest, of >= 1 byte */
	route_fn *fn;
} routes[] = {
    {HTTP_GET, "/", page_status},
    {HTTP_GET, "/matrix", page_matrix},
    {HTTP_GET, "/incidents", page_incidents},
    {HTTP_GET, "/i/*", page_incident},
    {HTTP_GET, "/e/*", page_endpoint},
    {HTTP_GET, "/assets/*", asset_serve},
    {HTTP_GET, "/metrics", metrics_serve},
    {HTTP_GET, "/healthz", api_health},
    {HTTP_GET, "/readyz", api_ready},
    {HTTP_GET, "/api/v1/status", api_status},
    {HTTP_GET, "/api/v1/incidents", api_incidents},
    {HTTP_GET, "/api/v1/incidents/*", api_incident},
    {HTTP_GET, "/api/v1/stream", api_stream},
};

/* What the pattern left open, or NULL when the path is another one. */
static const char *
match(const char *pattern, const char *path)
{
	size_t n = strlen(pattern);

	if (pattern[n - 1] != '*')
		return strcmp(pattern, path) == 0 ? "" : NULL;
	n--;
	return strncmp(pattern, path, n) == 0 && path[n] != '\0' ? path + n
								 : NULL;
}

void
routes_answer(void *arg, const struct http_request *r)
{
	bool known = false;

	for (size_t i = 0; i < sizeof(routes) / sizeof(routes[0]); i++) {
		const char *rest = match(routes[i].pattern, r->path);

		if (rest != NULL && routes[i].method == r->method) {
			routes[i].fn(arg, r, rest);
			return;
		}
		known = known || rest != NULL;
	}
	if (known)
		http_reply(r->exchange,
		    &(struct http_answer){.code = 405, .allow = "GET, HEAD"});
	else
		answer_problem(r, 404, "Not found",
		    "There is nothing at this address.");
}
