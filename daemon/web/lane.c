/* SPDX-License-Identifier: MIT */
#include "web/lane.h"

#include <inttypes.h>

#include "base/html.h"
#include "base/utc.h"
#include "view/status.h"
#include "view/when.h"
#include "web/frame.h"

enum { LEAST = 3, TICKS = 5, TABLE_MAX = 500 };

int
lane_at(const struct course *c, wall_ms t)
{
	if (t <= c->from)
		return 0;
	if (t >= c->to)
		return LANE_WIDTH;
	return (int)((t - c->from) * LANE_WIDTH / (c->to - c->from));
}

static void
add_path(struct text *t, const struct course *c, enum bucket b)
{
	bool any = false;

	for (size_t i = 0; i < c->count; i++) {
		const struct course_piece *p = &c->pieces[i];
		int x = lane_at(c, p->since), width = lane_at(c, p->until) - x;

		if (p->bucket != b)
			continue;
		if (width < LEAST)
			width = LEAST;
		if (x > LANE_WIDTH - width)
			x = LANE_WIDTH - width;
		text_printf(t, "%sM%d 0h%dv%dh-%dz", any ? "" : "<path d=\"", x,
		    width, LANE_HEIGHT, width);
		any = true;
	}
	if (any)
		text_printf(t, "\" fill=\"url(#p-%s)\"/>", bucket_name(b));
}

/* "Down for 5 h 06 min in 3 spells, Recovering for 23 min in 2 spells" */
static void
add_sentence(struct text *t, const struct course *c, const char *name)
{
	char from[WHEN_BYTES], to[WHEN_BYTES], length[WHEN_BYTES];
	bool any = false;

	html_safe(t, name);
	text_printf(t, ", %s to %s: ", when_text(c->from, from),
	    when_text(c->to, to));
	for (size_t k = 0; k + 1 < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);
		size_t spells = course_spells(c, b);

		if (spells == 0)
			continue;
		text_printf(t, "%s%s for %s", any ? ", " : "", frame_word(b),
		    when_length(course_sum(c, b), length));
		if (spells > 1)
			text_printf(t, " in %zu spells", spells);
		any = true;
	}
	if (!any)
		text_add(t, c->count > 0 ? "nothing but up" : "not watched");
}

void
lane_add(struct text *t, const struct course *c, const char *name)
{
	text_printf(t,
	    "<svg class=\"lane\" role=\"img\" viewBox=\"0 0 %d %d\" "
	    "preserveAspectRatio=\"none\"><title>",
	    LANE_WIDTH, LANE_HEIGHT);
	add_sentence(t, c, name);
	text_printf(t, "</title><path class=\"place\" d=\"M0 %dh%d\"/>",
	    LANE_HEIGHT - 1, LANE_WIDTH);
	/* The worst last: a short one is not hidden by what is beside it. */
	for (size_t k = BUCKET_COUNT; k-- > 0;)
		add_path(t, c, status_ranked(k));
	text_add(t, "</svg>\n");
}

void
lane_axis(struct text *t, wall_ms from, wall_ms to)
{
	char full[UTC_TEXT_BYTES];

	text_add(t, "<p class=\"axis\">");
	for (int i = 0; i < TICKS; i++) {
		wall_ms at = from + (to - from) * i / (TICKS - 1);

		text_printf(t, "<time datetime=\"%s\">", utc_format(at, full));
		if (to - from > (wall_ms)3 * DAY_MS)
			text_printf(t, "%.10s", full);
		else
			text_printf(t, "<span>%.10s </span>%.5sZ", full,
			    full + 11);
		text_add(t, "</time>");
	}
	text_add(t, "</p>\n");
}

void
lane_table(struct text *t, const struct course *c)
{
	static const char *const columns[] = {"State", "Since", "For", NULL};
	size_t first = c->count > TABLE_MAX ? c->count - TABLE_MAX : 0;

	if (c->count == 0)
		return;
	text_add(t, "<details><summary>As a table</summary>\n");
	frame_table(t, columns);
	for (size_t i = c->count; i-- > first;) {
		const struct course_piece *p = &c->pieces[i];

		text_add(t, "<tr>");
		frame_cell(t, columns[0]);
		frame_state(t, p->bucket);
		text_add(t, "</td>");
		frame_cell(t, columns[1]);
		frame_time(t, p->since);
		text_add(t, "</td>");
		frame_cell(t, columns[2]);
		frame_length(t, p->until - p->since);
		text_add(t, "</td></tr>\n");
	}
	frame_table_end(t);
	if (first > 0)
		text_printf(t, "<p>and %zu before that</p>\n", first);
	text_add(t, "</details>\n");
}
