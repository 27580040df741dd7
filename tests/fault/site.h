/* SPDX-License-Identifier: MIT */
/*
 * site - where calls come from, to choose among too many of them.
 *
 * A story makes 50,000 allocations of SQLite from some hundred places.  A
 * place is a call and the eleven that led to it, as their return addresses.  Of
 * each place one call is chosen by chance, so that with each seed another one
 * fails.
 */
#ifndef FAULT_SITE_H
#define FAULT_SITE_H

#include <stddef.h>

#include "hit.h"

/* Before the run that is noted, which may be in a child; aborts on failure. */
void site_init(unsigned long seed);

/* This is the n-th call of its kind, from 1 on. */
void site_note(enum op op, unsigned long n);

/*
 * The calls that are chosen, in their order: one of each place, or of one
 * place in so many.  The array is the caller's, to be freed; its size is given
 * back.  Aborts when places did not fit.
 */
size_t site_chosen(enum op op, unsigned long one_in, unsigned long **chosen);

/* Of how many places calls of this kind came. */
size_t site_count(enum op op);

#endif
