/* SPDX-License-Identifier: MIT */
#include "core/ledger.h"

#include "core/fixed.h"

enum { GOOD_WEIGHT = 128, SAMPLES_MAX = 20000 };

static const span_ms tau = 6000;

static void
add(struct ledger *l, int64_t weight)
{
	int64_t level = l->level + weight;

	if (level > LEDGER_MAX)
		level = LEDGER_MAX;
	if (level < LEDGER_REST)
		level = LEDGER_REST;
	l->level = (int16_t)level;
}

/*
 * cap = 10*log10(0.98 / p0) with p0 = (glitches + 1) / (samples + 500) held
 * within 0.0005 and 0.1.
 */
int
ledger_cap(const struct ledger *l)
{
	uint64_t g = (uint64_t)l->glitches + 1, n = (uint64_t)l->samples + 500;

	if (g * 2000 < n)
		return fixed_decibans(196000, 100);
	if (g * 10 > n)
		return fixed_decibans(980, 100);
	return fixed_decibans(98 * n, 100 * g);
}

void
ledger_fail(struct ledger *l, span_ms dt)
{
	int cap = ledger_cap(l);
	/* 43.4 tenths per tau, rounded to nearest. */
	int64_t grown =
	    dt < 0 || dt > HOUR_MS ? cap : (dt * 434 + 5 * tau) / (10 * tau);

	add(l, grown < cap ? grown : cap);
}

span_ms
ledger_wait(const struct ledger *l)
{
	int64_t lacks = LEDGER_DOWN - l->level;

	/* What ledger_fail() adds, the other way round and rounded up. */
	return lacks > 0 ? (lacks * 10 * tau - 5 * tau + 433) / 434 : 0;
}

void
ledger_good(struct ledger *l)
{
	add(l, -GOOD_WEIGHT);
}

void
ledger_count_sample(struct ledger *l)
{
	if (++l->samples >= SAMPLES_MAX) {
		l->samples /= 2;
		l->glitches /= 2;
	}
}

void
ledger_count_glitch(struct ledger *l)
{
	if (l->glitches < SAMPLES_MAX)
		l->glitches++;
}
