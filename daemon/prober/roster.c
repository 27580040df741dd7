/* SPDX-License-Identifier: MIT */
#include "prober/roster.h"

#include <string.h>

#include "base/hash.h"
#include "base/mem.h"
#include "prober/ladder.h"
#include "prober/timetable.h"
#include "wire/partial.h"

/* An extra probe that waited longer for its host has lost its point. */
static const span_ms extra_patience = (span_ms)30 * SECOND_MS;

/* Of lateness: by the code of a latency, in sixteenths of an octave. */
enum { LATE_SHIFT = 4, LATE_BUCKETS = (32 * 256 >> LATE_SHIFT) + 1 };

struct endpoint;

struct turn {
	struct timetable_entry entry; /* first: on_due() gets this */
	struct endpoint *of;
	bool extra;
};

struct endpoint {
	struct roster *roster;
	struct plan *plan;
	struct probe *probe; /* in flight, or NULL */
	struct turn regular, extra;
	struct ladder ladder;
	span_ms phase;
	bool scheduled;
	uint64_t host; /* hash */
	wall_ms extra_asked;
	bool probe_extra; /* of the one in flight */
	uint32_t late_us;
	uint64_t told;   /* hash of the last excerpt of this run; 0: none */
	unsigned untold; /* probes since then that said the same */
};

struct endpoints { /* by slot; holes are NULL */
	struct endpoint **at;
	size_t size;
};

struct roster {
	const struct probe_env *env;
	struct roster_events events;
	struct timetable *timetable;
	struct endpoints endpoints, canaries;
	struct ladder_hosts hosts;
	size_t in_flight, in_flight_max;
	struct prober_stats stats;
	uint32_t late[LATE_BUCKETS];
};

static void on_due(void *arg, struct timetable_entry *entry);
static void on_probed(void *arg, const struct probe_result *result);

struct roster *
roster_new(const struct probe_env *env, size_t in_flight_max,
    const struct roster_events *ev)
{
	struct roster *r = mem_zalloc(sizeof(*r));

	r->env = env;
	r->events = *ev;
	r->in_flight_max = in_flight_max;
	r->timetable = timetable_new(env->loop, on_due, r);
	return r;
}

static void
endpoint_free(struct endpoint *e)
{
	if (e == NULL)
		return;
	if (e->probe != NULL) {
		probe_cancel(e->probe);
		e->roster->in_flight--;
	}
	timetable_disarm(e->roster->timetable, &e->regular.entry);
	timetable_disarm(e->roster->timetable, &e->extra.entry);
	plan_free(e->plan);
	mem_free(e);
}

static void
endpoints_free(struct endpoints *all)
{
	for (size_t i = 0; i < all->size; i++)
		endpoint_free(all->at[i]);
	mem_free(all->at);
}

void
roster_free(struct roster *r)
{
	if (r == NULL)
		return;
	endpoints_free(&r->endpoints);
	endpoints_free(&r->canaries);
	timetable_free(r->timetable);
	mem_free(r);
}

static struct endpoint **
place(struct endpoints *all, uint32_t slot)
{
	if (slot >= all->size) {
		size_t size = all->size > 0 ? all->size : 64;

		while (size <= slot)
			size *= 2;
		all->at = mem_resize(all->at, size, sizeof(struct endpoint *));
		while (all->size < size)
			all->at[all->size++] = NULL;
	}
	return &all->at[slot];
}

static struct endpoint *
find(const struct endpoints *all, uint32_t slot, uint32_t generation)
{
	struct endpoint *e = slot < all->size ? all->at[slot] : NULL;

	if (e == NULL || e->plan->target.generation != generation)
		return NULL;
	return e;
}

static struct endpoint *
endpoint_new(struct roster *r, struct plan *plan)
{
	struct endpoint *e = mem_zalloc(sizeof(*e));
	const struct target *t = &plan->target;

	e->roster = r;
	e->plan = plan;
	e->regular.of = e;
	e->extra.of = e;
	e->extra.extra = true;
	e->host = hash_text(plan->url.host);
	ladder_init(&e->ladder, t->interval, t->ladder && !t->canary,
	    loop_now(r->env->loop));
	return e;
}

enum status
roster_put_take(struct roster *r, struct target *t, struct secrets *secrets,
    struct fail *f)
{
	struct endpoint **where;
	struct plan *plan;

