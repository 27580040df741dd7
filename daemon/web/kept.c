/* SPDX-License-Identifier: MIT */
/* kept - what was rendered, until there is something newer. */
#include "base/mem.h"
#include "io/gzip.h"
#include "web/site.h"

void
kept_done(struct kept *k)
{
	mem_free(k->body);
	mem_free(k->packed);
	*k = (struct kept){.change = 0};
}

void
/* NOLINTNEXTLINE(readability-non-const-parameter): it is freed later */
kept_put(struct kept *k, uint64_t change, char *taken, size_t size)
{
	kept_done(k);
	*k = (struct kept){.change = change, .body = taken, .size = size};
}

const void *
kept_packed(struct kept *k, size_t *size)
{
	if (k->packed == NULL)
		k->packed = gzip_pack(k->body, k->size, &k->packed_size);
	*size = k->packed_size;
	return k->packed;
}
