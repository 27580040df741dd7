/* SPDX-License-Identifier: MIT */
/*
 * mem - memory for our own small objects; never NULL.  Out of memory aborts
 * this process, saying so on standard error: the keeper restarts a child,
 * systemd the keeper, and the database is transactional.  Whatever the outside can make grow has a
 * ceiling of its own before it gets here.
 */
#ifndef BASE_MEM_H
#define BASE_MEM_H

#include <stddef.h>

void *mem_zalloc(size_t bytes);               /* zeroed */
void *mem_array(size_t n, size_t item_bytes); /* zeroed; overflow aborts */
void *mem_resize(void *p, size_t n, size_t item_bytes); /* tail not zeroed */
char *mem_dup(const char *s);                           /* NULL stays NULL */
char *mem_dup_n(const char *s, size_t n);               /* adds the NUL */
void *mem_copy(const void *p, size_t bytes);            /* owned by caller */
void mem_free(void *p);                                 /* NULL is ignored */

/*
 * For libraries, with malloc()'s and realloc()'s types.  One that went on
 * without memory would blame whom it talks to.
 */
void *mem_alloc(size_t bytes); /* not zeroed */
void *mem_realloc(void *p, size_t bytes);

/* The end of those who asked others for n times so much, and got none. */
_Noreturn void mem_none(size_t n, size_t item_bytes);

#endif
