/* SPDX-License-Identifier: MIT */
#include "base/text.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"

void
text_init(struct text *t, size_t ceiling)
{
	*t = (struct text){.ceiling = ceiling};
}

void
text_done(struct text *t)
{
	mem_free(t->buf);
	*t = (struct text){.ceiling = t->ceiling};
}

void
text_reset(struct text *t)
{
	t->len = 0;
	t->overflowed = false;
	if (t->buf != NULL)
		t->buf[0] = '\0';
}

/* Room for n more bytes and a NUL, or the sticky overflow. */
static bool
reserve(struct text *t, size_t n)
{
	size_t size;

	if (t->overflowed)
		return false;
	if (n > t->ceiling - t->len) {
		t->overflowed = true;
		return false;
	}
	if (t->len + n < t->size)
		return true;
	size = t->size > 0 ? t->size : 128;
	while (size <= t->len + n)
		size *= 2;
	t->buf = mem_resize(t->buf, size, 1);
	t->size = size;
	return true;
}

void
text_add_n(struct text *t, const char *s, size_t n)
{
	if (n == 0 || !reserve(t, n))
		return;
	memcpy(t->buf + t->len, s, n);
	t->len += n;
	t->buf[t->len] = '\0';
}

void
text_add(struct text *t, const char *s)
{
	text_add_n(t, s, strlen(s));
}

void
text_char(struct text *t, char c)
{
	text_add_n(t, &c, 1);
}

void
text_printf(struct text *t, const char *fmt, ...)
{
	va_list ap, again;
	int n;

	va_start(ap, fmt);
	va_copy(again, ap);
	n = vsnprintf(NULL, 0, fmt, ap);
	if (n > 0 && reserve(t, (size_t)n)) {
		(void)vsnprintf(t->buf + t->len, (size_t)n + 1, fmt, again);
		t->len += (size_t)n;
	}
	va_end(again);
	va_end(ap);
}

bool
text_ok(const struct text *t)
{
	return !t->overflowed;
}

size_t
text_len(const struct text *t)
{
	return t->len;
}

const char *
text_str(const struct text *t)
{
	return t->buf != NULL && t->len > 0 ? t->buf : "";
}

char *
text_take(struct text *t)
{
	char *s = t->buf != NULL && t->len > 0 ? t->buf : mem_dup("");

	if (s != t->buf)
		mem_free(t->buf);
	*t = (struct text){.ceiling = t->ceiling};
	return s;
}
