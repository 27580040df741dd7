/* SPDX-License-Identifier: MIT */
/*
 * The promises of the core, held against random lives: a million steps over
 * a few endpoints of one world, with outages, blips, maintenance, silence,
 * refusals, windows, operators, canaries and lost networks.
 *
 * VIGIE_SEED repeats a run, VIGIE_STEPS changes its length.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "core/account.h"
#include "dice.h"
#include "parts_invariants.h"

enum { ENDPOINTS = LIVES_ENDPOINTS, CANARIES = 3 };

static const wall_ms start = 1676332800000;

/* What is known of one endpoint from the outputs alone. */
struct seen {
	struct account account;
	enum state state;
	uint32_t seq;
	bool open, recovering, failing_since_good, effect;
	struct incident_id incident, lead;
	unsigned relapses, loud, worse;
	enum kind worst;
	wall_ms onset, escalated_to;
	wall_ms resolved_by_operator; /* may come back until its quiet time */
	unsigned fails;
};

struct life {
	uint64_t random;
	struct world *world, *twin; /* the twin is saved and restored */
	struct seen seen[ENDPOINTS];
	enum {
		CALM,
		FAILING,
		CLAIMING,
		BLIPPING,
		SILENT,
		REFUSED,
		PARTLY,
		SLUGGISH
	} mood[ENDPOINTS];
	bool network; /* our own works */
	wall_ms now;
	bool blind;
	unsigned incidents, resolved, joined, wide, lingered;
	unsigned degraded, slow, worsened, effects, alone;
	uint64_t said, said_by_twin; /* digests of all outputs */
};

static uint64_t
next(struct life *l)
{
	return dice_next(&l->random);
}

static bool
chance(struct life *l, unsigned one_in)
{
	return next(l) % one_in == 0;
}

static uint64_t
digest(uint64_t h, const struct output *o)
{
	const uint64_t fields[] = {o->kind, (uint64_t)o->at, o->endpoint,
	    o->seq, o->from, o->to, o->why, o->bucket, (uint64_t)o->since,
	    (uint64_t)o->until, (uint64_t)o->every, o->event, o->loud, o->cause,
	    o->incident.day, o->incident.n, o->phase, o->kind_now,
	    o->kind_worst, o->origin, (uint64_t)o->onset, (uint64_t)o->ended,
	    (uint64_t)o->all_clear_at, o->chance, o->relapses,
	    (uint64_t)o->bucket_ms[BUCKET_DOWN], o->first_ref, o->class,
	    (uint64_t)o->ledger, o->lead.n, o->scope, o->muted, o->lingers,
	    o->effect, o->effects};

	for (size_t i = 0; i < sizeof(fields) / sizeof(fields[0]); i++)
		h = (h ^ fields[i]) * 0x100000001b3u;
	return h;
}

static void
on_transition(struct seen *s, const struct output *o)
{
	/* 5: strictly ordered, and each begins where the last one ended. */
	assert_int_equal(o->seq, s->seq + 1);
	assert_int_equal(o->from, s->state);
	s->seq = o->seq;
	s->state = o->to;
}

static bool
is(struct incident_id a, struct incident_id b)
{
	return a.day == b.day && a.n == b.n;
}

static void
on_closed(struct life *l, struct seen *s, const struct output *o)
{
	int64_t sum = 0;

	assert_true(s->open);
	assert_true(s->onset <= o->ended && o->ended <= o->at);
	for (unsigned b = 0; b < BUCKET_COUNT; b++) {
		assert_true(o->bucket_ms[b] >= 0);
		sum += o->bucket_ms[b];
	}
	if (o->event == EVENT_RESOLVED) {
		/* 3: held for at least two minutes, nothing failing; its
		   maintenance may have escalated before it was known. */
		assert_true(s->recovering && s->fails == 0);
		if (o->cause != CAUSE_OPERATOR && o->ended != s->escalated_to)
			assert_true(o->at - o->ended >= 2 * (span_ms)MINUTE_MS);
		l->resolved++;
		/* A cause is over when all of it is. */
		for (size_t k = 0; o->cause != CAUSE_OPERATOR && k < ENDPOINTS;
		     k++)
			assert_false(l->seen[k].open &&
			    is(l->seen[k].lead, o->incident) &&
			    !l->seen[k].effect);
	}
	/* What an operator ended and came back was up in between, and what
	   lingered was well before it ended. */
	if (o->onset + sum != o->ended)
		assert_true(o->onset + sum < o->ended &&
		    (s->relapses > 0 || o->lingers));
	l->lingered += o->lingers;
	assert_int_equal(o->relapses, s->relapses);
	s->resolved_by_operator = o->cause == CAUSE_OPERATOR ? o->at : 0;
	s->open = s->recovering = false;
}

