/* SPDX-License-Identifier: MIT */
/* assets - files that travel inside the program, by name. */
#ifndef SCHEMA_ASSETS_H
#define SCHEMA_ASSETS_H

#include <stddef.h>

struct asset {
	const char *path, *etag;   /* file name; quoted digest */
	const unsigned char *data; /* a NUL follows */
	size_t size;
};

extern const struct asset assets[];
extern const size_t asset_count;

#endif
