/* SPDX-License-Identifier: MIT */
#include "config/index.h"

#include <stdlib.h>
#include <string.h>

#include "base/mem.h"

struct config_ref {
	const struct config_service *service;
	const struct config_endpoint *endpoint;
};

static int
compare(const void *left, const void *right)
{
	const struct config_ref *a = left, *b = right;

	return strcmp(a->endpoint->target.id, b->endpoint->target.id);
}

static int
compare_id(const void *id, const void *ref)
{
	const struct config_ref *r = ref;

	return strcmp(id, r->endpoint->target.id);
}

void
index_build(struct config *c)
{
	size_t n = 0;

	c->by_id = mem_array(c->endpoint_count, sizeof(c->by_id[0]));
	for (size_t i = 0; i < c->service_count; i++) {
		const struct config_service *s = &c->services[i];

		for (size_t k = 0; k < s->endpoint_count; k++)
			c->by_id[n++] =
			    (struct config_ref){s, &s->endpoints[k]};
	}
	if (n > 1)
		qsort(c->by_id, n, sizeof(c->by_id[0]), compare);
}

const struct config_endpoint *
config_find(const struct config *c, const char *id,
    const struct config_service **s)
{
	const struct config_ref *r = NULL;

	if (c->endpoint_count > 0)
		r = bsearch(id, c->by_id, c->endpoint_count,
		    sizeof(c->by_id[0]), compare_id);
	if (r == NULL)
		return NULL;
	if (s != NULL)
		*s = r->service;
	return r->endpoint;
}