	if (t->slot >= ROSTER_SLOTS_MAX) {
		uint32_t slot = t->slot;

		target_done(t);
		return fail_set(f, ERR_RANGE, "slot %u is too high", slot);
	}
	where = place(t->canary ? &r->canaries : &r->endpoints, t->slot);
	if (*where != NULL && target_equal(&(*where)->plan->target, t)) {
		(*where)->plan->target.generation = t->generation;
		target_done(t);
	} else {
		endpoint_free(*where);
		*where = NULL;
		plan = plan_new_take(t, f);
		if (plan == NULL)
			return ERR_SYNTAX;
		*where = endpoint_new(r, plan);
	}
	plan_take_secrets((*where)->plan, secrets);
	return OK;
}

void
roster_remove(struct roster *r, uint32_t slot, uint32_t generation)
{
	struct endpoints *all = &r->endpoints;

	if (find(all, slot, generation) == NULL)
		all = &r->canaries;
	if (find(all, slot, generation) == NULL)
		return;
	endpoint_free(all->at[slot]);
	all->at[slot] = NULL;
}

static uint64_t
rate_of(const struct endpoints *all)
{
	uint64_t per_ks = 0;

	for (size_t i = 0; i < all->size; i++) {
		if (all->at[i] != NULL)
			per_ks += (uint64_t)1000 * SECOND_MS /
			    (uint64_t)all->at[i]->plan->target.interval;
	}
	return per_ks;
}

static void
schedule(struct roster *r, const struct endpoints *all)
{
	wall_ms now = loop_now(r->env->loop);

	for (size_t i = 0; i < all->size; i++) {
		struct endpoint *e = all->at[i];
		const struct target *t;

		if (e == NULL || e->scheduled)
			continue;
		t = &e->plan->target;
		e->phase = timetable_phase(t->id, t->interval,
		    timetable_slot(r->timetable));
		e->scheduled = true;
		timetable_arm(r->timetable, &e->regular.entry,
		    timetable_first(t->id, e->phase, t->interval, now));
	}
}

void
roster_start(struct roster *r)
{
	timetable_set_rate(r->timetable,
	    rate_of(&r->endpoints) + rate_of(&r->canaries));
	schedule(r, &r->endpoints);
	schedule(r, &r->canaries);
}

static void
arm_extra(struct endpoint *e)
{
	wall_ms due = ladder_due(&e->ladder);

	if (due == 0) {
		timetable_disarm(e->roster->timetable, &e->extra.entry);
		return;
	}
	e->extra_asked = due;
	timetable_arm(e->roster->timetable, &e->extra.entry, due);
}

static void
start(struct endpoint *e, bool extra, wall_ms due)
{
	struct roster *r = e->roster;
	span_ms late = loop_now(r->env->loop) - due;

	e->late_us =
	    late < UINT32_MAX / 1000 ? (uint32_t)(late * 1000) : UINT32_MAX;
	e->probe_extra = extra;
	r->in_flight++;
	r->stats.probes++;
	if (!extra)
		r->late[latency_code(e->late_us) >> LATE_SHIFT]++;
	e->probe = probe_start(r->env, e->plan, on_probed, e);
}

/* We were not there when it was due: that is a fact about us. */
static void
tell_late(struct endpoint *e, wall_ms due)
{
	const struct target *t = &e->plan->target;
	wall_ms now = loop_now(e->roster->env->loop);
	struct probed p = {.slot = t->slot,
	    .generation = t->generation,
	    .canary = t->canary};

	p.sample = (struct sample){.start = now,
	    .late_us = now - due < UINT32_MAX / 1000
		? (uint32_t)((now - due) * 1000)
		: UINT32_MAX,
	    .retry_after_s = RETRY_AFTER_ABSENT,
	    .cert_days = CERT_DAYS_UNKNOWN,
	    .class = CLASS_LOCAL,
	    .reason = REASON_LOCAL_LATE};
	e->roster->events.on_sample(e->roster->events.arg, &p, NULL);
}

static void
regular_due(struct endpoint *e, wall_ms due)
{
	struct roster *r = e->roster;
	span_ms interval = e->plan->target.interval;
	wall_ms now = loop_now(r->env->loop);
	uint64_t missed = (uint64_t)((now - due) / interval);

	timetable_arm(r->timetable, &e->regular.entry,
	    timetable_next(e->phase, interval, now));
	r->stats.skipped += missed;
	if (ladder_held(&e->ladder, now))
		return;
	if (now - due > interval)
		tell_late(e, due);
	else if (e->probe != NULL || r->in_flight >= r->in_flight_max)
		r->stats.skipped++;
	else
		start(e, false, due);
}

