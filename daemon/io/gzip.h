/* SPDX-License-Identifier: MIT */
/* gzip - an answer made smaller, as its client takes it. */
#ifndef IO_GZIP_H
#define IO_GZIP_H

#include <stddef.h>

/* Owned by caller (mem_free), *packed bytes; NULL when there is no memory. */
void *gzip_pack(const void *p, size_t n, size_t *packed);

#endif
