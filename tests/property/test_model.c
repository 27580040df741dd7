/* SPDX-License-Identifier: MIT */
/*
 * The core against a model of it: random lives of one endpoint are given to
 * both, and after each input they must have said the same, be in the same
 * state and have counted the same time.  Where the model's own arithmetic is
 * too coarse to tell, the rest of that life is not looked at.
 *
 * VIGIE_SEED repeats a run, VIGIE_STEPS changes its length.
 */
#include <inttypes.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "core/core.h"
#include "dice.h"
#include "model.h"

#define COUNT(a) (sizeof(a) / sizeof((a)[0]))

enum { OUTPUTS_MAX = 64, LIFE_LONGEST = 400, LIFE_OLD = 20100, PALETTE = 3 };

static const wall_ms start = 1676332800000;

enum mood { CALM, BROKEN, CLAIMED, TORN, BLIPPING, HALF, BARRED, GONE, MOODS };

struct span {
	wall_ms since;
	enum bucket bucket;
};

struct life {
	uint64_t random;
	struct policy policy;
	struct world *world;
	struct model model;
	enum mood mood;
	span_ms pauses[PALETTE]; /* how this mood is looked at */
	uint32_t longest_us;
	bool failed; /* the last sample */
	bool steady; /* looked at by its interval, for longer */
	wall_ms now, probed;
	wall_ms all_clear_at;            /* as told last */
	struct output told[OUTPUTS_MAX]; /* by the core, at this step */
	size_t told_count;
	struct span spans[SPANS_MAX]; /* as the core tells them */
	size_t span_count;
	struct input inputs[LIFE_OLD + LIFE_LONGEST + 1];
	size_t input_count;
};

struct tally {
	uint64_t steps, lives, unsure, checked[EVENT_COUNT];
	uint64_t degraded, worsened, cleared;
};

static uint64_t
next(struct life *l)
{
	return dice_next(&l->random);
}

static uint64_t
below(struct life *l, uint64_t n)
{
	return next(l) % n;
}

static bool
chance(struct life *l, unsigned one_in)
{
	return below(l, one_in) == 0;
}

/* What the core says */

static void
on_span(struct life *l, const struct output *o)
{
	while (
	    l->span_count > 0 && l->spans[l->span_count - 1].since >= o->since)
		l->span_count--;
	assert_true(l->span_count < SPANS_MAX - 2);
	l->spans[l->span_count++] = (struct span){o->since, o->bucket};
}

static void
on_relabel(struct life *l, const struct output *o)
{
	struct span old[SPANS_MAX];
	size_t n = l->span_count;

	memcpy(old, l->spans, n * sizeof(old[0]));
	l->span_count = 0;
	for (size_t i = 0; i < n; i++) {
		wall_ms end = i + 1 < n ? old[i + 1].since : INT64_MAX;
		wall_ms from =
		    old[i].since > o->since ? old[i].since : o->since;
		wall_ms to = end < o->until ? end : o->until;

		assert_true(l->span_count < SPANS_MAX - 4);
		l->spans[l->span_count++] = old[i];
		if (old[i].bucket != BUCKET_RECOVERING || from >= to)
			continue;
		if (from == old[i].since)
			l->span_count--;
		l->spans[l->span_count++] = (struct span){from, BUCKET_UP};
		if (to < end && end < INT64_MAX)
			l->spans[l->span_count++] =
			    (struct span){to, BUCKET_RECOVERING};
	}
}

static void
on_output(void *arg, const struct output *o)
{
	struct life *l = arg;

	if (o->endpoint != 0)
		return;
	if (o->kind == OUTPUT_SPAN)
		on_span(l, o);
	else if (o->kind == OUTPUT_RELABEL)
		on_relabel(l, o);
	else if (o->kind == OUTPUT_EVENT && o->event != EVENT_MAINT_STARTED &&
	    o->event != EVENT_MAINT_ENDED && l->told_count < OUTPUTS_MAX) {
		l->told[l->told_count++] = *o;
		l->all_clear_at = o->all_clear_at;
	}
}

