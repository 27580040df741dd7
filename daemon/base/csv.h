/* SPDX-License-Identifier: MIT */
/* csv - cells as RFC 4180 has them, which no spreadsheet reckons with. */
#ifndef BASE_CSV_H
#define BASE_CSV_H

#include "base/text.h"

/*
 * One cell, quoted where it has to be; NULL is empty.  What would begin a
 * formula has an apostrophe before it.
 */
void csv_cell(struct text *out, const char *s);

#endif
