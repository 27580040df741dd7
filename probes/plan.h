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
#include "io/dnsrecord.h"
#include "io/resolve.h"
#include "io/url.h"
#include "probes/expect.h"
#include "probes/secret.h"
#include "probes/token.h"
#include "wire/target.h"

struct plan {
	struct target target; /* owned */
	struct url url;
	struct dns_question question; /* of dns: */
	struct expect *expect;
	char **headers; /* "Name: value", NULL-terminated; owned */
	struct secrets secrets;
	wall_ms own_from, own_until; /* life of our certificate; 0: none */
	struct token *token;         /* held; NULL until a probe needs one */

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

void plan_forget_token(struct plan *p);
/* Earlier ones are zeroed, and a token that was given for another is let go. */
void plan_take_secrets(struct plan *p, struct secrets *s);

#endif
