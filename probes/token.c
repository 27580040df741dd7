/* SPDX-License-Identifier: MIT */
#include "probes/token.h"

#include <stdbool.h>
#include <stdio.h>
#include <string.h>
#include <sys/queue.h>

#include "base/mem.h"
#include "core/sample.h"
#include "wire/field.h"

static const span_ms pause_first = 5 * (span_ms)SECOND_MS;
static const span_ms pause_longest = 5 * (span_ms)MINUTE_MS;
static const span_ms server_pause_longest = HOUR_MS;
static const span_ms rejected_every = MINUTE_MS;
static const span_ms renewed_before = 30 * (span_ms)SECOND_MS;

TAILQ_HEAD(token_list, token);
TAILQ_HEAD(token_waits, token_wait);

struct tokens {
	struct token_doors doors;
	struct token_list list;
};

struct token_wait {
	TAILQ_ENTRY(token_wait) node;
	struct token *of;
	token_fn *fn;
	void *arg;
};

struct token {
	TAILQ_ENTRY(token) node;
	struct tokens *all;
	unsigned holders;
	struct token_grant grant;

	char *text; /* or NULL */
	uint64_t number;
	wall_ms ends;

	struct token_ask *ask; /* under way, or NULL */
	struct token_waits waits;
	struct timer *timer; /* when to renew or to forget it */
	unsigned failures;   /* in a row */
	wall_ms again, rejected;
	enum reason reason; /* of the last failure */
	char detail[sizeof(((struct token_answer *)0)->detail)];
};

static void on_timer(void *arg);
static void on_asked(void *arg, struct token_answer *a);

struct tokens *
tokens_new(const struct token_doors *doors)
{
	struct tokens *all = mem_zalloc(sizeof(*all));

	all->doors = *doors;
	TAILQ_INIT(&all->list);
	return all;
}

static void
wipe(char **text)
{
	if (*text != NULL)
		explicit_bzero(*text, strlen(*text));
	mem_free(*text);
	*text = NULL;
}

static void
dispose(struct token *k)
{
	TAILQ_REMOVE(&k->all->list, k, node);
	token_ask_cancel(k->ask);
	timer_free(k->timer);
	wipe(&k->text);
	wipe(&k->grant.secret);
	mem_free(k->grant.url);
	mem_free(k->grant.client_id);
	mem_free(k->grant.scope);
	mem_free(k->grant.audience);
	mem_free(k->grant.ca_file);
	mem_free(k->grant.proxy);
	mem_free(k);
}

void
tokens_free(struct tokens *all)
{
	if (all == NULL)
		return;
	while (!TAILQ_EMPTY(&all->list))
		dispose(TAILQ_FIRST(&all->list));
	mem_free(all);
}

static bool
is_for(const struct token_grant *g, const struct target *t, const char *secret)
{
	const struct target_oauth *o = &t->oauth;

	return field_same(g->url, o->token_url) &&
	    field_same(g->client_id, o->client_id) &&
	    field_same(g->scope, o->scope) &&
	    field_same(g->audience, o->audience) &&
	    field_same(g->secret, secret) &&
	    field_same(g->ca_file, t->ca_file) &&
	    field_same(g->proxy, t->proxy) &&
	    g->family == (enum family)t->family;
}

struct token *
token_hold(struct tokens *all, const struct target *t, const char *secret)
{
	const struct target_oauth *o = &t->oauth;
	struct token *k;

	TAILQ_FOREACH (k, &all->list, node) {
		if (!is_for(&k->grant, t, secret))
			continue;
		k->holders++;
		return k;
	}
	k = mem_zalloc(sizeof(*k));
	k->all = all;
	k->holders = 1;
	k->grant = (struct token_grant){.url = mem_dup(o->token_url),
	    .client_id = mem_dup(o->client_id),
	    .secret = mem_dup(secret),
	    .scope = mem_dup(o->scope),
	    .audience = mem_dup(o->audience),
	    .ca_file = mem_dup(t->ca_file),
	    .proxy = mem_dup(t->proxy),
	    .family = (enum family)t->family};
	k->timer = timer_new(all->doors.loop, on_timer, k);
	TAILQ_INIT(&k->waits);
	TAILQ_INSERT_TAIL(&all->list, k, node);
	return k;
}

