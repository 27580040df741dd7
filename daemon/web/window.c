/* SPDX-License-Identifier: MIT */
#include "web/window.h"

#include <inttypes.h>

#include "store/rollup.h"
#include "web/chart.h"
#include "web/frame.h"
#include "web/lane.h"

enum { PATH_BYTES = 512 };

/* What its answers were. */
static void
add_classes(struct text *t, const struct rollup *sum)
{
	bool any = false;

	for (unsigned c = 0; c < CLASS_COUNT; c++) {
		if (sum->classes[c] == 0)
			continue;
		text_printf(t, "%s%s: %" PRIu32, any ? ", " : "<p>Answers: ",
		    class_text((enum sample_class)c), sum->classes[c]);
		any = true;
	}
	text_add(t, any ? "</p>\n" : "");
}

static void
add_links(struct text *t, const struct range *range, const char *id)
{
	struct text path;

	text_init(&path, PATH_BYTES);
	frame_path(&path, id);
	range_links(t, range, text_str(&path), "");
	text_done(&path);
}

enum status
window_add(struct text *t, struct query *q, const struct status_row *r,
    const struct range *range, bool links, struct fail *f)
{
	struct course course;
	struct chart chart;
	enum status s;

	course_init(&course, range->from, range->to);
	s = course_read(&course, q, r->e.endpoint, f);
	if (s == OK)
		s = chart_read(&chart, q,
		    &(struct latency_part){r->e.endpoint, range->from,
			range->to, 0},
		    f);
	if (s == OK) {
		text_add(t, "<section id=\"course\">\n<h2>How it went</h2>\n");
		if (links)
			add_links(t, range, r->id);
		lane_add(t, &course, r->id);
		lane_axis(t, range->from, range->to);
		lane_table(t, &course);
		text_add(t, "<h3>Latency</h3>\n");
		chart_add(t, &chart, &course, r->id);
		add_classes(t, &chart.sum);
		text_add(t, "</section>\n");
	}
	course_done(&course);
	return s;
}
