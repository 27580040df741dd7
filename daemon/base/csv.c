/* SPDX-License-Identifier: MIT */
#include "base/csv.h"

#include <string.h>

void
csv_cell(struct text *out, const char *s)
{
	bool formula =
	    s != NULL && *s != '\0' && strchr("=+-@\t\r", *s) != NULL;
	bool quoted = s != NULL && strpbrk(s, "\",\r\n") != NULL;

	text_add(out, quoted ? "\"" : "");
	text_add(out, formula ? "'" : "");
	for (; s != NULL && *s != '\0'; s++)
		text_printf(out, *s == '"' ? "\"\"" : "%c", *s);
	text_add(out, quoted ? "\"" : "");
}
