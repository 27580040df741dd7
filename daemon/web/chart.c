/* SPDX-License-Identifier: MIT */
#include "web/chart.h"

#include <inttypes.h>

#include "base/html.h"
#include "view/when.h"
#include "web/frame.h"
#include "web/lane.h"

enum { MS_US = 1000, TOP_LEAST_US = 1000, TOP_MOST_US = 1000000000 };

static bool
on_step(void *arg, wall_ms since, wall_ms until, const struct rollup *r)
{
	struct chart *c = arg;

	c->points[c->count++] = (struct chart_point){.since = since,
	    .until = until,
	    .n = r->n,
	    .good = r->good,
	    .failing = r->failing,
	    .p50_us = rollup_quantile_us(r, 50),
	    .p95_us = rollup_quantile_us(r, 95),
	    .p99_us = rollup_quantile_us(r, 99)};
	rollup_merge(&c->sum, r);
	return c->count < sizeof(c->points) / sizeof(c->points[0]);
}

enum status
chart_read(struct chart *c, struct query *q, const struct latency_part *part,
    struct fail *f)
{
	*c = (struct chart){.from = part->from, .to = part->to};
	return latency_read(q, part, on_step, c, f);
}

/* The next of 1, 2, 5, 10, 20, ... ms that is not less, in us. */
static uint32_t
round_up(uint32_t us)
{
	uint32_t top = TOP_LEAST_US;

	while (top < us && top < TOP_MOST_US) {
		if (2 * top >= us)
			return 2 * top;
		if (5 * top >= us)
			return 5 * top;
		top *= 10;
	}
	return top;
}

static int
x_of(const struct chart *c, wall_ms t)
{
	const struct course whole = {.from = c->from, .to = c->to};

	return lane_at(&whole, t);
}

static int
y_of(uint32_t us, uint32_t top)
{
	return us >= top
	    ? 0
	    : CHART_HEIGHT - (int)((uint64_t)us * CHART_HEIGHT / top);
}

static bool
goes_on(const struct chart *c, size_t i)
{
	return i > 0 && c->points[i - 1].until == c->points[i].since &&
	    c->points[i - 1].good > 0;
}

/* A step in the middle of each point: as wide as it was measured. */
static void
add_line(struct text *t, const struct chart *c, uint32_t top, const char *class,
    uint32_t (*value)(const struct chart_point *p))
{
	text_printf(t, "<path class=\"%s\" d=\"", class);
	for (size_t i = 0; i < c->count; i++) {
		const struct chart_point *p = &c->points[i];

		if (p->good > 0)
			text_printf(t, "%s%d %dH%d", goes_on(c, i) ? "L" : "M",
			    x_of(c, p->since), y_of(value(p), top),
			    x_of(c, p->until));
	}
	text_add(t, "\"/>");
}

static uint32_t
p50(const struct chart_point *p)
{
	return p->p50_us;
}

static uint32_t
p95(const struct chart_point *p)
{
	return p->p95_us;
}

static uint32_t
p99(const struct chart_point *p)
{
	return p->p99_us;
}

static void
add_band(struct text *t, const struct chart *c, uint32_t top)
{
	text_add(t, "<path class=\"band\" d=\"");
	for (size_t i = 0; i < c->count; i++) {
		const struct chart_point *p = &c->points[i];
		int x = x_of(c, p->since), y = y_of(p->p95_us, top);

		if (p->good > 0)
			text_printf(t, "M%d %dH%dV%dH%dz", x, y,
			    x_of(c, p->until), y_of(p->p50_us, top), x);
	}
	text_add(t, "\"/>");
}

/* What was not up, behind it all; what is unknown has no line. */
static void
add_shades(struct text *t, const struct chart *c, const struct course *course)
{
	for (size_t i = 0; i < course->count; i++) {
		const struct course_piece *p = &course->pieces[i];
		int x = x_of(c, p->since), width = x_of(c, p->until) - x;

		if (p->bucket != BUCKET_UP)
			text_printf(t,
			    "<rect class=\"shade\" x=\"%d\" width=\"%d\" "
			    "height=\"%d\" fill=\"url(#p-%s)\"/>",
			    x, width > 1 ? width : 1, CHART_HEIGHT,
			    bucket_name(p->bucket));
	}
}

