/* SPDX-License-Identifier: MIT */
/*
 * The interval of the probes does not decide: of the same samples, every
 * second or fifth alone tells of the same incidents, as often back and as
 * often failing again, if each spell is longer than three of the longer
 * intervals.
 *
 * Single failures far from these, which one of them sees and the other does
 * not, change nothing.  Where a recovery fails again so close to the end of its
 * quiet time that the one has ended and the other has not, or two recoveries
 * lie six hours apart, the lives differ for a good reason: those are left out,
 * and counted.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/core.h"
#include "dice.h"

enum { SPELLS = 8, INCIDENTS_MAX = SPELLS + 1 };

static const wall_ms start = 1676332800000;

/* From `from` on it fails, claims maintenance or works. */
struct spell {
	wall_ms from;
	enum sample_class class;
};

struct told {
	wall_ms onset, ended;
	unsigned relapses;
	enum kind worst;
	enum origin origin;
};

struct life {
	uint64_t random;
	span_ms base, longer;
	struct spell spells[2 * SPELLS + 1];
	size_t spell_count;
	wall_ms end;
};

struct telling {
	span_ms longer;
	struct told told[INCIDENTS_MAX];
	size_t count;
	wall_ms all_clear_at;
	bool close; /* to the end of a quiet time */
};

static uint64_t
next(struct life *l)
{
	return dice_next(&l->random);
}

static span_ms
between(struct life *l, span_ms least, span_ms most)
{
	return least + (span_ms)(next(l) % (uint64_t)(most - least));
}

/* What is claimed for about 30 minutes may count as an outage or not. */
static span_ms
lasts(struct life *l, bool claims)
{
	const span_ms limit = 30 * (span_ms)MINUTE_MS;
	span_ms least = 4 * l->longer;

	if (!claims)
		return between(l, least, 2 * (span_ms)HOUR_MS);
	if (least < limit - least && next(l) % 2 == 0)
		return between(l, least, limit - least);
	return between(l, limit + least, 3 * (span_ms)HOUR_MS);
}

static void
make(struct life *l)
{
	wall_ms at = start + 2 * (span_ms)HOUR_MS;

	l->spell_count = 0;
	l->spells[l->spell_count++] = (struct spell){start, CLASS_OK};
	for (size_t i = 0; i < SPELLS; i++) {
		bool claims = next(l) % 4 == 0;
		bool soon = next(l) % 2 == 0;

		l->spells[l->spell_count++] =
		    (struct spell){at, claims ? CLASS_MAINT : CLASS_ORIGIN};
		at += lasts(l, claims);
		l->spells[l->spell_count++] = (struct spell){at, CLASS_OK};
		at += soon ? between(l, 4 * l->longer, HOUR_MS)
			   : between(l, 4 * (span_ms)HOUR_MS, DAY_MS);
	}
	l->end = at + 7 * (span_ms)HOUR_MS;
}

/* Two recoveries about six hours apart: the one may count for the other. */
static bool
on_edge(const struct life *l)
{
	for (size_t i = 2; i < l->spell_count; i += 2) {
		for (size_t k = 2; k < i; k += 2) {
			span_ms apart = l->spells[i].from - l->spells[k].from;

			if (apart > 6 * (span_ms)HOUR_MS - 3 * l->longer &&
			    apart < 6 * (span_ms)HOUR_MS + 3 * l->longer)
				return true;
		}
	}
	return false;
}

static bool
is_close(const struct telling *t, wall_ms at)
{
	return at > t->all_clear_at - 3 * t->longer &&
	    at < t->all_clear_at + 3 * t->longer;
}

