/* SPDX-License-Identifier: MIT */
/* routes - every address that is served, and to whom. */
#ifndef WEB_ROUTES_H
#define WEB_ROUTES_H

#include "web/site.h"

struct route {
	enum http_method method;
	const char *pattern; /* see match() */
	enum level least;    /* who may */
	route_fn *fn;
};

extern const struct route route_table[];
extern const size_t route_count;

#endif