static void
core_sums(const struct life *l, int64_t out[BUCKET_COUNT])
{
	memset(out, 0, BUCKET_COUNT * sizeof(out[0]));
	for (size_t i = 0; i < l->span_count; i++) {
		wall_ms to =
		    i + 1 < l->span_count ? l->spans[i + 1].since : l->now;

		out[l->spans[i].bucket] += to - l->spans[i].since;
	}
}

/* Where they differ */

static double
at_s(wall_ms at)
{
	return at == 0 ? 0 : (double)(at - start) / 1000;
}

static void
show_input(const struct input *in)
{
	if (in->kind == INPUT_SAMPLE)
		printf("%12.3f  %-8s from %.3f retry %d\n", at_s(in->at),
		    class_name(in->u.sample.class), at_s(in->u.sample.start),
		    in->u.sample.retry_after_s);
	else if (in->kind == INPUT_WINDOW)
		printf("%12.3f  window until %.3f\n", at_s(in->at),
		    at_s(in->u.window.until));
	else
		printf("%12.3f  time passes\n", at_s(in->at));
}

static void
show_sums(const char *who, const int64_t ms[BUCKET_COUNT])
{
	printf("  %-5s", who);
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		printf(" %s %.3f", bucket_name(b), (double)ms[b] / 1000);
	printf("\n");
}

static void
show_said(const char *who, const struct said *s)
{
	printf("%s says %s at %.3f %s %s %s %s onset %.3f ended %.3f "
	       "all clear %.3f others %u relapses %u\n",
	    who, event_name(s->event), at_s(s->at), s->loud ? "loud" : "quiet",
	    phase_name(s->phase), kind_name(s->kind), origin_name(s->origin),
	    at_s(s->onset), at_s(s->ended), at_s(s->all_clear_at), s->others,
	    s->relapses);
	show_sums(who, s->bucket_ms);
}

/* The same of what the core said. */
static struct said
said(const struct output *o)
{
	struct said s = {.event = o->event,
	    .at = o->at,
	    .loud = o->loud,
	    .phase = o->phase,
	    .kind = o->kind_now,
	    .worst = o->kind_worst,
	    .origin = o->origin,
	    .onset = o->onset,
	    .ended = o->ended,
	    .relapses = o->relapses};

	if (o->event == EVENT_RECOVERING) {
		s.all_clear_at = o->all_clear_at;
		s.others = o->others;
	}
	memcpy(s.bucket_ms, o->bucket_ms, sizeof(s.bucket_ms));
	return s;
}

static bool
same_said(const struct said *a, const struct said *b)
{
	if (a->event != b->event || a->at != b->at || a->loud != b->loud ||
	    a->phase != b->phase)
		return false;
	if (a->phase == PHASE_NONE)
		return true;
	return a->kind == b->kind && a->worst == b->worst &&
	    a->origin == b->origin && a->onset == b->onset &&
	    a->ended == b->ended &&
	    llabs(a->all_clear_at - b->all_clear_at) < 3 &&
	    a->others == b->others && a->relapses == b->relapses &&
	    memcmp(a->bucket_ms, b->bucket_ms, sizeof(a->bucket_ms)) == 0;
}

static void
show(const struct life *l, const char *difference)
{
	int64_t ms[BUCKET_COUNT];
	struct fact now = model_now(&l->model);
	struct output o;

	printf("%s differs; interval %.0f s, timeout %.0f s, all clear %d\n",
	    difference, (double)l->policy.interval / 1000,
	    (double)l->policy.timeout / 1000, (int)l->policy.all_clear);
	for (size_t i = l->input_count > LIFE_LONGEST
		 ? l->input_count - LIFE_LONGEST
		 : 0;
	     i < l->input_count; i++)
		show_input(&l->inputs[i]);
	for (size_t i = 0; i < l->told_count; i++) {
		struct said s = said(&l->told[i]);

		show_said("core", &s);
	}
	for (size_t i = 0; i < l->model.said_count; i++)
		show_said("model", &l->model.said[i]);
	world_describe(l->world, 0, &o);
	printf("core  %s %s %s %s since %.3f, ledger %d, suspect %d\n",
	    state_name(world_state(l->world, 0)), why_name(o.why),
	    bucket_name(world_bucket(l->world, 0)), phase_name(o.phase),
	    at_s(o.since), o.ledger, world_suspect(l->world, 0));
	printf("model %s %s %s since %.3f, suspect %d\n", state_name(now.state),
	    why_name(now.why), phase_name(now.phase), at_s(now.since),
	    model_suspect(&l->model));
	core_sums(l, ms);
	show_sums("core", ms);
	model_sums(&l->model, start, l->now, ms);
	show_sums("model", ms);
	(void)fflush(stdout);
	fail();
}

