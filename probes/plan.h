/* SPDX-License-Identifier: MIT */
/*
 * plan - a target made ready to be probed again and again: URL taken apart,
 * expectations compiled, credentials at hand, and what the last probes taught.
 */
#ifndef PROBES_PLAN_H
#define PROBES_PLAN_H

#include <stdbool.h>

#include "base/attr.h"
#include "base/clock.h"
#include "base/status.h"
#include "io/resolve.h"
#include "io/url.h"
#include "probes/expect.h"
#include "wire/target.h"

struct plan {
	struct target target; /* owned */
	struct url url;
	struct expect *expect;
	char **headers;          /* "Name: value", NULL-terminated; owned */
	char *userinfo, *bearer; /* secrets, or NULL; owned */

	/* Written by probes. */
	bool has_usual;
	struct address usual;               /* answered well last time */
	wall_ms cert_asked, cert_not_after; /* 0: never, unknown */
};

/*
 * Takes what the target owns and leaves it empty, also on failure.  NULL with
 * the reason in *f when the URL or an expectation is senseless.
 */
MUST_CHECK
struct plan *plan_new_take(struct target *t, struct fail *f);
void plan_free(struct plan *p); /* zeroes the secrets; NULL is ignored */

/* Copies them; NULL for none.  Earlier ones are zeroed. */
void plan_set_secrets(struct plan *p, const char *userinfo, const char *bearer);

#endif