static void
add_ms(struct text *t, uint32_t us)
{
	text_printf(t, "%" PRIu32 ".%" PRIu32, us / MS_US, us / 100 % 10);
}

static void
add_table(struct text *t, const struct chart *c)
{
	static const char *const columns[] = {"Since", "Checks", "Good",
	    "Median ms", "95 % ms", "99 % ms", NULL};

	text_add(t,
	    "<details class=\"numbers\"><summary>As a table</summary>\n");
	frame_table(t, columns);
	for (size_t i = c->count; i-- > 0;) {
		const struct chart_point *p = &c->points[i];
		const uint32_t us[] = {p->p50_us, p->p95_us, p->p99_us};

		text_add(t, "<tr>");
		frame_cell(t, columns[0]);
		frame_time(t, p->since);
		text_add(t, "</td>");
		frame_cell(t, columns[1]);
		text_printf(t, "%" PRIu32 "</td>", p->n);
		frame_cell(t, columns[2]);
		text_printf(t, "%" PRIu32 "</td>", p->good);
		for (size_t k = 0; k < sizeof(us) / sizeof(us[0]); k++) {
			frame_cell(t, columns[3 + k]);
			if (p->good > 0)
				add_ms(t, us[k]);
			text_add(t, "</td>");
		}
		text_add(t, "</tr>\n");
	}
	frame_table_end(t);
	text_add(t, "</details>\n");
}

static void
add_picture(struct text *t, const struct chart *c, const struct course *course,
    uint32_t top)
{
	text_printf(t, "<path class=\"grid\" d=\"M0 0h%dM0 %dh%dM0 %dh%d\"/>",
	    CHART_WIDTH, CHART_HEIGHT / 2, CHART_WIDTH, CHART_HEIGHT,
	    CHART_WIDTH);
	add_shades(t, c, course);
	add_band(t, c, top);
	add_line(t, c, top, "p99", p99);
	add_line(t, c, top, "p95", p95);
	add_line(t, c, top, "p50", p50);
}

void
chart_add(struct text *t, const struct chart *c, const struct course *course,
    const char *name)
{
	char a[WHEN_BYTES], b[WHEN_BYTES];
	uint32_t most = 0, top;

	for (size_t i = 0; i < c->count; i++)
		if (c->points[i].p99_us > most)
			most = c->points[i].p99_us;
	top = round_up(most);
	text_printf(t,
	    "<figure class=\"chart\" data-from=\"%" PRId64
	    "\" data-to=\"%" PRId64 "\" data-step=\"%" PRId64
	    "\">\n<p class=\"scale\"><span>",
	    c->from, c->to, latency_step(c->from, c->to));
	text_printf(t,
	    "%" PRIu32 " ms</span><span>%" PRIu32 ".%" PRIu32
	    "</span><span>0</span></p>\n",
	    top / MS_US, top / 2 / MS_US, top / 2 / 100 % 10);
	text_printf(t,
	    "<svg role=\"img\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\"><title>",
	    CHART_WIDTH, CHART_HEIGHT);
	html_safe(t, name);
	text_printf(t, ", %s to %s: ", when_text(c->from, a),
	    when_text(c->to, b));
	if (c->sum.good > 0) {
		text_add(t, "half of the answers within ");
		add_ms(t, rollup_quantile_us(&c->sum, 50));
		text_add(t, " ms, 95 % within ");
		add_ms(t, rollup_quantile_us(&c->sum, 95));
		text_add(t, " ms, 99 % within ");
		add_ms(t, rollup_quantile_us(&c->sum, 99));
		text_add(t, " ms");
	} else {
		text_add(t, "no good answer");
	}
	text_add(t, "</title>");
	add_picture(t, c, course, top);
	text_add(t, "</svg>\n");
	lane_axis(t, c->from, c->to);
	text_add(t,
	    "<div class=\"drawn\" data-own></div>\n"
	    "<p class=\"small readout\" role=\"status\" data-own></p>\n"
	    "<figcaption class=\"small\">Thick: the median; band: up to 95 % "
	    "of the answers; thin: 99 %.  Shaded: not up.  Within 19 "
	    "%.</figcaption>\n</figure>\n");
	add_table(t, c);
	frame_chart(t);
}
