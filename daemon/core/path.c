/* SPDX-License-Identifier: MIT */
/*
 * Is it us?  Canaries vote, and so does any answer from any endpoint that
 * proves a path.  Who has not spoken in the last 15 s abstains; without
 * canaries our own network counts as fine unless every site turns away at
 * once.
 *
 * A canary that takes a connection says nothing of names and certificates: a
 * captive portal lets it pass, and answers for everybody.  Where they fail,
 * another site has to have answered.
 */
#include <string.h>

#include "core/scope.h"

enum {
	FRESH_MS = 15 * SECOND_MS,
	ASK_EVERY_MS = 2 * SECOND_MS,
	ASK_AGAIN_MS = 5 * SECOND_MS, /* second opinion on a silent canary */
	SITES_WITHIN_MS = MINUTE_MS,
	VOUCH_WITHIN_MS = 2 * MINUTE_MS, /* then canaries will do */
	SITES_LEAST = 3,
	VOUCHERS = 2
};

static bool
fresh(const struct world *w, wall_ms at)
{
	return at > 0 && w->now - at <= FRESH_MS;
}

static size_t
counting(const struct world *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->canary_count; i++)
		n += w->canaries[i].answered;
	return n;
}

/* At least half of those that spoke lately say that our network works. */
static bool
quorum(const struct world *w)
{
	size_t good = fresh(w, w->proven_at), bad = 0;

	for (size_t i = 0; i < w->canary_count; i++) {
		const struct canary *c = &w->canaries[i];

		if (!c->answered)
			continue;
		if (fresh(w, c->good_at) && c->good_at >= c->bad_at)
			good++;
		else if (fresh(w, c->bad_at))
			bad++;
	}
	return good > 0 && good >= bad;
}

/* Names or certificates fail, and no site has answered since. */
static bool
lacks_voucher(const struct world *w, const struct memory *m)
{
	return (m->class == CLASS_DNS || m->class == CLASS_TLS) &&
	    w->groups->site_count >= SITES_LEAST &&
	    w->proven_at < m->fail_from &&
	    w->now - m->fail_from < VOUCH_WITHIN_MS;
}

bool
path_fine(const struct world *w, const struct memory *m)
{
	if (!memory_has(m, MEMORY_UNPROVEN))
		return true;
	if (w->blind || lacks_voucher(w, m))
		return false;
	return counting(w) == 0 || w->path_at >= m->fail_at;
}

void
path_ask(struct world *w)
{
	if (w->canary_count == 0 || w->now - w->asked_at < ASK_EVERY_MS)
		return;
	w->asked_at = w->now;
	world_emit(w,
	    &(struct output){.kind = OUTPUT_CANARIES,
		.at = w->now,
		.endpoint = ENDPOINT_NONE});
}

void
path_ask_again(struct world *w)
{
	w->ask_again_at = 0;
	path_ask(w);
}

void
path_wait(struct world *w, uint32_t i)
{
	struct memory *m = &w->endpoints[i].m;

	if (!memory_has(m, MEMORY_WAITING)) {
		memory_mark(m, MEMORY_WAITING, true);
		w->waiting++;
	}
	path_ask(w);
}

static void
tell(struct world *w, enum event_kind event, wall_ms since)
{
	world_emit(w,
	    &(struct output){.kind = OUTPUT_EVENT,
		.at = w->now,
		.endpoint = ENDPOINT_NONE,
		.event = event,
		.loud = event == EVENT_BLIND,
		.since = since});
}

/* What was believed since our network last worked is void. */
static void
go_blind(struct world *w, bool by_sites)
{
	/* What was decided before is not told as if it were of now. */
	for (uint32_t i = 0; i < w->size; i++) {
		if (w->endpoints[i].watched)
			scope_settle(w, i);
	}
	w->blind = true;
	w->blind_by_sites = by_sites;
	tell(w, EVENT_BLIND, w->path_at);
	for (uint32_t i = 0; i < w->size; i++) {
		struct endpoint *e = &w->endpoints[i];

		/* A target on our side of the cut still answers. */
		if (!e->watched ||
		    (e->m.heard_at > w->path_at &&
			!memory_has(&e->m, MEMORY_UNPROVEN)))
			continue;
		evidence_drop(w, i);
		timeline_unknown(w, i, WHY_NETWORK, w->path_at);
		deadline_renew(w, i);
	}
}

