/* SPDX-License-Identifier: MIT */
#include "base/status.h"

#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* No half of a character at the end of what was cut to fit. */
static void
trim(char *s)
{
	size_t n = strlen(s), start = n;

	while (start > 0 && n - start < 3 &&
	    ((unsigned char)s[start - 1] & 0xc0) == 0x80)
		start--;
	if (start > 0 && (unsigned char)s[start - 1] >= 0xc0)
		s[start - 1] = '\0';
}

enum status
fail_set(struct fail *f, enum status code, const char *fmt, ...)
{
	va_list ap;

	if (f == NULL)
		return code;
	f->code = code;
	va_start(ap, fmt);
	if (vsnprintf(f->why, sizeof(f->why), fmt, ap) >= (int)sizeof(f->why))
		trim(f->why);
	va_end(ap);
	return code;
}