void
token_release(struct token *k)
{
	if (k != NULL && --k->holders == 0)
		dispose(k);
}

static wall_ms
now_of(const struct token *k)
{
	return loop_now(k->all->doors.loop);
}

static void
ask(struct token *k)
{
	k->ask = token_ask_start(&k->all->doors, &k->grant, on_asked, k);
}

static void
on_timer(void *arg)
{
	struct token *k = arg;

	if (now_of(k) >= k->ends)
		wipe(&k->text);
	else if (k->ask == NULL)
		ask(k);
}

static span_ms
renewal(span_ms life)
{
	span_ms late = life * 4 / 5;

	if (life <= 2 * renewed_before)
		return life / 2;
	return late < life - renewed_before ? late : life - renewed_before;
}

static void
keep(struct token *k, struct token_answer *a)
{
	wipe(&k->text);
	k->text = a->token;
	a->token = NULL;
	k->number++;
	k->failures = 0;
	k->again = 0;
	k->ends = now_of(k) + a->lifetime;
	timer_arm(k->timer, renewal(a->lifetime));
}

static span_ms
pause_of(const struct token *k, const struct token_answer *a)
{
	span_ms pause = pause_first, asked = 0;

	for (unsigned i = 1; i < k->failures && pause < pause_longest; i++)
		pause *= 2;
	if (pause > pause_longest)
		pause = pause_longest;
	if (a->retry_after_s != RETRY_AFTER_ABSENT)
		asked = (span_ms)a->retry_after_s * SECOND_MS;
	if (asked > server_pause_longest)
		asked = server_pause_longest;
	return asked > pause ? asked : pause;
}

static void
fail(struct token *k, const struct token_answer *a)
{
	wall_ms now = now_of(k);

	k->reason = a->reason;
	memcpy(k->detail, a->detail, sizeof(k->detail));
	k->failures++;
	k->again = now + pause_of(k, a);
	if (k->text == NULL)
		return;
	timer_arm(k->timer, (k->again < k->ends ? k->again : k->ends) - now);
}

static void
on_asked(void *arg, struct token_answer *a)
{
	struct token *k = arg;
	struct token_wait *w;

	k->ask = NULL;
	if (a->reason == REASON_OK)
		keep(k, a);
	else
		fail(k, a);
	k->holders++; /* whoever is told may let go of it */
	while ((w = TAILQ_FIRST(&k->waits)) != NULL) {
		token_fn *fn = w->fn;
		void *of = w->arg;

		token_wait_cancel(w);
		fn(of);
	}
	token_release(k);
}

enum token_state
token_want(struct token *k, uint64_t after)
{
	wall_ms now = now_of(k);
	bool good = k->text != NULL && now < k->ends;

	if (good && k->number > after)
		return TOKEN_HERE;
	if (k->ask != NULL)
		return TOKEN_COMING;
	if (now < k->again)
		return TOKEN_DENIED;
	if (after > 0 && k->number == after) {
		if (k->rejected != 0 && now - k->rejected < rejected_every)
			return TOKEN_DENIED;
		k->rejected = now;
	}
	ask(k);
	return TOKEN_COMING;
}

const char *
token_text(const struct token *k, uint64_t *number)
{
	*number = k->number;
	return k->text;
}

enum reason
token_failure(const struct token *k, const char **detail)
{
	*detail = k->detail;
	return k->failures > 0 ? k->reason : REASON_TOKEN_UNREACHABLE;
}

struct token_wait *
token_await(struct token *k, token_fn *fn, void *arg)
{
	struct token_wait *w = mem_zalloc(sizeof(*w));

	w->of = k;
	w->fn = fn;
	w->arg = arg;
	TAILQ_INSERT_TAIL(&k->waits, w, node);
	return w;
}

void
token_wait_cancel(struct token_wait *w)
{
	TAILQ_REMOVE(&w->of->waits, w, node);
	mem_free(w);
}
