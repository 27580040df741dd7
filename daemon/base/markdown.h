/* SPDX-License-Identifier: MIT */
/* markdown - text made harmless in a line of Markdown. */
#ifndef BASE_MARKDOWN_H
#define BASE_MARKDOWN_H

#include "base/text.h"

/*
 * Text from outside: as escape_log() has it, at most ESCAPE_LOG_BYTES of it,
 * and nothing in it is markup, a link or HTML.  It is not to begin a line.
 * NULL adds nothing.
 */
void markdown_safe(struct text *out, const char *s);

#endif
