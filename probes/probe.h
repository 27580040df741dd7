/* SPDX-License-Identifier: MIT */
/*
 * probe - one attempt to use an endpoint, whatever its kind.
 *
 *	resolve --> address policy --> http.h, tcp.h... -> judge --> sample
 *	   ^                               |
 *	   +---------- redirect -----------+
 *
 * All of it happens within the timeout of the target.  When a connection to
 * one address fails, another is tried with what is left of the time, and
 * waiting for one while others remain takes at most half of it.  Where the
 * target wants all addresses, each is asked: each.h.
 */
#ifndef PROBES_PROBE_H
#define PROBES_PROBE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/attr.h"
#include "core/sample.h"
#include "io/dial.h"
#include "io/fetch.h"
#include "io/loop.h"
#include "io/ping.h"
#include "io/resolve.h"
#include "io/resolve_record.h"
#include "probes/plan.h"
#include "wire/message.h"

struct probe;

struct probe_env { /* borrowed by every probe until it ends */
	struct loop *loop;
	struct resolver *resolver;
	struct fetcher *fetcher;
	struct fetcher *keeping; /* for those that reuse; or NULL */
	struct dialer *dialer;
	struct recorder *recorder;
	struct pinger *pinger;
	struct tokens *tokens;
};

/* Each address tried, over all redirects, in order.  Of all: 1 each. */
enum { PROBE_STEPS_MAX = 24 };
struct probe_step {
	char *url; /* owned by the probe; steps of a hop share it */
	struct address address; /* family ANY: through a proxy, or none */
	uint16_t port, code;
	enum reason reason;
	uint32_t dns_us, connect_us, tls_us, wait_us, receive_us;
};

struct probe_result {         /* all borrowed for the call */
	struct sample sample; /* late_us and SAMPLE_EXTRA are the caller's */
	/* Without slot and generation; NULL when good, unless in part only. */
	struct excerpt *excerpt;
	const char *detail; /* one line for people, raw; "" for nothing */
	const struct probe_step *steps;
	size_t step_count;
	bool redirect_blocked; /* a redirect to a forbidden address */
};

typedef void probe_fn(void *arg, const struct probe_result *r);

/*
 * Start one; fn is called once, from the loop, within the timeout and a
 * little, and the handle is dead then.  The plan is borrowed and its memory
 * written until then: one probe per plan at a time.
 */
MUST_CHECK
struct probe *probe_start(const struct probe_env *env, struct plan *plan,
    probe_fn *fn, void *arg);
void probe_cancel(struct probe *p); /* fn is not called; NULL is ignored */

#endif
