/* SPDX-License-Identifier: MIT */
#include "base/escape.h"

#include <stdbool.h>
#include <string.h>

#include "base/utf8.h"

/* C1 controls (U+0080-9F), line separators and what turns text around. */
static bool
misleading(const unsigned char *s, size_t len)
{
	if (len == 2)
		return s[0] == 0xc2 && s[1] < 0xa0;
	if (len != 3 || s[0] != 0xe2)
		return false;
	if (s[1] == 0x80)
		return (s[2] >= 0xa8 && s[2] <= 0xae) || s[2] == 0x8e ||
		    s[2] == 0x8f;
	return s[1] == 0x81 && s[2] >= 0xa6 && s[2] <= 0xa9;
}

static void
hex(struct text *out, const unsigned char *s, size_t n)
{
	for (size_t i = 0; i < n; i++)
		text_printf(out, "\\x%02x", s[i]);
}

void
escape_all(struct text *out, const char *s, size_t n)
{
	const unsigned char *p = (const unsigned char *)s;

	for (size_t i = 0; i < n;) {
		size_t len = utf8_length(p + i, n - i);

		if (len == 0) {
			hex(out, p + i, 1);
			len = 1;
		} else if (len == 1 &&
		    (p[i] < 0x20 || p[i] == 0x7f || p[i] == '\\')) {
			hex(out, p + i, 1);
		} else if (misleading(p + i, len)) {
			hex(out, p + i, len);
		} else {
			text_add_n(out, s + i, len);
		}
		i += len;
	}
}

void
escape_log(struct text *out, const char *s, size_t n)
{
	escape_all(out, s, n < ESCAPE_LOG_BYTES ? n : ESCAPE_LOG_BYTES);
	if (n > ESCAPE_LOG_BYTES)
		text_add(out, "...");
}

void
escape_field(struct text *out, const char *key, const char *value)
{
	bool quote = value[0] == '\0' || strpbrk(value, " =\"") != NULL;
	const char *part = value;

	text_printf(out, " %s=", key);
	if (!quote) {
		escape_log(out, value, strlen(value));
		return;
	}
	text_char(out, '"');
	for (const char *q; (q = strchr(part, '"')) != NULL; part = q + 1) {
		escape_log(out, part, (size_t)(q - part));
		text_add(out, "\\x22");
	}
	escape_log(out, part, strlen(part));
	text_char(out, '"');
}
