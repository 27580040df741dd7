/* SPDX-License-Identifier: MIT */
/*
 * text - build text up to a ceiling.  The first overflow is remembered and
 * later calls are ignored: write everything, then check once with text_ok().
 */
#ifndef BASE_TEXT_H
#define BASE_TEXT_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"

struct text { /* private: use the functions */
	char *buf;
	size_t len, size, ceiling;
	bool overflowed;
};

/* Empty text that may grow to ceiling bytes (without the NUL). */
void text_init(struct text *t, size_t ceiling);
void text_done(struct text *t);  /* frees; the struct may be re-initialised */
void text_reset(struct text *t); /* empty again, overflow forgotten */

void text_add(struct text *t, const char *s);
void text_add_n(struct text *t, const char *s, size_t n);
void text_char(struct text *t, char c);
PRINTF_LIKE(2, 3)
void text_printf(struct text *t, const char *fmt, ...);

bool text_ok(const struct text *t);
size_t text_len(const struct text *t);
const char *text_str(const struct text *t); /* borrowed; "" when empty */
char *text_take(struct text *t); /* owned by caller; t is empty afterwards */

#endif
