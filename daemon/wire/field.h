/* SPDX-License-Identifier: MIT */
/*
 * field - the kinds of field our messages have, read with suspicion.
 *
 * Over base/bytes.h, with its sticky error: a value outside its range makes
 * the reader fail, and so every later get.  What is returned after an error
 * is zero or NULL.
 */
#ifndef WIRE_FIELD_H
#define WIRE_FIELD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/bytes.h"
#include "base/clock.h"

/* Owned by the caller; without a NUL inside.  NULL where NULL was written. */
char *field_text(struct bytes_in *i);
/* The same, but NULL is an error. */
char *field_text_needed(struct bytes_in *i);

void field_put_bool(struct bytes_out *o, bool v);
bool field_bool(struct bytes_in *i); /* 0 or 1, nothing else */

/* An unsigned number of one byte below limit: an enum. */
uint8_t field_below(struct bytes_in *i, unsigned limit);

/* A number within low..high, both included. */
int64_t field_within(struct bytes_in *i, int64_t low, int64_t high);
/* From 1970 to the end of the year 9999. */
wall_ms field_wall(struct bytes_in *i);
/* From 0 to a hundred years. */
span_ms field_span(struct bytes_in *i);

/* The length of a list; put fails, and get does, above max. */
void field_put_count(struct bytes_out *o, size_t n, size_t max);
size_t field_count(struct bytes_in *i, size_t max);

/* NULL equals NULL only. */
bool field_same(const char *a, const char *b);

#endif
