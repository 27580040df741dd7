/* SPDX-License-Identifier: MIT */
#include "cli/trace_pages.h"

#include <stdint.h>
#include <stdlib.h>
#include <sys/mman.h>

#include "base/mem.h"

/* A huge page of most machines; elsewhere it is but an alignment. */
static const size_t huge = (size_t)2 << 20;

void *
trace_pages(size_t n, size_t item_bytes)
{
	size_t bytes = n * item_bytes;
	void *p;

	if (n > SIZE_MAX / item_bytes)
		mem_none(n, item_bytes);
	if (bytes < huge)
		return mem_resize(NULL, n, item_bytes);
	p = aligned_alloc(huge, bytes);
	if (p == NULL)
		mem_none(n, item_bytes);
	(void)madvise(p, bytes - bytes % huge, MADV_HUGEPAGE);
	return p;
}
