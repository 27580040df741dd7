/* SPDX-License-Identifier: MIT */
/* dice - numbers by chance, the same each time for the same seed. */
#ifndef SUPPORT_DICE_H
#define SUPPORT_DICE_H

#include <stdint.h>
#include <stdlib.h>

/* splitmix64, https://prng.di.unimi.it/splitmix64.c */
static inline uint64_t
dice_next(uint64_t *state)
{
	uint64_t z = *state += 0x9e3779b97f4a7c15u;

	z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9u;
	z = (z ^ z >> 27) * 0x94d049bb133111ebu;
	return z ^ z >> 31;
}

/* What the environment says, as VIGIE_SEED. */
static inline uint64_t
dice_number(const char *name, uint64_t otherwise)
{
	const char *s = getenv(name);

	return s != NULL ? strtoull(s, NULL, 10) : otherwise;
}

#endif
