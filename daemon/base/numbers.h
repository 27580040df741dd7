/* SPDX-License-Identifier: MIT */
/* numbers - texts as numbers from 1, in the order in which they first came. */
#ifndef BASE_NUMBERS_H
#define BASE_NUMBERS_H

#include <stddef.h>
#include <stdint.h>

struct numbers {
	struct number *sorted; /* by text */
	size_t size;
	uint32_t count;
};

/* The same for the same text; 0 for NULL. */
uint32_t numbers_of(struct numbers *n, const char *text);
/* Number those there are anew, in the order of their texts. */
void numbers_sort(struct numbers *n);
void numbers_done(struct numbers *n);

#endif
