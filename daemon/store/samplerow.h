/* SPDX-License-Identifier: MIT */
/*
 * samplerow - a sample as columns.
 *
 * phases is a blob: dns, connect, tls, wait and receive as latency_code() in
 * base 128, low part first, high bit set when more follows; then one byte of
 * lateness in eighths of an octave.
 */
#ifndef STORE_SAMPLEROW_H
#define STORE_SAMPLEROW_H

#include "core/sample.h"
#include "store/db.h"

enum { PHASES_BYTES_MAX = 5 * 2 + 1, SAMPLEROW_COLUMNS = 11 };

size_t phases_write(const struct sample *s,
    unsigned char buf[PHASES_BYTES_MAX]);
/* What does not decode is left 0. */
void phases_read(struct sample *s, const unsigned char *p, size_t n);

/*
 * The first SAMPLEROW_COLUMNS columns (SAMPLE_COLUMNS of statements.def).
 * False when there is no sample: only class, reason and code are set then.
 */
bool samplerow_read(const struct use *u, struct sample *s);

#endif
