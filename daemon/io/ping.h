/* SPDX-License-Identifier: MIT */
/*
 * ping - one ICMP echo and the answer to it, by the kernel's unprivileged
 * sockets: the icmp:// probe.  Implemented twice: ping.c and
 * tests/support/ping_sim.c.
 */
#ifndef IO_PING_H
#define IO_PING_H

#include <stdbool.h>
#include <stdint.h>

#include "base/attr.h"
#include "core/names.h"
#include "io/loop.h"
#include "io/resolve.h"

struct pinger;
struct ping;

/* reason: OK, TIMEOUT, NO_ROUTE, NOT_PERMITTED, LOCAL_*. */
typedef void pinged_fn(void *arg, enum reason reason, uint32_t took_us);

MUST_CHECK
struct pinger *pinger_new(struct loop *l);
void pinger_free(struct pinger *p); /* drops what is under way */

/* fn is called once, from the loop, within timeout; the handle is dead then. */
MUST_CHECK
struct ping *ping_start(struct pinger *p, const struct address *a,
    span_ms timeout, pinged_fn *fn, void *arg);
void ping_cancel(struct ping *h); /* fn is not called */

#endif
