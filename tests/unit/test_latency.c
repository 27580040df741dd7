/* SPDX-License-Identifier: MIT */
/* A year of noise, and shifts in it: VIGIE_SEED is that of the noise. */
#include <math.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "core/latency.h"
#include "core/sample.h"
#include "dice.h"

static const wall_ms noon = 1676376000000; /* 2023-02-14T12:00:00Z */
static const span_ms minute = MINUTE_MS;

struct site {
	struct latency l;
	uint64_t random;
	wall_ms at;
	bool slow, over;
	unsigned slows, calms, usuals;
};

static double
uniform(struct site *s)
{
	uint64_t drawn = dice_next(&s->random) >> 11;

	return ((double)drawn + 0.5) / 9007199254740992.0;
}

static double
normal(struct site *s)
{
	double r = sqrt(-2 * log(uniform(s)));

	return r * cos(6.283185307179586 * uniform(s));
}

static enum latency_turn
answer(struct site *s, double ms)
{
	struct latency_sample x = {.start = s->at,
	    .code = latency_code((uint32_t)(ms * 1000)),
	    .over = s->over};
	enum latency_turn t = latency_count(&s->l, &x, minute, s->slow);

	s->at += minute;
	s->slows += t == LATENCY_SLOW;
	s->calms += t == LATENCY_CALM;
	s->usuals += t == LATENCY_USUAL;
	if (t == LATENCY_SLOW)
		s->slow = true;
	if (t == LATENCY_CALM || t == LATENCY_USUAL) {
		s->slow = false;
		latency_drop(&s->l);
	}
	return t;
}

/* Lognormal, by day a fifth slower and by night faster, 1 % spikes. */
static double
noisy(struct site *s, double ms)
{
	double day = (double)(s->at % DAY_MS) / DAY_MS;

	ms *= 1 + .2 * sin(6.283185307179586 * day);
	ms *= exp(.3 * normal(s));
	return uniform(s) < .01 ? ms * 10 : ms;
}

static struct site
site(void)
{
	return (struct site){.at = noon,
	    .random = dice_number("VIGIE_SEED", 20230214)};
}

/* Answers until it turns, at most so many; 0: it did not. */
static unsigned
until(struct site *s, enum latency_turn t, double ms, unsigned most)
{
	for (unsigned n = 1; n <= most; n++) {
		if (answer(s, noisy(s, ms)) == t)
			return n;
	}
	return 0;
}

static void
years_of_noise_stay_silent(void **state)
{
	static const double usual[] = {3, 80, 210, 2000};
	unsigned slows = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(usual) / sizeof(usual[0]); i++) {
		struct site s = site();

		for (unsigned n = 0; n < 365 * 24 * 60; n++)
			(void)answer(&s, noisy(&s, usual[i]));
		slows += s.slows;
		assert_in_range(latency_usual(&s.l), usual[i] * 700,
		    usual[i] * 1400);
	}
	/* Of four years; hardly ever one, with another seed. */
	assert_in_range(slows, 0, 1);
}

static void
a_shift_is_found_within_minutes(void **state)
{
	static const struct {
		double from, to;
		unsigned within;
	} rows[] = {{210, 820, 12}, {250, 550, 40}, {300, 900, 16},
	    {1000, 10000, 6}, {20, 400, 12}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site s = site();
		wall_ms from;

		(void)until(&s, LATENCY_SLOW, rows[i].from, 3000);
		assert_int_equal(s.slows, 0);
		from = s.at;
		assert_in_range(until(&s, LATENCY_SLOW, rows[i].to,
				    rows[i].within),
		    1, rows[i].within);
		/* It knows since when, more or less. */
		assert_in_range(latency_since(&s.l), from - 10 * minute,
		    from + 3 * minute);
		assert_in_range(latency_usual(&s.l), rows[i].from * 700,
		    rows[i].from * 1500);
		assert_in_range(latency_recent(&s.l), rows[i].to * 600,
		    rows[i].to * 1700);
		assert_in_range(until(&s, LATENCY_CALM, rows[i].from, 60), 10,
		    60);
	}
}

/* Neither less than double, nor what nobody notices. */
static void
small_shifts_are_none(void **state)
{
	static const double rows[][2] = {{300, 390}, {2, 30}, {90, 190}};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		struct site s = site();

		(void)until(&s, LATENCY_SLOW, rows[i][0], 3000);
		assert_int_equal(until(&s, LATENCY_SLOW, rows[i][1], 3000), 0);
	}
}

/* Two octaves in two days: what is usual goes along. */
static void
a_slow_drift_is_followed(void **state)
{
	struct site s = site();

	(void)state;
	(void)until(&s, LATENCY_SLOW, 200, 3000);
	for (unsigned n = 0; n < 2880; n++)
		(void)answer(&s, noisy(&s, 200 * exp2(n / 1440.0)));
	assert_int_equal(s.slows, 0);
	assert_in_range(latency_usual(&s.l), 560000, 1100000);
}

static void
what_is_new_is_not_judged(void **state)
{
	struct site s = site();

	(void)state;
	assert_int_equal(latency_usual(&s.l), 0);
	for (unsigned n = 0; n < 59; n++) {
		(void)answer(&s, n < 20 ? 50 : 5000);
		assert_int_equal(latency_usual(&s.l), 0);
	}
	assert_int_equal(s.slows, 0);
}

static void
after_a_day_it_is_usual(void **state)
{
	struct site s = site();
	unsigned n;

	(void)state;
	(void)until(&s, LATENCY_SLOW, 210, 3000);
	assert_true(until(&s, LATENCY_SLOW, 900, 20) > 0);
	n = until(&s, LATENCY_USUAL, 900, 2000);
	assert_in_range(n, 1430, 1441);
	(void)until(&s, LATENCY_SLOW, 900, 3000);
	assert_int_equal(s.slows, 1);
	assert_in_range(latency_usual(&s.l), 600000, 1300000);
}

/* Three and a minute of them, whatever is usual; and not twice. */
static void
a_limit_is_a_limit(void **state)
{
	struct site s = site();

	(void)state;
	(void)answer(&s, 700);
	s.over = true;
	assert_int_equal(until(&s, LATENCY_SLOW, 700, 10), 3);
	assert_true(latency_over(&s.l, minute));
	assert_int_equal(latency_since(&s.l), noon + minute);
	(void)until(&s, LATENCY_USUAL, 700, 3000);
	assert_int_equal(s.usuals, 0);
	s.over = false;
	assert_int_equal(until(&s, LATENCY_CALM, 700, 20), 11);
	s.over = true;
	(void)answer(&s, 700);
	(void)answer(&s, 700);
	s.over = false;
	(void)answer(&s, 700);
	assert_int_equal(s.slows, 1);
	/* Often asked, it takes a minute all the same. */
	s.l.over = 60;
	assert_false(latency_over(&s.l, 1000));
	s.l.over = 61;
	assert_true(latency_over(&s.l, 1000));
}

int
main(void)
{
	const struct CMUnitTest tests[] = {cmocka_unit_test(
					       years_of_noise_stay_silent),
	    cmocka_unit_test(a_shift_is_found_within_minutes),
	    cmocka_unit_test(small_shifts_are_none),
	    cmocka_unit_test(a_slow_drift_is_followed),
	    cmocka_unit_test(what_is_new_is_not_judged),
	    cmocka_unit_test(after_a_day_it_is_usual),
	    cmocka_unit_test(a_limit_is_a_limit)};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