static void
compare(struct life *l)
{
	int64_t core[BUCKET_COUNT], model[BUCKET_COUNT];
	struct fact now = model_now(&l->model);
	struct output o;
	double low, high;

	if (l->told_count != l->model.said_count)
		show(l, "number of events");
	for (size_t i = 0; i < l->told_count; i++) {
		struct said s = said(&l->told[i]);

		if (!same_said(&s, &l->model.said[i]))
			show(l, "event");
	}
	world_describe(l->world, 0, &o);
	if (world_state(l->world, 0) != now.state)
		show(l, "state");
	if (o.phase != now.phase)
		show(l, "phase");
	if (now.state == STATE_UNKNOWN && o.why != now.why)
		show(l, "why");
	core_sums(l, core);
	model_sums(&l->model, start, l->now, model);
	if (memcmp(core, model, sizeof(core)) != 0)
		show(l, "time per bucket");
	if (now.phase != PHASE_NONE)
		return;
	model_ledger(&l->model, &low, &high);
	if (o.ledger < low || o.ledger > high)
		show(l, "ledger");
	if (now.state == STATE_UP &&
	    world_suspect(l->world, 0) != model_suspect(&l->model))
		show(l, "suspicion");
}

/* Lives */

static void
step(struct life *l, struct input *in)
{
	in->at = l->now;
	l->told_count = 0;
	l->inputs[l->input_count++] = *in;
	core_step(l->world, in, on_output, l);
	model_step(&l->model, in);
}

static enum sample_class
draw_class(struct life *l)
{
	static const enum sample_class classes[] = {CLASS_ORIGIN, CLASS_STATUS,
	    CLASS_CONTENT, CLASS_PROTOCOL, CLASS_TLS, CLASS_CONNECT,
	    CLASS_TIMEOUT, CLASS_DNS};
	/* In 100: good, maintenance, other failing, refused; the rest says
	 * nothing. */
	static const unsigned parts[MOODS][4] = {[CALM] = {97, 1, 1, 0},
	    [BROKEN] = {4, 3, 89, 1},
	    [CLAIMED] = {4, 88, 5, 1},
	    [TORN] = {6, 46, 46, 0},
	    [BLIPPING] = {50, 12, 34, 1},
	    [HALF] = {60, 8, 32, 0},
	    [BARRED] = {5, 2, 3, 70},
	    [GONE] = {0, 0, 0, 0}};
	const unsigned *part = parts[l->mood];
	unsigned draw = (unsigned)below(l, 100);

	/* Twice in a row would soon be an outage. */
	if (l->mood == HALF && l->failed)
		draw = 0;

	if (draw < part[0])
		return chance(l, 10) ? CLASS_SLOW : CLASS_OK;
	draw -= part[0];
	if (draw < part[1])
		return CLASS_MAINT;
	draw -= part[1];
	if (draw < part[2])
		return classes[below(l, COUNT(classes))];
	draw -= part[2];
	if (draw < part[3])
		return chance(l, 4) ? CLASS_CONFIG : CLASS_AUTH;
	return chance(l, 2) ? CLASS_LIMITED : CLASS_LOCAL;
}

