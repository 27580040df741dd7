/* SPDX-License-Identifier: MIT */
/*
 * resolve_sim - io/resolve.h with scripted answers in virtual time.
 *
 * Without a script every name is 192.0.2.1 after 1 ms.  Literal addresses
 * answer by themselves, at once.  Nothing is cached: each question goes to
 * the script.  The servers are "192.0.2.53:53" unless resolver_new_at() named
 * others.
 */
#ifndef SUPPORT_RESOLVE_SIM_H
#define SUPPORT_RESOLVE_SIM_H

#include "io/resolve.h"

struct resolve_answer {
	enum reason reason; /* a delay beyond the timeout: TIMEOUT_DNS */
	const char *addresses[RESOLVE_ADDRESSES_MAX]; /* ended by NULL */
	span_ms delay;
	bool cached;
};

/* Asked once as each resolution of a name starts; fills *out. */
typedef void resolve_script_fn(void *arg, const char *name, wall_ms now,
    struct resolve_answer *out);
void resolve_sim_script(struct resolver *r, resolve_script_fn *fn, void *arg);
size_t resolve_sim_pending(const struct resolver *r);

#endif