/* Something that it depends on is in an incident, told or not yet. */
static bool
has_cause(const struct life *l, uint32_t i)
{
	struct output o;

	for (uint32_t k = 0; k < ENDPOINTS; k++) {
		if (!lives_depends(i, k))
			continue;
		world_describe(l->world, k, &o);
		if (o.phase != PHASE_NONE)
			return true;
	}
	return false;
}

static void
on_opened(struct life *l, struct seen *s, const struct output *o)
{
	/* 4: at most one open incident, opened once, in order. */
	assert_false(s->open);
	assert_true(o->onset <= o->at);
	s->open = true;
	s->incident = o->incident;
	s->relapses = s->loud = s->worse = 0;
	s->worst = o->kind_worst;
	s->onset = o->onset;
	/* 7: never on evidence newer than the last good canary. */
	assert_false(o->kind_now != KIND_DEGRADATION && l->blind &&
	    o->class >= CLASS_TLS && o->class <= CLASS_DNS);
	/* Degraded is said of what answers. */
	assert_true(
	    o->kind_now != KIND_DEGRADATION || (s->fails == 0 && o->loud));
	assert_true(!o->effect || has_cause(l, o->endpoint));
	l->effects += o->effect;
	l->degraded += o->kind_now == KIND_DEGRADATION;
	l->slow += o->degraded.slow;
	l->incidents++;
}

static void
on_event(struct life *l, struct seen *s, const struct output *o)
{
	switch (o->event) {
	case EVENT_OPENED:
		on_opened(l, s, o);
		break;
	case EVENT_RECOVERING:
		assert_true(s->open && !s->recovering);
		assert_true(s->fails == 0);
		s->recovering = true;
		break;
	case EVENT_RELAPSED:
		assert_true(
		    (s->open && s->recovering) || s->resolved_by_operator > 0);
		s->open = true;
		s->recovering = false;
		s->resolved_by_operator = 0;
		s->relapses++;
		assert_int_equal(o->relapses, s->relapses);
		break;
	case EVENT_CHANGED:
		assert_true(s->open);
		l->alone += o->cause == CAUSE_ALONE;
		if (o->cause == CAUSE_SCOPE || o->cause == CAUSE_LEAD_ENDED ||
		    o->cause == CAUSE_DEPENDENCY) {
			s->worse += o->loud;
			l->joined += o->lead.n > 0;
			l->wide += o->scope > SCOPE_PLACE;
			break;
		}
		assert_true(!s->recovering || o->cause == CAUSE_ELSEWHERE);
		s->escalated_to = o->since;
		l->worsened += s->worst == KIND_DEGRADATION &&
		    o->kind_worst > KIND_DEGRADATION;
		if (o->kind_worst > s->worst)
			s->worse++;
		s->worst = o->kind_worst;
		break;
	case EVENT_RESOLVED:
	case EVENT_WITHDRAWN:
		on_closed(l, s, o);
		break;
	default:
		return;
	}
	assert_int_equal(o->incident.day, s->incident.day);
	assert_int_equal(o->incident.n, s->incident.n);
	s->lead = o->lead;
	s->effect = o->effect;
	/* One cause, one loud notice. */
	assert_false(o->loud && o->event == EVENT_OPENED && o->lead.n > 0);
	l->joined += o->event == EVENT_OPENED && o->lead.n > 0;
	/* 10: two loud notices, and one more for each worsening or act. */
	s->loud += o->loud;
	assert_true(s->loud <= 2 + s->worse + 2 * s->relapses);
}

static void
on_output(void *arg, const struct output *o)
{
	struct life *l = arg;
	struct seen *s;

	l->said = digest(l->said, o);
	assert_true(o->at <= l->now);
	if (o->endpoint == ENDPOINT_NONE) {
		if (o->kind == OUTPUT_EVENT)
			l->blind = o->event == EVENT_BLIND;
		return;
	}
	s = &l->seen[o->endpoint];
	account_feed(&s->account, o);
	if (o->kind == OUTPUT_TRANSITION)
		on_transition(s, o);
	else if (o->kind == OUTPUT_EVENT)
		on_event(l, s, o);
}

static void
on_twin(void *arg, const struct output *o)
{
	struct life *l = arg;

	l->said_by_twin = digest(l->said_by_twin, o);
}

