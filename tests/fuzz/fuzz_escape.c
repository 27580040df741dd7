/* SPDX-License-Identifier: MIT */
/*
 * What comes from outside stays text.  A log line is taken apart again: no
 * control byte, valid UTF-8, and the same bytes come back unless it was cut.  A
 * page has no tag and no quote from it.
 */
#include "fuzz.h"
#include "input.h"

#include <jansson.h>

#include "base/escape.h"
#include "base/html.h"
#include "base/mem.h"

enum { HEX = 16, ESCAPED = 4 };

static int
digit(char c)
{
	return c >= 'a' ? c - 'a' + 10 : c - '0';
}

/* Undo it; owned by caller (free()). */
static char *
plain(const char *s, size_t *n)
{
	char *out = input_text(s, strlen(s));

	*n = 0;
	while (*s != '\0') {
		if (*s == '\\' && s[1] == 'x') {
			out[(*n)++] = (char)(digit(s[2]) * HEX + digit(s[3]));
			s += ESCAPED;
		} else {
			out[(*n)++] = *s++;
		}
	}
	return out;
}

static void
check_plain(const char *s)
{
	json_t *j = json_string(s); /* NULL unless valid UTF-8 */

	if (j == NULL)
		abort();
	json_decref(j);
	for (; *s != '\0'; s++)
		if ((unsigned char)*s < ' ' || *s == 0x7f)
			abort();
}

int
LLVMFuzzerTestOneInput(const uint8_t *bytes, size_t n)
{
	char *text = input_text(bytes, n), *back;
	struct text out;
	size_t size;

	text_init(&out, (size_t)ESCAPE_LOG_BYTES * 2 * ESCAPED + 64);
	escape_log(&out, text, n);
	check_plain(text_str(&out));
	back = plain(text_str(&out), &size);
	if (n <= ESCAPE_LOG_BYTES / ESCAPED &&
	    (size != n || memcmp(back, text, n) != 0))
		abort();
	free(back);
	text_reset(&out);
	escape_field(&out, "key", text);
	check_plain(text_str(&out));
	if (strncmp(text_str(&out), " key=", 5) != 0)
		abort();
	text_reset(&out);
	html_safe(&out, text);
	check_plain(text_str(&out));
	if (strpbrk(text_str(&out), "<>\"'") != NULL)
		abort();
	text_done(&out);
	free(text);
	return 0;
}
