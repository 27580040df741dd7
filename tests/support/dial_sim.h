/* SPDX-License-Identifier: MIT */
/*
 * dial_sim - io/dial.h with scripted answers in virtual time.  Without a
 * script every dial succeeds after 1 ms, and there is no gateway.
 */
#ifndef SUPPORT_DIAL_SIM_H
#define SUPPORT_DIAL_SIM_H

#include "io/dial.h"

struct dial_answer {
	enum reason reason; /* a delay beyond the timeout: TIMEOUT_CONNECT */
	span_ms delay;
};

/* Asked once as each dial starts. */
typedef void dial_script_fn(void *arg, const struct address *a, uint16_t port,
    wall_ms now, struct dial_answer *out);
void dial_sim_script(struct dialer *d, dial_script_fn *fn, void *arg);
size_t dial_sim_in_flight(const struct dialer *d);

#endif
