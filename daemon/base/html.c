/* SPDX-License-Identifier: MIT */
#include "base/html.h"

#include <string.h>

#include "base/escape.h"

enum { SAFE_BYTES = 4 * ESCAPE_LOG_BYTES + 8 };

void
html_add(struct text *out, const char *s)
{
	for (; *s != '\0'; s++) {
		switch (*s) {
		case '&':
			text_add(out, "&amp;");
			break;
		case '<':
			text_add(out, "&lt;");
			break;
		case '>':
			text_add(out, "&gt;");
			break;
		case '"':
			text_add(out, "&quot;");
			break;
		case '\'':
			text_add(out, "&#39;");
			break;
		default:
			text_char(out, *s);
		}
	}
}

void
html_lines(struct text *out, const char *s)
{
	while (s != NULL) {
		size_t n = strcspn(s, "\n");
		struct text t;

		text_init(&t, 4 * n + 1);
		escape_all(&t, s, n);
		html_add(out, text_str(&t));
		text_done(&t);
		s = s[n] == '\n' ? s + n + 1 : NULL;
		if (s != NULL)
			text_add(out, "<br>");
	}
}

void
html_safe(struct text *out, const char *s)
{
	struct text t;

	if (s == NULL)
		return;
	text_init(&t, SAFE_BYTES);
	escape_log(&t, s, strlen(s));
	html_add(out, text_str(&t));
	text_done(&t);
}
