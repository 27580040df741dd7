/* SPDX-License-Identifier: MIT */
#include "web/asset.h"

#include <assert.h>
#include <stdio.h>
#include <string.h>

#include "schema/assets.h"
#include "web/site.h"

static const struct {
	const char *ending, *type;
} types[] = {{".css", "text/css; charset=utf-8"}, {".svg", "image/svg+xml"},
    {".js", "text/javascript; charset=utf-8"}};

const struct asset *
asset_find(const char *name)
{
	for (size_t i = 0; i < asset_count; i++) {
		if (strcmp(assets[i].path, name) == 0)
			return &assets[i];
	}
	return NULL;
}

void
asset_add(struct text *t, const char *name)
{
	const struct asset *a = asset_find(name);

	assert(a != NULL);
	text_add_n(t, (const char *)a->data, a->size);
}

/* By its ending; NULL: it is not one to serve. */
static const char *
type_of(const char *name)
{
	const char *dot = strrchr(name, '.');

	for (size_t i = 0; i < sizeof(types) / sizeof(types[0]); i++) {
		if (dot != NULL && strcmp(dot, types[i].ending) == 0)
			return types[i].type;
	}
	return NULL;
}

/* DIGEST/NAME: what another build had there is not there any more. */
void
asset_serve(struct site *s, const struct visitor *v)
{
	const char *name = strchr(v->rest, '/');
	const struct asset *a = name != NULL ? asset_find(name + 1) : NULL;
	const char *type = a != NULL ? type_of(a->path) : NULL;

	(void)s;
	if (type == NULL || strlen(a->etag) != (size_t)(name - v->rest) + 2 ||
	    strncmp(a->etag + 1, v->rest, (size_t)(name - v->rest)) != 0) {
		answer_problem(v->r, 404, "Not found",
		    "There is nothing at this address.");
		return;
	}
	answer_packed(v->r,
	    &(struct http_answer){.code = 200,
		.type = type,
		.cache = "public, max-age=31536000, immutable",
		.body = a->data,
		.size = a->size},
	    NULL);
}

/* What the API is, for programs that make programs. */
void
api_openapi(struct site *s, const struct visitor *v)
{
	const struct asset *a = asset_find("openapi.json");
	char etag[ETAG_BYTES];

	(void)s;
	assert(a != NULL);
	(void)snprintf(etag, sizeof(etag), "%.*s", (int)strlen(a->etag) - 2,
	    a->etag + 1);
	answer_packed(v->r,
	    &(struct http_answer){.code = 200,
		.type = type_json,
		.etag = etag,
		.cache = "public, max-age=3600",
		.shared = true,
		.body = a->data,
		.size = a->size},
	    NULL);
}
