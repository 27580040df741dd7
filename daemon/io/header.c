/* SPDX-License-Identifier: MIT */
#include <strings.h>

#include "io/fetch.h"

const char *
fetch_header_find(const struct fetch_result *r, const char *name)
{
	for (size_t i = 0; i < r->header_count; i++)
		if (strcasecmp(r->headers[i].name, name) == 0)
			return r->headers[i].value;
	return NULL;
}
