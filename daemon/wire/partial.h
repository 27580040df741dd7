/* SPDX-License-Identifier: MIT */
/*
 * partial - which addresses of an endpoint fail, in the words of a probe:
 *
 *	1 of 3 addresses failing: 192.0.2.3 connection_refused
 *	9 of 16 addresses failing: 192.0.2.3 status 404, 192.0.2.4 timeout and 7 more
 *
 * probes/each.c writes them; whoever reads them trusts nothing.  Pure.
 */
#ifndef WIRE_PARTIAL_H
#define WIRE_PARTIAL_H

#include <stdbool.h>
#include <stdint.h>

/* A prober says again what stays the same after so many probes. */
enum { PARTIAL_EVERY = 60 };

/* False, and nothing is written, unless 0 < *failing < *asked is said. */
bool partial_counts(const char *words, unsigned *failing, unsigned *asked);

/*
 * The same for the same number of failing addresses, and the same of them as
 * far as they are named, whatever they fail of.  Never 0.
 */
uint64_t partial_set(const char *words);

#endif
