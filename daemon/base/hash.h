/* SPDX-License-Identifier: MIT */
/*
 * hash - FNV-1a, 64 bit (Fowler, Noll, Vo): spreads our own identifiers, for
 * phases and shards.  Not for bytes an attacker chooses to make collide.
 */
#ifndef BASE_HASH_H
#define BASE_HASH_H

#include <stdint.h>

static inline uint64_t
hash_text(const char *s)
{
	uint64_t h = 0xcbf29ce484222325u;

	for (; *s != '\0'; s++)
		h = (h ^ (unsigned char)*s) * 0x100000001b3u;
	return h;
}

#endif
