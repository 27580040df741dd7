/* SPDX-License-Identifier: MIT */
/*
 * prober - the role that asks: targets in, samples out.
 *
 * After HELLO it opens its doors (resolver, fetcher, dialer) and says READY;
 * after TARGETS_DONE it probes.  Samples leave in batches, at latest every
 * 100 ms.  When the keeper is gone, or speaks nonsense, it stops the loop.
 *
 *	struct prober *p = prober_new(loop, nofile);
 *	struct channel_events ev = prober_events(p);
 *	prober_attach(p, channel_new(loop, fd, PROBER_QUEUE, &ev));
 *	loop_run(loop);
 */
#ifndef PROBER_PROBER_H
#define PROBER_PROBER_H

#include <stdint.h>

#include "base/attr.h"
#include "io/channel.h"
#include "io/loop.h"

enum { PROBER_QUEUE = 256 }; /* frames; behind it there is the ring */

struct prober;

/*
 * nofile is how many descriptors the process may open; how many probes run at
 * once follows from it.  Arms nothing before HELLO.
 */
MUST_CHECK
struct prober *prober_new(struct loop *l, uint64_t nofile);
void prober_free(struct prober *p); /* NULL is ignored */

/* To make its channel with; valid until prober_free(). */
struct channel_events prober_events(struct prober *p);
/* The channel stays the caller's and must outlive the prober. */
void prober_attach(struct prober *p, struct channel *c);

/* Why it stopped the loop, or NULL while it has not. */
const char *prober_ended(const struct prober *p);

#endif
