/* SPDX-License-Identifier: MIT */
#include "io/gzip.h"

#include <zlib.h>

#include "base/mem.h"

enum { LEVEL = 6, WINDOW_OF_GZIP = 15 + 16, MEMORY = 8 };

void *
gzip_pack(const void *p, size_t n, size_t *packed)
{
	z_stream z = {.avail_in = (uInt)n};
	union {
		const void *theirs;
		Bytef *ours;
	} in = {.theirs = p};
	unsigned char *out;
	uLong room;

	if (n > (1u << 30) ||
	    deflateInit2(&z, LEVEL, Z_DEFLATED, WINDOW_OF_GZIP, MEMORY,
		Z_DEFAULT_STRATEGY) != Z_OK)
		return NULL;
	room = deflateBound(&z, (uLong)n);
	out = mem_array(room, 1);
	z.next_in = in.ours;
	z.next_out = out;
	z.avail_out = (uInt)room;
	if (deflate(&z, Z_FINISH) != Z_STREAM_END) {
		mem_free(out);
		out = NULL;
	}
	*packed = z.total_out;
	(void)deflateEnd(&z);
	return out;
}
