/* SPDX-License-Identifier: MIT */
#include "config/suggest.h"

#include <ctype.h>
#include <stdio.h>
#include <string.h>

enum { WORD_MAX = 63 };

static unsigned
least(unsigned a, unsigned b)
{
	return a < b ? a : b;
}

static int
lower(char c)
{
	return tolower((unsigned char)c);
}

/* Edits (insert, delete, replace, swap of neighbours); case is free. */
static unsigned
distance(const char *a, const char *b)
{
	unsigned rows[3][WORD_MAX + 1];
	unsigned *before = rows[0], *last = rows[1], *now = rows[2];
	size_t n = strlen(a), m = strlen(b);

	if (n > WORD_MAX || m > WORD_MAX)
		return WORD_MAX;
	memset(rows, 0, sizeof(rows));
	for (size_t j = 0; j <= m; j++)
		last[j] = (unsigned)j;
	for (size_t i = 1; i <= n; i++) {
		unsigned *spare = before;

		now[0] = (unsigned)i;
		for (size_t j = 1; j <= m; j++) {
			unsigned same = lower(a[i - 1]) == lower(b[j - 1]);

			now[j] = least(least(last[j], now[j - 1]) + 1,
			    last[j - 1] + (same ? 0 : 1));
			if (i > 1 && j > 1 &&
			    lower(a[i - 1]) == lower(b[j - 2]) &&
			    lower(a[i - 2]) == lower(b[j - 1]))
				now[j] = least(now[j], before[j - 2] + 1);
		}
		before = last;
		last = now;
		now = spare;
	}
	return last[m];
}

void
suggest_init(struct suggest *s, const char *word)
{
	/* One edit in three letters is a slip; more is another word. */
	*s = (struct suggest){.word = word,
	    .distance = (unsigned)(strlen(word) + 2) / 3 + 1};
}

void
suggest_offer(struct suggest *s, const char *candidate)
{
	unsigned d = distance(s->word, candidate);

	if (d < s->distance && d < strlen(candidate)) {
		s->best = candidate;
		s->distance = d;
	}
}

const char *
suggest_text(const struct suggest *s, char buf[SUGGEST_TEXT_BYTES])
{
	buf[0] = '\0';
	if (s->best != NULL)
		(void)snprintf(buf, SUGGEST_TEXT_BYTES, ", did you mean '%s'?",
		    s->best);
	return buf;
}