/* Our network works as of now: go on with what waited for that. */
static void
sight(struct world *w)
{
	wall_ms since = w->path_at;

	w->path_at = w->now;
	if (w->blind) {
		w->blind = w->blind_by_sites = false;
		w->sighted_at = w->now;
		/* What was asked in the dark comes back later. */
		for (size_t i = 0; i < w->canary_count; i++)
			w->canaries[i].bad_from = 0;
		tell(w, EVENT_SIGHTED, since);
	}
	for (uint32_t i = 0; w->waiting > 0 && i < w->size; i++) {
		if (!memory_has(&w->endpoints[i].m, MEMORY_WAITING))
			continue;
		evidence_decide(w, i);
		deadline_renew(w, i);
	}
}

/* An endpoint answered: some path works, and perhaps all of our network. */
void
path_proven(struct world *w, uint32_t i)
{
	bool works;

	w->proven_at = w->now;
	works = w->blind_by_sites ? w->endpoints[i].m.why == WHY_NETWORK
				  : quorum(w);
	if (works)
		sight(w);
}

void
path_canary(struct world *w, uint32_t canary, bool good)
{
	struct canary *c = &w->canaries[canary];
	size_t lost = 0;

	if (good) {
		*c = (struct canary){.answered = true, .good_at = w->now};
		if (quorum(w) && !w->blind_by_sites)
			sight(w);
		return;
	}
	if (!c->answered)
		return;
	if (c->bad_from == 0)
		c->bad_from = w->now;
	c->bad_at = w->now;
	if (w->ask_again_at == 0)
		w->ask_again_at = w->now + ASK_AGAIN_MS;
	for (size_t k = 0; k < w->canary_count; k++) {
		c = &w->canaries[k];
		lost += c->answered && c->bad_from > 0 &&
		    c->bad_at - c->bad_from >= ASK_AGAIN_MS;
	}
	if (!w->blind && 3 * lost >= 2 * counting(w))
		go_blind(w, false);
}

/* Sites that turned away within the last minute, without any proof since. */
static void
count_sites(struct world *w, size_t *all, size_t *away)
{
	memset(w->site_seen, 0, w->site_count);
	*all = *away = 0;
	for (uint32_t i = 0; i < w->size; i++) {
		const struct endpoint *e = &w->endpoints[i];
		const struct memory *m = &e->m;
		uint8_t *seen = &w->site_seen[e->policy.site];

		if (!e->watched || m->heard_at == 0)
			continue;
		*all += (*seen & 1) == 0;
		*seen |= 1;
		if (!memory_has(m, MEMORY_SUSPECT) ||
		    !memory_has(m, MEMORY_UNPROVEN) ||
		    m->fail_from <= w->proven_at ||
		    w->now - m->fail_from > SITES_WITHIN_MS)
			continue;
		*away += (*seen & 2) == 0;
		*seen |= 2;
	}
}

/* Sites that were well may be asked only in an hour: two are asked now. */
static void
ask_sites(struct world *w, uint32_t i)
{
	uint32_t site = w->endpoints[i].policy.site;
	unsigned asked = 0;

	if (w->now - w->vouch_at < ASK_EVERY_MS)
		return;
	w->vouch_at = w->now;
	for (uint32_t k = 0; k < w->size && asked < VOUCHERS; k++) {
		const struct endpoint *e = &w->endpoints[k];

		if (!e->watched || e->policy.site == site ||
		    e->m.state != STATE_UP || e->m.run_fail > 0)
			continue;
		incident_ask(w, k);
		asked++;
	}
}

/* A failing sample without proof: ask, and look whether everyone fails. */
void
path_doubt(struct world *w, uint32_t i)
{
	size_t all, away;
	bool ask = w->now - w->asked_at >= ASK_EVERY_MS;

	groups_ready(w);
	if (lacks_voucher(w, &w->endpoints[i].m))
		ask_sites(w, i);
	if (!ask)
		return;
	path_ask(w);
	w->asked_at = w->now;
	count_sites(w, &all, &away);
	if (!w->blind && away >= SITES_LEAST && 2 * away >= all) {
		w->path_at =
		    w->path_at > w->proven_at ? w->path_at : w->proven_at;
		go_blind(w, true);
	}
}