static void
sample(struct life *l, enum sample_class c)
{
	static const int32_t promises[] = {0, 60, 600, 1800, 3600, 7200, 86400};
	struct input in = {.kind = INPUT_SAMPLE};
	uint32_t us = (uint32_t)below(l, chance(l, 5) ? l->longest_us : 400000);

	l->failed = class_effect(c) == EFFECT_FAILING;
	/* One probe at a time. */
	if (us / 1000 > l->now - l->probed)
		us = (uint32_t)(l->now - l->probed) * 1000;
	l->probed = l->now;
	in.u.sample = (struct sample){.start = l->now - us / 1000,
	    .total_us = us,
	    .latency = latency_code(100000), /* see unit.latency */
	    .class = (uint8_t)c,
	    .reason = (uint8_t)class_reason(c),
	    .retry_after_s = c == CLASS_MAINT && chance(l, 3)
		? promises[below(l, COUNT(promises))]
		: RETRY_AFTER_ABSENT,
	    .flags = class_proves_path(c) ? SAMPLE_PATH_PROVEN : 0};
	if (c == CLASS_SLOW || chance(l, 5))
		in.u.sample.flags |= SAMPLE_EXTRA;
	step(l, &in);
}

static void
set_window(struct life *l)
{
	static const span_ms lengths[] = {0, 0, MINUTE_MS,
	    10 * (span_ms)MINUTE_MS, HOUR_MS, 4 * (span_ms)HOUR_MS};
	struct input in = {.kind = INPUT_WINDOW};

	in.u.window.until = l->now + lengths[below(l, COUNT(lengths))];
	step(l, &in);
}

static void
set_mood(struct life *l)
{
	static const span_ms pauses[] = {500, 1000, 3000, 5000, 10000, 15000,
	    20000, 30000, 60000, 60000, 60000, 120000, 300000, 600000};

	bool healed = l->mood == HALF && chance(l, 2);

	l->mood = healed || chance(l, 3) ? CALM : (enum mood)below(l, MOODS);
	l->steady = healed || l->mood == HALF;
	for (size_t i = 0; i < PALETTE; i++)
		l->pauses[i] = l->steady || chance(l, 3)
		    ? l->policy.interval
		    : pauses[below(l, COUNT(pauses))];
}

/* The very moment of a deadline, or of the end of the quiet time. */
static wall_ms
moment(struct life *l)
{
	wall_ms to = world_next_deadline(l->world);
	struct output o;

	world_describe(l->world, 0, &o);
	if (o.phase == PHASE_RECOVERING && l->all_clear_at > l->now &&
	    l->all_clear_at < to)
		return chance(l, 3) ? l->all_clear_at : 0;
	return chance(l, 60) && to < l->now + DAY_MS ? to : 0;
}

static void
live(struct life *l)
{
	span_ms pause = l->pauses[below(l, PALETTE)];
	wall_ms to = moment(l);

	if (chance(l, l->steady ? 100 : 25))
		set_mood(l);
	if (to > l->now)
		pause = to - l->now;
	else if (chance(l, 2))
		pause += (span_ms)below(l, 700);
	else if (chance(l, 60))
		pause = (span_ms)below(l,
		    chance(l, 4) ? 7 * (span_ms)HOUR_MS : HOUR_MS);
	else if (chance(l, 60))
		pause = 0;
	l->now += pause;
	if (chance(l, 120)) {
		set_window(l);
	} else if (chance(l, 50)) {
		struct input in = {.kind = INPUT_ADVANCE};

		step(l, &in);
	} else {
		sample(l, draw_class(l));
	}
}

static void
begin(struct life *l, uint64_t seed)
{
	static const span_ms intervals[] = {1000, 5000, 10000, 30000, 60000,
	    60000, 60000, 120000, 600000, 3600000};
	static const span_ms timeouts[] = {500, 5000, 10000, 10000, 30000};
	struct input in = {.kind = INPUT_WATCH, .at = start};

	l->random = seed;
	l->now = l->probed = start;
	l->all_clear_at = 0;
	l->input_count = l->span_count = 0;
	l->policy =
	    (struct policy){.interval = intervals[below(l, COUNT(intervals))],
		.timeout = timeouts[below(l, COUNT(timeouts))],
		.all_clear = (enum all_clear)below(l, 3)};
	l->longest_us = (uint32_t)l->policy.timeout * 1000;
	l->world = world_new(0, start);
	in.u.policy = l->policy;
	model_start(&l->model, &l->policy, start);
	core_step(l->world, &in, on_output, l);
	set_mood(l);
}