static void
on_output(void *arg, const struct output *o)
{
	struct telling *t = arg;
	struct told *last = t->told + t->count - 1;

	if (o->kind != OUTPUT_EVENT)
		return;
	if (o->event == EVENT_OPENED || o->event == EVENT_RELAPSED)
		t->close |= is_close(t, o->onset) || is_close(t, o->at);
	if (o->event == EVENT_RECOVERING)
		t->all_clear_at = o->all_clear_at;
	if (o->event == EVENT_OPENED) {
		assert_true(t->count < INCIDENTS_MAX);
		last = &t->told[t->count++];
	}
	if (o->incident.n == 0 || t->count == 0)
		return;
	*last = (struct told){.onset = o->onset,
	    .ended = o->ended,
	    .relapses = o->relapses,
	    .worst = o->kind_worst,
	    .origin = o->origin};
}

/* It fails for a moment, when it has been calm for hours, and will be. */
static bool
blips(const struct life *l, size_t s, wall_ms at)
{
	const span_ms calm = 7 * (span_ms)HOUR_MS;

	return s + 1 < l->spell_count && l->spells[s].class == CLASS_OK &&
	    at > l->spells[s].from + calm &&
	    at < l->spells[s + 1].from - calm &&
	    (uint64_t)at / (uint64_t)l->base % 101 == 0;
}

/* Of the life as probed every so often. */
static void
tell(const struct life *l, unsigned thinned, struct telling *t)
{
	struct world *w = world_new(0, start);
	struct input in = {.kind = INPUT_WATCH, .at = start};
	uint64_t n = 0;
	size_t s = 0;

	*t = (struct telling){.longer = l->longer};
	in.u.policy = (struct policy){.interval = l->base * thinned,
	    .timeout = 5 * (span_ms)SECOND_MS};
	core_step(w, &in, on_output, t);
	for (wall_ms at = start; at < l->end; at += l->base) {
		enum sample_class c;

		while (s + 1 < l->spell_count && l->spells[s + 1].from <= at)
			s++;
		c = blips(l, s, at) ? CLASS_TIMEOUT : l->spells[s].class;
		if (n++ % thinned != 0)
			continue;
		in = (struct input){.kind = INPUT_SAMPLE, .at = at};
		in.u.sample = (struct sample){.start = at,
		    .retry_after_s = RETRY_AFTER_ABSENT,
		    .class = (uint8_t)c,
		    .reason = (uint8_t)class_reason(c),
		    .flags = class_proves_path(c) ? SAMPLE_PATH_PROVEN : 0};
		core_step(w, &in, on_output, t);
	}
	world_free(w);
}

static void
expect_near(wall_ms a, wall_ms b, span_ms by)
{
	assert_true(a <= b + by && b <= a + by);
}

static void
fewer_samples_tell_the_same(void **state)
{
	static const span_ms bases[] = {10 * (span_ms)SECOND_MS, MINUTE_MS};
	static const unsigned factors[] = {2, 5};
	static struct telling all, some;
	struct life l = {.random = dice_number("VIGIE_SEED", 20230214)};
	unsigned compared = 0, left_out = 0, incidents = 0, relapses = 0;

	(void)state;
	for (unsigned round = 0; round < 400; round++) {
		unsigned thinned = factors[round % 2];

		l.base = bases[round / 2 % 2];
		l.longer = l.base * thinned;
		make(&l);
		tell(&l, 1, &all);
		tell(&l, thinned, &some);
		if (all.close || some.close || on_edge(&l)) {
			left_out++;
			continue;
		}
		compared++;
		assert_int_equal(all.count, some.count);
		for (size_t i = 0; i < all.count; i++) {
			const struct told *a = &all.told[i], *b = &some.told[i];

			expect_near(a->onset, b->onset, l.longer);
			expect_near(a->ended, b->ended, l.longer);
			assert_int_equal(a->relapses, b->relapses);
			assert_int_equal(a->worst, b->worst);
			assert_int_equal(a->origin, b->origin);
			relapses += a->relapses;
		}
		incidents += (unsigned)all.count;
	}
	printf("%u lives, %u left out, %u incidents, %u relapses: the same\n",
	    compared, left_out, incidents, relapses);
	assert_true(compared >= 200 && incidents > 2 * compared);
	assert_true(relapses > compared / 2);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(fewer_samples_tell_the_same),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
