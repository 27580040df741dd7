/* SPDX-License-Identifier: MIT */
#include "store/growth.h"

static int64_t
plus(int64_t a, int64_t b)
{
	return a > INT64_MAX - b ? INT64_MAX : a + b;
}

static int64_t
times(int64_t a, int64_t b)
{
	return b > 0 && a > INT64_MAX / b ? INT64_MAX : a * b;
}

int64_t
growth_share(int64_t a, int64_t b, int64_t c)
{
	int64_t whole;

	if (a <= 0 || b <= 0 || c <= 0)
		return 0;
	whole = plus(times(a / c, b), times(b / c, a % c));
	a %= c;
	b %= c;
	/* Exact up to 3 * 10^9; beyond, a part in 10^9 is of no account. */
	while (b > 0 && a > INT64_MAX / b) {
		a /= 2;
		c /= 2;
	}
	return plus(whole, a * b / c);
}

/* A tree without rows takes a page all the same. */
static int64_t
empty(const struct measure *m, const struct measure_size *s)
{
	int64_t pages = times(s->trees, m->page_bytes);

	return pages < s->bytes ? pages : s->bytes;
}

/* What has no rate of its own: the mean since the beginning. */
static int64_t
mean(const struct measure *m, const struct measure_size *s, span_ms keep)
{
	span_ms over = m->known - m->created;

	if (over < DAY_MS)
		return 0;
	if (keep > 0 && over > keep)
		over = keep;
	return growth_share(s->bytes - empty(m, s), DAY_MS, over);
}

static int64_t
rate(const struct measure *m, enum measure_part p, span_ms keep)
{
	const struct measure_size *s = &m->parts[p];

	switch (p) {
	case MEASURE_SAMPLES:
		return growth_share(s->seen_bytes, m->samples_per_day,
		    s->seen_rows);
	case MEASURE_ROLLUPS:
		return growth_share(s->seen_bytes, m->rollups_per_day,
		    s->seen_rows);
	case MEASURE_EXCERPTS:
	case MEASURE_INCIDENTS:
	case MEASURE_NOTICES:
	case MEASURE_INPUTS:
	case MEASURE_ACTS:
		return mean(m, s, keep);
	case MEASURE_REST:
	case MEASURE_PARTS:
		break;
	}
	return 0;
}

bool
growth_of(const struct measure *m, const struct store_retention *keep,
    struct growth *g)
{
	const span_ms spans[MEASURE_PARTS] = {[MEASURE_SAMPLES] = keep->samples,
	    [MEASURE_ROLLUPS] = keep->rollups,
	    [MEASURE_EXCERPTS] = keep->excerpts,
	    [MEASURE_INPUTS] = keep->samples};

	*g = (struct growth){.now = m->known};
	if (m->days == 0 || !m->by_table || m->left_bytes > 0)
		return false;
	for (int i = 0; i < MEASURE_PARTS; i++) {
		enum measure_part p = (enum measure_part)i;

		g->parts[p] = (struct growth_part){.bytes = m->parts[p].bytes,
		    .empty = empty(m, &m->parts[p]),
		    .per_day = rate(m, p, spans[p]),
		    .oldest = m->created,
		    .keep = spans[p]};
	}
	g->parts[MEASURE_SAMPLES].oldest =
	    m->oldest_sample != 0 ? m->oldest_sample : m->known;
	g->parts[MEASURE_ROLLUPS].oldest = m->oldest_rollup;
	return true;
}

wall_ms
growth_full(const struct growth_part *p)
{
	return p->keep == 0 ? 0 : plus(p->oldest, p->keep);
}

int64_t
growth_part_bytes(const struct growth_part *p, wall_ms now, wall_ms at)
{
	wall_ms full = growth_full(p);

	if (full != 0 && at >= full)
		return plus(p->empty,
		    growth_share(p->per_day, p->keep, DAY_MS));
	return plus(p->bytes, growth_share(p->per_day, at - now, DAY_MS));
}

int64_t
growth_bytes(const struct growth *g, wall_ms at)
{
	int64_t sum = 0;

	for (int p = 0; p < MEASURE_PARTS; p++)
		sum = plus(sum, growth_part_bytes(&g->parts[p], g->now, at));
	return sum;
}

int64_t
growth_per_day(const struct growth *g, wall_ms at)
{
	int64_t sum = 0;

	for (int p = 0; p < MEASURE_PARTS; p++) {
		wall_ms full = growth_full(&g->parts[p]);

		if (full == 0 || at < full)
			sum = plus(sum, g->parts[p].per_day);
	}
	return sum;
}
