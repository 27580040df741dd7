/* SPDX-License-Identifier: MIT */
/* tcp - the tcp:// probe: can a connection be opened? */
#ifndef PROBES_TCP_H
#define PROBES_TCP_H

struct probe;

/*
 * Try the addresses of a probe in turn and end it.  Of a canary a refused
 * connection is a good answer: something lives there and our network works.
 */
void tcp_begin(struct probe *p);

#endif