static void
count(struct tally *t, const struct output *o)
{
	t->checked[o->event]++;
	t->worsened +=
	    o->event == EVENT_CHANGED && o->bucket_ms[BUCKET_DEGRADED] > 0;
	if (o->kind_worst != KIND_DEGRADATION)
		return;
	t->degraded += o->event == EVENT_OPENED;
	t->cleared += o->event == EVENT_RECOVERING;
}

static void
go_on(struct life *l, size_t length, struct tally *t)
{
	while (length-- > 0 && !l->model.unsure) {
		live(l);
		t->steps++;
		if (l->model.unsure)
			break;
		compare(l);
		for (size_t i = 0; i < l->told_count; i++)
			count(t, &l->told[i]);
	}
	t->lives++;
	t->unsure += l->model.unsure;
	world_free(l->world);
}

static struct life *
born(void)
{
	struct life *l = calloc(1, sizeof(*l));

	assert_non_null(l);
	l->model.facts = calloc(FACTS_MAX, sizeof(l->model.facts[0]));
	assert_non_null(l->model.facts);
	return l;
}

static void
died(struct life *l)
{
	free(l->model.facts);
	free(l);
}

static void
test_lives(void **state)
{
	static const enum event_kind happen[] = {EVENT_OPENED, EVENT_CHANGED,
	    EVENT_RECOVERING, EVENT_RELAPSED, EVENT_RESOLVED, EVENT_GLITCH,
	    EVENT_MISCONFIGURED, EVENT_MAINT_OVERRUN};
	uint64_t seed = dice_number("VIGIE_SEED", 20230214);
	uint64_t steps = dice_number("VIGIE_STEPS", 1000000);
	struct tally t = {0};
	struct life *l = born();

	(void)state;
	printf("VIGIE_SEED=%" PRIu64 " VIGIE_STEPS=%" PRIu64 "\n", seed, steps);
	for (; t.steps < steps; seed++) {
		begin(l, seed);
		go_on(l, 50 + (size_t)below(l, LIFE_LONGEST - 50), &t);
	}
	printf("%" PRIu64 " lives, %" PRIu64 " not looked at to their end\n",
	    t.lives, t.unsure);
	for (size_t i = 0; i < COUNT(happen); i++)
		printf("%s %" PRIu64 "\n", event_name(happen[i]),
		    t.checked[happen[i]]);
	assert_true(t.unsure * 10 < t.lives);
	/* A life in which nothing happened would prove nothing. */
	for (size_t i = 0; i < COUNT(happen) && steps >= 100000; i++)
		assert_true(t.checked[happen[i]] > steps / 20000);
	if (steps >= 100000)
		assert_true(t.degraded > steps / 20000 &&
		    t.worsened > steps / 50000 && t.cleared > steps / 50000);
	died(l);
}

/* Until what was learned of it is halved, and beyond. */
static void
test_old(void **state)
{
	uint64_t seed = dice_number("VIGIE_SEED", 20230214);
	struct tally t = {0};
	struct life *l = born();

	(void)state;
	for (unsigned lives = 0; lives < 2; lives++) {
		begin(l, seed + lives);
		for (unsigned n = 0; n < LIFE_OLD && !l->model.unsure; n++) {
			l->now +=
			    n % 900 == 451 ? SECOND_MS : l->policy.interval;
			sample(l, n % 900 == 450 ? CLASS_ORIGIN : CLASS_OK);
			if (n % 100 == 0 && !l->model.unsure)
				compare(l);
		}
		set_mood(l);
		go_on(l, LIFE_LONGEST, &t);
	}
	assert_true(t.steps > LIFE_LONGEST);
	died(l);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(test_lives),
	    cmocka_unit_test(test_old)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
