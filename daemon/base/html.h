/* SPDX-License-Identifier: MIT */
/* html - text made harmless between tags and in quoted attributes. */
#ifndef BASE_HTML_H
#define BASE_HTML_H

#include "base/text.h"

/* Text that is one harmless line already. */
void html_add(struct text *out, const char *s);

/*
 * Text from outside: as escape_log() has it, at most ESCAPE_LOG_BYTES of it.
 * NULL adds nothing.
 */
void html_safe(struct text *out, const char *s);
/* The same, but all of it, with the ends of its lines. */
void html_lines(struct text *out, const char *s);

#endif
