/* SPDX-License-Identifier: MIT */
/*
 * each - every address of a name asked in one probe.
 *
 *	resolve --> sort --> a probe of its own for each --> one sample
 *
 * One after the other, each with an even share of the time that is left: one
 * that is dead cannot eat that of the others.  Good when one is: the sample
 * is that of the slowest good one, or of the first that fails.  What our own
 * machine could not ask counts neither way.
 */
#ifndef PROBES_EACH_H
#define PROBES_EACH_H

#include "io/resolve.h"

struct probe;
struct each;

/* r holds an address that may be asked.  The probe ends when all are. */
void each_begin(struct probe *p, const struct resolved *r);
void each_free(struct each *e); /* cancels what is asked; NULL is ignored */

#endif
