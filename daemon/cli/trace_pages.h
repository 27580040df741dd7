/* SPDX-License-Identifier: MIT */
/* trace_pages - memory for millions of samples. */
#ifndef CLI_TRACE_PAGES_H
#define CLI_TRACE_PAGES_H

#include <stddef.h>

/*
 * Not zeroed, never NULL, on huge pages where there are: the first touch of
 * each small one costs more than reading all that it holds.  mem_free() it.
 */
void *trace_pages(size_t n, size_t item_bytes);

#endif
