/* SPDX-License-Identifier: MIT */
/*
 * Years of noise: each answer is bad by chance, one in 300, and now and
 * then all are for a few seconds.  Nothing is ever down, and nobody is told
 * so.  A failure is looked at again as the prober does, sooner than the
 * interval.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include <cmocka.h>

#include "core/core.h"
#include "dice.h"

enum { YEARS = 4, ONE_IN = 300, BURST_ONE_IN = 20000 };

static const wall_ms start = 1676332800000;
static const span_ms ladder[] = {5000, 10000, 15000, 30000};

struct life {
	uint64_t random;
	wall_ms bad_until; /* of a burst */
	unsigned incidents, glitches;
};

static uint64_t
next(struct life *l)
{
	return dice_next(&l->random);
}

static void
on_output(void *arg, const struct output *o)
{
	struct life *l = arg;

	l->incidents += o->kind == OUTPUT_EVENT && o->event == EVENT_OPENED;
	l->glitches += o->kind == OUTPUT_EVENT && o->event == EVENT_GLITCH;
}

static bool
fails(struct life *l, wall_ms at)
{
	if (next(l) % BURST_ONE_IN == 0)
		l->bad_until = at + (span_ms)(next(l) % 12000);
	return at < l->bad_until || next(l) % ONE_IN == 0;
}

static void
nobody_is_woken(void **state)
{
	struct life l = {.random = dice_number("VIGIE_SEED", 20230214)};
	struct world *w = world_new(0, start);
	struct input in = {.kind = INPUT_WATCH, .at = start};
	wall_ms at = start, due = start;
	unsigned rung = 0, failed = 0;

	(void)state;
	in.u.policy = (struct policy){.interval = MINUTE_MS,
	    .timeout = 10 * (span_ms)SECOND_MS};
	core_step(w, &in, on_output, &l);
	while (at < start + (wall_ms)YEARS * 365 * DAY_MS) {
		bool bad = fails(&l, at);
		enum sample_class c = bad ? CLASS_ORIGIN : CLASS_OK;

		in = (struct input){.kind = INPUT_SAMPLE, .at = at + 100};
		in.u.sample = (struct sample){.start = at,
		    .total_us = 100000,
		    .latency = latency_code(100000),
		    .retry_after_s = RETRY_AFTER_ABSENT,
		    .class = (uint8_t)c,
		    .reason = (uint8_t)class_reason(c),
		    .flags = SAMPLE_PATH_PROVEN};
		if (at != due)
			in.u.sample.flags |= SAMPLE_EXTRA;
		core_step(w, &in, on_output, &l);
		failed += bad;
		rung = bad ? rung : 0;
		if (at == due)
			due += MINUTE_MS;
		at = bad && rung < 4 && at + ladder[rung] < due
		    ? at + ladder[rung++]
		    : due;
	}
	printf("%d years, %u answers failed, %u blips told quietly\n", YEARS,
	    failed, l.glitches);
	assert_true(failed > YEARS * 1500u);
	assert_int_equal(l.incidents, 0);
	world_free(w);
}

int
main(void)
{
	const struct CMUnitTest tests[] = {
	    cmocka_unit_test(nobody_is_woken),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