static void
extra_due(struct endpoint *e, wall_ms due)
{
	struct roster *r = e->roster;
	span_ms interval = e->plan->target.interval, wait;
	wall_ms now = loop_now(r->env->loop);
	span_ms patience =
	    interval < extra_patience ? interval : extra_patience;

	if (e->probe != NULL)
		return; /* its result moves the ladder on */
	wait = ladder_hosts_take(&r->hosts, e->host, now);
	if (wait > 0 && now + wait - e->extra_asked <= patience) {
		ladder_postpone(&e->ladder, now + wait);
		timetable_arm(r->timetable, &e->extra.entry, now + wait);
		return;
	}
	if (!ladder_take(&e->ladder, now) || wait > 0)
		return;
	if (r->in_flight >= r->in_flight_max)
		r->stats.skipped++;
	else
		start(e, true, due);
}

static void
on_due(void *arg, struct timetable_entry *entry)
{
	struct turn *turn = (struct turn *)entry;

	(void)arg;
	if (turn->extra)
		extra_due(turn->of, entry->due);
	else
		regular_due(turn->of, entry->due);
}

/*
 * NULL unless it is the first of a run or says something else than before.
 * Which addresses fail is said again, as it is looked for near the present.
 */
static struct excerpt *
worth_telling(struct endpoint *e, const struct probe_result *r)
{
	const struct sample *s = &r->sample;
	uint64_t hash;

	if (s->class == CLASS_LOCAL)
		return NULL;
	if (r->excerpt == NULL) {
		e->told = 0;
		return NULL;
	}
	hash = hash_text(r->excerpt->body) ^ (uint64_t)s->class << 8 ^
	    (uint64_t)s->reason << 16 ^ (uint64_t)s->code << 32 ^ 1;
	if ((s->flags & SAMPLE_PARTIAL) != 0)
		hash ^= hash_text(r->detail);
	if (hash == e->told &&
	    ((s->flags & SAMPLE_PARTIAL) == 0 || ++e->untold < PARTIAL_EVERY))
		return NULL;
	e->told = hash;
	e->untold = 0;
	r->excerpt->slot = e->plan->target.slot;
	r->excerpt->generation = e->plan->target.generation;
	return r->excerpt;
}

static void
on_probed(void *arg, const struct probe_result *result)
{
	struct endpoint *e = arg;
	struct roster *r = e->roster;
	const struct target *t = &e->plan->target;
	struct probed p = {.slot = t->slot,
	    .generation = t->generation,
	    .canary = t->canary,
	    .sample = result->sample};

	e->probe = NULL;
	r->in_flight--;
	r->stats.redirects_blocked += result->redirect_blocked ? 1 : 0;
	p.sample.late_us = e->late_us;
	if (e->probe_extra)
		p.sample.flags |= SAMPLE_EXTRA;
	ladder_feed(&e->ladder, &p.sample, sample_evidence(&p.sample));
	arm_extra(e);
	r->events.on_sample(r->events.arg, &p, worth_telling(e, result));
}

void
roster_pace(struct roster *r, const struct pace *p)
{
	struct endpoint *e = find(&r->endpoints, p->slot, p->generation);

	if (e == NULL)
		return;
	ladder_pace(&e->ladder, p->every, p->until, loop_now(r->env->loop));
	if (e->scheduled)
		arm_extra(e);
}

void
roster_ask_canaries(struct roster *r)
{
	wall_ms now = loop_now(r->env->loop);

	for (size_t i = 0; i < r->canaries.size; i++) {
		struct endpoint *e = r->canaries.at[i];

		if (e != NULL && e->probe == NULL)
			start(e, true, now);
	}
}

size_t
roster_in_flight(const struct roster *r)
{
	return r->in_flight;
}

/* The lateness that `percent` of the probes kept. */
static uint32_t
late_percentile(const struct roster *r, unsigned percent)
{
	uint64_t total = 0, seen = 0;

	for (size_t i = 0; i < LATE_BUCKETS; i++)
		total += r->late[i];
	for (size_t i = 0; i < LATE_BUCKETS; i++) {
		seen += r->late[i];
		if (total > 0 && seen * 100 >= total * percent)
			return latency_us((uint16_t)(i << LATE_SHIFT));
	}
	return 0;
}

void
roster_take_stats(struct roster *r, struct prober_stats *s)
{
	s->probes = r->stats.probes;
	s->skipped = r->stats.skipped;
	s->redirects_blocked = r->stats.redirects_blocked;
	s->in_flight = (uint32_t)r->in_flight;
	s->late_p50_us = late_percentile(r, 50);
	s->late_p99_us = late_percentile(r, 99);
	r->stats = (struct prober_stats){0};
	memset(r->late, 0, sizeof(r->late));
}
