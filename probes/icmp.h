/* SPDX-License-Identifier: MIT */
/*
 * icmp - the icmp:// probe: does a host answer an echo?
 *
 * One echo for each probe; one that is lost is a timeout.  The ladder sends
 * more, and the intervals bound how often.
 */
#ifndef PROBES_ICMP_H
#define PROBES_ICMP_H

struct probe;

/* Try the addresses of a probe in turn and end it. */
void icmp_begin(struct probe *p);

#endif