/* Who is part of another finds it open, and counted there; all share a node. */
static void
check_leads(struct life *l)
{
	struct output of[ENDPOINTS];
	unsigned members[ENDPOINTS] = {0}, effects[ENDPOINTS] = {0};

	world_group(l->world);
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		of[i] = (struct output){0};
		if (world_watches(l->world, i))
			world_describe(l->world, i, &of[i]);
	}
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		uint32_t k = 0;

		if (of[i].lead.n == 0)
			continue;
		assert_int_equal(of[i].scope, SCOPE_ENDPOINT);
		while (k < ENDPOINTS && !is(of[k].incident, of[i].lead))
			k++;
		assert_true(k < ENDPOINTS && k != i);
		assert_int_equal(of[k].lead.n, 0);
		assert_true(of[i].effect || of[k].scope != SCOPE_ENDPOINT);
		members[k] += !of[i].effect;
		effects[k] += of[i].effect;
	}
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		assert_int_equal(members[i], of[i].members);
		assert_int_equal(effects[i], of[i].effects);
	}
}

static void
step(struct life *l, struct input *in)
{
	static uint64_t ref; /* names of inputs, for the whole run */

	in->at = l->now;
	in->ref = ++ref;
	core_step(l->world, in, on_output, l);
	core_step(l->twin, in, on_twin, l);
	check_leads(l);
	/* 8: the one that was saved and restored says the same. */
	assert_int_equal(l->said, l->said_by_twin);
}

static enum sample_class
failing_class(struct life *l)
{
	static const enum sample_class classes[] = {CLASS_ORIGIN, CLASS_TIMEOUT,
	    CLASS_CONNECT, CLASS_CONTENT, CLASS_DNS, CLASS_MAINT};

	return classes[next(l) % 6];
}

static enum sample_class
draw_class(struct life *l, uint32_t i)
{
	if (!l->network)
		return CLASS_TIMEOUT;
	switch (l->mood[i]) {
	case CALM:
	case SLUGGISH:
		return chance(l, 300) ? failing_class(l) : CLASS_OK;
	case FAILING:
		return chance(l, 30) ? CLASS_OK : failing_class(l);
	case CLAIMING:
		return chance(l, 20) ? CLASS_ORIGIN : CLASS_MAINT;
	case BLIPPING:
		return chance(l, 2) ? CLASS_OK : failing_class(l);
	case PARTLY:
		/* Twice in a row would soon be an outage. */
		return l->seen[i].fails == 0 && chance(l, 2) ? failing_class(l)
							     : CLASS_OK;
	case REFUSED:
		return chance(l, 2) ? CLASS_AUTH : CLASS_LIMITED;
	case SILENT:
		break;
	}
	return CLASS_LOCAL;
}

static void
sample(struct life *l, uint32_t i)
{
	enum sample_class c = draw_class(l, i);
	struct seen *s = &l->seen[i];
	struct input in = {.kind = INPUT_SAMPLE, .endpoint = i};
	uint32_t ms = (uint32_t)(next(l) % 400);

	in.u.sample = (struct sample){.start = l->now - ms,
	    .total_us = ms * 1000,
	    .latency = latency_code(
		(l->mood[i] == SLUGGISH ? 2000000 : 100000) + ms * 10),
	    .class = (uint8_t)c,
	    .reason = (uint8_t)class_reason(c),
	    .retry_after_s = c == CLASS_MAINT && chance(l, 3)
		? (int32_t)(next(l) % 7200)
		: RETRY_AFTER_ABSENT,
	    .flags = class_proves_path(c) ? SAMPLE_PATH_PROVEN : 0};
	if (class_effect(c) == EFFECT_GOOD)
		s->fails = 0;
	else if (class_effect(c) == EFFECT_FAILING &&
	    (!l->blind || class_proves_path(c)))
		s->fails++;
	step(l, &in);
}

static void
act(struct life *l, uint32_t i)
{
	struct input in = {.endpoint = i};

	switch (next(l) % 6) {
	case 0:
		in.kind = INPUT_WINDOW;
		in.u.window.until = l->now +
		    (span_ms)(next(l) % (3 * (uint64_t)HOUR_MS)) - HOUR_MS;
		break;
	case 1:
		in.kind = INPUT_RESOLVE;
		break;
	case 2:
		in.kind = INPUT_CLOCK_STEP;
		break;
	case 3:
		in.kind = INPUT_GAP;
		in.u.gap_from = l->now - MINUTE_MS;
		break;
	default:
		in.kind = INPUT_WATCH;
		in.u.policy = lives_policy(i);
		break;
	}
	step(l, &in);
}

static void
canaries(struct life *l)
{
	for (uint32_t i = 0; i < CANARIES; i++) {
		struct input in = {.kind = INPUT_CANARY,
		    .endpoint = i,
		    .u.canary.good = l->network && !chance(l, 50)};

		step(l, &in);
	}
}

/* Put the twin away and take it out again, as a restart does. */
static void
renew_twin(struct life *l)
{
	unsigned char buf[CORE_STATE_BYTES];

	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		struct policy p = lives_policy(i);
		size_t n = world_save(l->twin, i, buf);

		if (!world_watches(l->twin, i))
			continue;
		assert_true(n <= CORE_STATE_BYTES);
		assert_int_equal(world_restore(l->twin, i, &p, buf, n, NULL),
		    OK);
		assert_int_equal(world_restore(l->twin, i, &p, buf, n - 1,
				     NULL),
		    ERR_CORRUPT);
	}
}

