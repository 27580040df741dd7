/* SPDX-License-Identifier: MIT */
#include "wire/partial.h"

#include <ctype.h>
#include <string.h>

#include "base/hash.h"
#include "base/text.h"

/* Three digits say more than can be asked. */
enum { DIGITS_MAX = 3, SET_BYTES = 4096 };

/* Digits and what follows them; NULL when it is something else. */
static const char *
count_before(const char *s, const char *follows, unsigned *out)
{
	size_t digits = strspn(s, "0123456789"), n = strlen(follows);
	unsigned v = 0;

	if (digits == 0 || digits > DIGITS_MAX ||
	    strncmp(s + digits, follows, n) != 0)
		return NULL;
	for (size_t i = 0; i < digits; i++)
		v = v * 10 + (unsigned)(s[i] - '0');
	*out = v;
	return s + digits + n;
}

bool
partial_counts(const char *words, unsigned *failing, unsigned *asked)
{
	unsigned n = 0, of = 0;
	const char *rest = count_before(words, " of ", &n);

	if (rest != NULL)
		rest = count_before(rest, " addresses failing", &of);
	if (rest == NULL || n == 0 || n >= of)
		return false;
	for (; *rest != '\0'; rest++) {
		if (!isprint((unsigned char)*rest))
			return false;
	}
	*failing = n;
	*asked = of;
	return true;
}

uint64_t
partial_set(const char *words)
{
	const char *at = strstr(words, ": ");
	struct text set;
	uint64_t hash;

	text_init(&set, SET_BYTES);
	text_add_n(&set, words, strcspn(words, " "));
	while (at != NULL) {
		at += 2;
		text_char(&set, ' ');
		text_add_n(&set, at, strcspn(at, " "));
		at = strstr(at, ", ");
	}
	hash = hash_text(text_str(&set));
	text_done(&set);
	return hash != 0 ? hash : 1;
}
