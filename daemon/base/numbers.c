/* SPDX-License-Identifier: MIT */
#include "base/numbers.h"

#include <string.h>

#include "base/mem.h"

struct number {
	char *text;
	uint32_t number;
};

/* Where the text is, or would be. */
static size_t
place(const struct numbers *n, const char *text)
{
	size_t low = 0, high = n->count;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (strcmp(n->sorted[mid].text, text) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

uint32_t
numbers_of(struct numbers *n, const char *text)
{
	size_t at;

	if (text == NULL)
		return 0;
	at = place(n, text);
	if (at < n->count && strcmp(n->sorted[at].text, text) == 0)
		return n->sorted[at].number;
	if (n->count == n->size) {
		n->size = 2 * n->size + 16;
		n->sorted =
		    mem_resize(n->sorted, n->size, sizeof(n->sorted[0]));
	}
	memmove(n->sorted + at + 1, n->sorted + at,
	    (n->count - at) * sizeof(n->sorted[0]));
	n->sorted[at] = (struct number){mem_dup(text), ++n->count};
	return n->count;
}

void
numbers_sort(struct numbers *n)
{
	for (uint32_t i = 0; i < n->count; i++)
		n->sorted[i].number = i + 1;
}

void
numbers_done(struct numbers *n)
{
	for (size_t i = 0; i < n->count; i++)
		mem_free(n->sorted[i].text);
	mem_free(n->sorted);
	*n = (struct numbers){0};
}
