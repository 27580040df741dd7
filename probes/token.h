/* SPDX-License-Identifier: MIT */
/*
 * token - tokens that servers gave us for our credentials (OAuth 2.0, client
 * credentials), one for each credential, whoever shows it.
 *
 *	asked for	when the first probe needs it, once for all of them
 *	renewed		at 80 % of its life and 30 s before its end at the
 *			latest (one of a minute or less: at half of it),
 *			while it goes on being shown
 *	failed		asked again after 5 s, then twice as long each time up
 *			to 5 min, or when the server said (1 h at most); not by
 *			each probe
 *	not accepted	renewed at once, but at most once a minute
 *
 * Kept in memory only, and zeroed when it goes.
 */
#ifndef PROBES_TOKEN_H
#define PROBES_TOKEN_H

#include <stdint.h>

#include "base/attr.h"
#include "probes/token_ask.h"
#include "wire/target.h"

struct tokens;
struct token;
struct token_wait;

struct tokens *tokens_new(const struct token_doors *doors); /* copied */
void tokens_free(struct tokens *all); /* all were released; NULL is ignored */

/* The one of a target's oauth2 and this secret; release it once. */
MUST_CHECK
struct token *token_hold(struct tokens *all, const struct target *t,
    const char *secret);
/* Zeroed and forgotten when nobody holds it any more.  NULL is ignored. */
void token_release(struct token *k);

enum token_state {
	TOKEN_HERE,   /* token_text() has one */
	TOKEN_COMING, /* asked for: token_await() */
	TOKEN_DENIED  /* not asked for again now: token_failure() */
};

/* One later than number `after`, asking for it where that is permitted. */
enum token_state token_want(struct token *k, uint64_t after);
/* Borrowed until the next turn of the loop, or NULL; and its number, 1... */
const char *token_text(const struct token *k, uint64_t *number);
/* Why there is none; *detail is borrowed. */
enum reason token_failure(const struct token *k, const char **detail);

/* Once, when the request under way ends; the handle is dead then. */
typedef void token_fn(void *arg);
MUST_CHECK
struct token_wait *token_await(struct token *k, token_fn *fn, void *arg);
void token_wait_cancel(struct token_wait *w); /* fn is not called */

#endif
