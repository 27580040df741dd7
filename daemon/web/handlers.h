/* SPDX-License-Identifier: MIT */
/* handlers - whom an address asks for its answer; private to this room. */
#ifndef WEB_HANDLERS_H
#define WEB_HANDLERS_H

#include "io/access.h"
#include "io/httpd.h"

struct site;

/* Who asks, and for what. */
struct visitor {
	const struct http_request *r;
	const char *rest, *more; /* what its route left open, or "" */
	enum level level;
	const char *name; /* of the token shown; NULL: none */
};

typedef void route_fn(struct site *s, const struct visitor *v);

route_fn page_login;
/* acts.c */
route_fn act_ack, act_note, act_resolve, act_pause, act_resume, act_plan,
    act_cancel, act_test;
/* page_*.c */
route_fn page_status, page_service, page_region, page_tag;
route_fn page_about, page_accounting, page_maintenance;
route_fn page_timeline, page_day, page_matrix, page_endpoint, page_incident,
    page_incidents, csv_incidents, page_search;
route_fn incident_markdown;
/* api*.c, page_maintenance.c, page_matrix.c */
route_fn api_status, api_health, api_ready, api_endpoints, api_endpoint,
    api_timeline, api_latency, api_samples, api_availability, api_recovery,
    api_incidents, api_incident, api_events, api_evidence, api_maintenance,
    api_window, api_matrix;
/* stream.c */
route_fn api_stream;
/* feed.c, badge.c */
route_fn feed_serve, badge_serve;
/* metrics.c */
route_fn metrics_serve;
/* asset.c */
route_fn asset_serve, api_openapi;

#endif
