/* SPDX-License-Identifier: MIT */
/*
 * dns - the dns:// probe: do the name servers answer, and what?
 *
 * Asked afresh each time, past every cache of ours; by the server that the
 * URL names, or else by those of the system.  A server that is named proves
 * our path by whatever it answers.
 */
#ifndef PROBES_DNS_H
#define PROBES_DNS_H

#include "core/names.h"

struct probe;

/* Ask, judge, end.  Else, without a callback, why it cannot begin. */
enum reason dns_begin(struct probe *p);

#endif
