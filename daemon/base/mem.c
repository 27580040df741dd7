/* SPDX-License-Identifier: MIT */
#include "base/mem.h"

#include <stdint.h>
#include <stdlib.h>
#include <string.h>

static void *
or_abort(void *p)
{
	if (p == NULL)
		abort();
	return p;
}

void *
mem_zalloc(size_t bytes)
{
	return or_abort(calloc(1, bytes > 0 ? bytes : 1));
}

void *
mem_array(size_t n, size_t item_bytes)
{
	return or_abort(calloc(n > 0 ? n : 1, item_bytes));
}

void *
mem_resize(void *p, size_t n, size_t item_bytes)
{
	if (item_bytes > 0 && n > SIZE_MAX / item_bytes)
		abort();
	return or_abort(realloc(p, n * item_bytes > 0 ? n * item_bytes : 1));
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
