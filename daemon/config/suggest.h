/* SPDX-License-Identifier: MIT */
/* suggest - what was probably meant by a misspelt word. */
#ifndef CONFIG_SUGGEST_H
#define CONFIG_SUGGEST_H

#include <stddef.h>

struct suggest { /* private */
	const char *word;
	const char *best; /* borrowed from the candidates, or NULL */
	unsigned distance;
};

/* word is borrowed; then offer every candidate, then read the best. */
void suggest_init(struct suggest *s, const char *word);
void suggest_offer(struct suggest *s, const char *candidate);

enum { SUGGEST_TEXT_BYTES = 128 };

/* ", did you mean 'interval'?", or ""; returns buf. */
const char *suggest_text(const struct suggest *s, char buf[SUGGEST_TEXT_BYTES]);

#endif
