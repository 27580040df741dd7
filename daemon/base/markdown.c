/* SPDX-License-Identifier: MIT */
#include "base/markdown.h"

#include <string.h>

#include "base/escape.h"

enum { SAFE_BYTES = 4 * ESCAPE_LOG_BYTES + 8 };

void
markdown_safe(struct text *out, const char *s)
{
	struct text t;

	if (s == NULL)
		return;
	text_init(&t, SAFE_BYTES);
	escape_log(&t, s, strlen(s));
	for (const char *p = text_str(&t); *p != '\0'; p++) {
		if (strchr("\\`*_{}[]()<>#+-!|~&:@$", *p) != NULL)
			text_char(out, '\\');
		text_char(out, *p);
	}
	text_done(&t);
}
