/* SPDX-License-Identifier: MIT */
/* utf8 - is it a character. */
#ifndef BASE_UTF8_H
#define BASE_UTF8_H

#include <stdbool.h>
#include <stddef.h>

/* Bytes of the valid UTF-8 character at s, n > 0 left; 0 when it is none. */
size_t utf8_length(const unsigned char *s, size_t n);
bool utf8_valid(const char *s, size_t n);

#endif
