/* SPDX-License-Identifier: MIT */
#include "web/window.h"

#include <inttypes.h>

#include "store/rollup.h"
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
window_read(struct window *w, struct query *q, int64_t endpoint,
    const struct range *range, struct fail *f)
{
	enum status s;

	w->range = range;
	course_init(&w->course, range->from, range->to);
	s = course_read(&w->course, q, endpoint, f);
	if (s != OK)
		return s;
	return chart_read(&w->chart, q,
	    &(struct latency_part){endpoint, range->from, range->to, 0}, f);
}

void
window_done(struct window *w)
{
	course_done(&w->course);
}

void
window_add(struct text *t, const struct window *w, const char *id, bool links)
{
	text_add(t, "<section id=\"course\">\n<h2>How it went</h2>\n");
	if (links)
		add_links(t, w->range, id);
	lane_add(t, &w->course, id);
	lane_axis(t, w->range->from, w->range->to);
	lane_table(t, &w->course);
	text_add(t, "<h3>Latency</h3>\n");
	chart_add(t, &w->chart, &w->course, id);
	add_classes(t, &w->chart.sum);
	text_add(t, "</section>\n");
}
