/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void
mem_none(size_t n, size_t item_bytes)
{
	/* Standard error has no buffer: neither is memory asked for it. */
	(void)fprintf(stderr,
	    "vigie: out of memory: %zu x %zu bytes refused, giving up; "
	    "raise this process's limit (MemoryMax= of its unit, ulimit -v)\n",
	    n, item_bytes);
	abort();
}

static void *
or_abort(void *p, size_t n, size_t item_bytes)
{
	if (p == NULL)
		mem_none(n, item_bytes);
	return p;
}

void *
mem_zalloc(size_t bytes)
{
	return or_abort(calloc(1, bytes > 0 ? bytes : 1), 1, bytes);
}

void *
mem_array(size_t n, size_t item_bytes)
{
	return or_abort(calloc(n > 0 ? n : 1, item_bytes), n, item_bytes);
}

void *
mem_resize(void *p, size_t n, size_t item_bytes)
{
	if (item_bytes > 0 && n > SIZE_MAX / item_bytes)
		mem_none(n, item_bytes);
	return or_abort(realloc(p, n * item_bytes > 0 ? n * item_bytes : 1), n,
	    item_bytes);
}

void *
mem_alloc(size_t bytes)
{
	return or_abort(malloc(bytes > 0 ? bytes : 1), 1, bytes);
}

void *
mem_realloc(void *p, size_t bytes)
{
	return mem_resize(p, bytes, 1);
}

char *
mem_dup(const char *s)
{
	return s == NULL ? NULL : mem_dup_n(s, strlen(s));
}

char *
mem_dup_n(const char *s, size_t n)
{
	char *copy = mem_zalloc(n + 1);

	memcpy(copy, s, n);
	return copy;
}

void *
mem_copy(const void *p, size_t bytes)
{
	void *copy = mem_zalloc(bytes);

	memcpy(copy, p, bytes);
	return copy;
}

void
mem_free(void *p)
{
	free(p);
}