/* 1: the six buckets are the observed time, to the millisecond. */
static void
check_sums(struct life *l)
{
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		int64_t ms[BUCKET_COUNT], sum = 0;

		account_sum(&l->seen[i].account, l->now, ms);
		for (unsigned b = 0; b < BUCKET_COUNT; b++) {
			assert_true(ms[b] >= 0);
			sum += ms[b];
		}
		assert_int_equal(sum, l->now - start);
	}
}

/* All that shares a service, a region or the world with i, or its end. */
static void
together(struct life *l, uint32_t i)
{
	uint64_t what = next(l) % 3;
	bool ill = chance(l, 2);

	for (uint32_t k = 0; k < ENDPOINTS; k++) {
		if (what == 0 ||
		    (what == 1 &&
			lives_policy(k).service == lives_policy(i).service) ||
		    (what == 2 &&
			lives_policy(k).region == lives_policy(i).region))
			l->mood[k] = ill ? FAILING : CALM;
	}
}

static void
live(struct life *l)
{
	static const span_ms pauses[] = {1000, 1000, 3000, 5000, 10000, 15000,
	    30000, 60000, 60000, 60000, 300000, 600000, 3600000};
	uint32_t i = (uint32_t)(next(l) % ENDPOINTS);
	bool long_one = chance(l, 50);

	/* Drawn one after the other, whoever compiles it. */
	l->now += long_one ? pauses[next(l) % 13] : pauses[next(l) % 10];
	if (chance(l, 40))
		l->mood[i] = chance(l, 3) ? next(l) % 8 : CALM;
	if (chance(l, 300))
		together(l, i);
	if (chance(l, 400))
		l->network = !l->network;
	else if (!l->network && chance(l, 20))
		l->network = true;
	if (chance(l, 7))
		canaries(l);
	if (chance(l, 60))
		act(l, i);
	if (chance(l, 500)) {
		struct input in = {.kind = INPUT_UNWATCH,
		    .endpoint = i,
		    .u.unwatch.paused = chance(l, 2)};

		step(l, &in);
		/* Taken back at once: its numbers go on. */
		l->seen[i].state = STATE_UNKNOWN;
		l->seen[i].resolved_by_operator = 0;
		in = (struct input){.kind = INPUT_WATCH,
		    .endpoint = i,
		    .u.policy = lives_policy(i)};
		step(l, &in);
	}
	if (l->mood[i] != SILENT)
		sample(l, i);
}

static void
test_lives(void **state)
{
	uint64_t seed = dice_number("VIGIE_SEED", 20230214);
	uint64_t steps = dice_number("VIGIE_STEPS", 1000000);
	struct life l = {.random = seed, .network = true, .now = start};

	(void)state;
	printf("VIGIE_SEED=%llu VIGIE_STEPS=%llu\n", (unsigned long long)seed,
	    (unsigned long long)steps);
	l.world = world_new(CANARIES, start);
	l.twin = world_new(CANARIES, start);
	for (uint32_t i = 0; i < ENDPOINTS; i++) {
		struct input in = {.kind = INPUT_WATCH,
		    .endpoint = i,
		    .u.policy = lives_policy(i)};

		step(&l, &in);
	}
	lives_depend(l.world);
	lives_depend(l.twin);
	for (uint64_t n = 0; n < steps; n++) {
		live(&l);
		if (n % 97 == 0)
			renew_twin(&l);
		if (n % 101 == 0)
			check_sums(&l);
	}
	check_sums(&l);
	printf("%u incidents, %u resolved, %u joined, %u wide, %u lingered, "
	       "%u degraded, %u slow, %u worsened, %u effects, %u alone, "
	       "all promises held\n",
	    l.incidents, l.resolved, l.joined, l.wide, l.lingered, l.degraded,
	    l.slow, l.worsened, l.effects, l.alone);
	/* A life in which nothing happened would prove nothing. */
	assert_true(l.incidents > steps / 2000);
	assert_true(l.resolved > l.incidents / 4);
	assert_true(l.joined > l.incidents / 10 && l.wide > 0);
	assert_true(l.lingered > 0);
	assert_true(l.effects > l.incidents / 50 && l.alone > 0);
	assert_true(l.degraded > l.incidents / 50);
	assert_true(l.slow > l.degraded / 10 && l.slow < l.degraded);
	assert_true(l.worsened > l.degraded / 50);
	for (uint32_t i = 0; i < ENDPOINTS; i++)
		account_done(&l.seen[i].account);
	world_free(l.world);
	world_free(l.twin);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
