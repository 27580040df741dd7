/* SPDX-License-Identifier: MIT */
/*
 * dial - open a TCP connection and close it again: the tcp:// probe, and the
 * canaries.  Implemented twice: dial.c and tests/support/dial_sim.c.
 */
#ifndef IO_DIAL_H
#define IO_DIAL_H

#include "core/names.h"
#include "io/loop.h"
#include "io/resolve.h"

struct dialer;
struct dial;

/* reason: OK, CONNECTION_REFUSED, CONNECTION_RESET, NO_ROUTE, ... */
typedef void dialled_fn(void *arg, enum reason reason, uint32_t took_us);

MUST_CHECK
struct dialer *dialer_new(struct loop *l);
void dialer_free(struct dialer *d); /* drops what is in flight */

/* fn is called once, from the loop, within `timeout`; the handle is dead then. */
MUST_CHECK
struct dial *dial_start(struct dialer *d, const struct address *a,
    uint16_t port, span_ms timeout, dialled_fn *fn, void *arg);
void dial_cancel(struct dial *h); /* fn is not called */

/* The default gateway of the main routing table; false when there is none. */
MUST_CHECK
bool dial_gateway(struct address *a);

#endif
