/* SPDX-License-Identifier: MIT */
/* escape - make text from the network harmless in a log line or a terminal. */
#ifndef BASE_ESCAPE_H
#define BASE_ESCAPE_H

#include <stddef.h>

#include "base/text.h"

enum { ESCAPE_LOG_BYTES = 512 };

/*
 * Append at most ESCAPE_LOG_BYTES bytes of s: control bytes, DEL, invalid
 * UTF-8 and bidirectional overrides become \xNN, and so does the backslash
 * itself, so that nothing can be forged.  A cut is shown as "...".
 */
void escape_log(struct text *out, const char *s, size_t n);
/* The same, but all of it. */
void escape_all(struct text *out, const char *s, size_t n);

/* Append key=value with a leading space; quoted when the value needs it. */
void escape_field(struct text *out, const char *key, const char *value);

#endif
