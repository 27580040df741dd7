/* SPDX-License-Identifier: MIT */
/* glob - patterns over identifiers: '*' any run, '?' any one character. */
#ifndef BASE_GLOB_H
#define BASE_GLOB_H

#include <stdbool.h>

/* The whole of text must match; linear in practice, no recursion. */
bool glob_match(const char *pattern, const char *text);

#endif
