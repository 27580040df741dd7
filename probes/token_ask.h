/* SPDX-License-Identifier: MIT */
/*
 * token_ask - one request for a token (RFC 6749, 4.4), with the address
 * policy, the budgets and the TLS of a probe.
 *
 * Redirects are not followed: the secret goes where it was configured to go.
 * The certificate of a token server is always verified.
 */
#ifndef PROBES_TOKEN_ASK_H
#define PROBES_TOKEN_ASK_H

#include "base/attr.h"
#include "io/fetch.h"
#include "io/loop.h"
#include "io/resolve.h"
#include "probes/token_answer.h"

struct token_doors { /* borrowed */
	struct loop *loop;
	struct resolver *resolver;
	struct fetcher *fetcher;
};

/* What is asked for, of whom, and who we are; strings may be NULL, as said. */
struct token_grant {
	char *url, *client_id, *secret;
	char *scope, *audience; /* or NULL */
	char *ca_file, *proxy;  /* or NULL */
	enum family family;
};

struct token_ask;
/* The answer is the callee's for the call, except for a token it takes. */
typedef void token_asked_fn(void *arg, struct token_answer *a);

enum { TOKEN_ASK_TIMEOUT_MS = 10 * SECOND_MS };

/* fn is called once, from the loop; the handle is dead then. */
MUST_CHECK
struct token_ask *token_ask_start(const struct token_doors *doors,
    const struct token_grant *g, token_asked_fn *fn, void *arg);
void token_ask_cancel(struct token_ask *a); /* NULL is ignored */

#endif
