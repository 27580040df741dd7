/* SPDX-License-Identifier: MIT */
/* How an incident went: a strip for it and for each of its parts. */
#include "base/html.h"
#include "store/history.h"
#include "web/frame.h"
#include "web/incident.h"
#include "web/lane.h"

enum { PARTS_SHOWN = 20, MARGIN = 12, LEAST_MS = 5 * MINUTE_MS };

/* A little before it began until a little after it ended. */
static void
choose_time(struct course *c, const struct incident_view *w)
{
	const struct output *o = &w->is.now;
	wall_ms end = o->ended != 0 ? o->ended : w->known;
	span_ms margin = (end - o->onset) / MARGIN;
	wall_ms to;

	if (margin < LEAST_MS)
		margin = LEAST_MS;
	to = end + (o->ended != 0 ? margin : 0);
	if (to > w->known)
		to = w->known;
	if (to <= o->onset)
		to = o->onset + 1;
	course_init(c, o->onset - margin, to);
}

/* Back, and failing again. */
static bool
is_false(const struct course *c, size_t i)
{
	return c->pieces[i].bucket == BUCKET_RECOVERING && i + 1 < c->count &&
	    c->pieces[i + 1].bucket != BUCKET_UP &&
	    c->pieces[i + 1].bucket != BUCKET_UNKNOWN;
}

static size_t
false_recoveries(const struct course *c)
{
	size_t n = 0;

	for (size_t i = 0; i < c->count; i++)
		n += is_false(c, i);
	return n;
}

/* Over each its number in the list. */
static void
add_numbers(struct text *t, const struct course *c)
{
	size_t n = 0;

	if (false_recoveries(c) == 0)
		return;
	text_add(t, "<svg class=\"ticks\" aria-hidden=\"true\">");
	for (size_t i = 0; i < c->count; i++) {
		const struct course_piece *p = &c->pieces[i];
		int x = lane_at(c, p->since + (p->until - p->since) / 2);

		if (is_false(c, i))
			text_printf(t,
			    "<text x=\"%d.%d%%\" y=\"13\">%zu</text>", x / 10,
			    x % 10, ++n);
	}
	text_add(t, "</svg>\n");
}

/* Of each false recovery: when, and for how long it seemed to be back. */
static void
add_false(struct text *t, const struct course *c)
{
	size_t n = 0;

	if (false_recoveries(c) == 0)
		return;
	text_add(t, "<ul class=\"log\" aria-label=\"False recoveries\">\n");
	for (size_t i = 0; i < c->count; i++) {
		const struct course_piece *p = &c->pieces[i];

		if (!is_false(c, i))
			continue;
		text_printf(t, "<li><strong>%zu</strong> ", ++n);
		frame_state(t, BUCKET_RECOVERING);
		text_add(t, " It seemed to be back ");
		frame_time(t, p->since);
		text_add(t, ", for ");
		frame_length(t, p->until - p->since);
		text_add(t, ", and failed again ");
		frame_time(t, p->until);
		text_add(t, ".</li>\n");
	}
	text_add(t, "</ul>\n");
}

/* Beneath the strip, a line for each time that somebody was told. */
static void
add_tellings(struct text *t, const struct course *c,
    const struct incident_view *w)
{
	bool drawn[LANE_WIDTH + 1] = {false};

	if (w->telling_count == 0)
		return;
	text_printf(t,
	    "<svg class=\"ticks\" role=\"img\"><title>Somebody was told, "
	    "%zu time%s</title>",
	    w->telling_count, w->telling_count == 1 ? "" : "s");
	for (size_t i = 0; i < w->telling_count; i++) {
		int x = lane_at(c, w->tellings[i]);

		if (w->tellings[i] > c->to)
			continue; /* long after: not on the picture */
		if (!drawn[x])
			text_printf(t,
			    "<line x1=\"%d.%d%%\" x2=\"%d.%d%%\" y2=\"8\"/>",
			    x / 10, x % 10, x / 10, x % 10);
		drawn[x] = true;
	}
	text_add(t, "</svg>\n");
}

/* It and the parts that are shown, with their courses where they are watched. */
struct strips {
	struct strip {
		const struct incident_part *part; /* NULL: it itself */
		const struct status_row *row;     /* or NULL */
		struct course course;
	} all[1 + PARTS_SHOWN];
	size_t count;
};

static bool
on_span(void *arg, const struct history_span *s)
{
	struct strips *strips = arg;

	for (size_t i = 0; i < strips->count; i++) {
		struct strip *one = &strips->all[i];

		if (one->row != NULL && one->row->e.endpoint == s->endpoint)
			course_add(&one->course, s->since, s->until, s->bucket);
	}
	return true;
}

static void
add_part(struct text *t, const struct strip *one)
{
	const struct incident_part *p = one->part;
	char id[INCIDENT_TEXT_BYTES];

	text_printf(t, "<li><a href=\"%s/i/%s\">%s</a> ", frame_base(),
	    incident_format(p->id, id), id);
	html_safe(t, p->endpoint);
	text_add(t, p->effect ? ", hit by it, failing " : ", failing ");
	frame_length(t, p->failing);
	if (one->row != NULL)
		lane_add(t, &one->course, p->endpoint);
	text_add(t, "</li>\n");
}

static void
add_parts(struct text *t, const struct incident_view *w,
    const struct strips *strips)
{
	text_printf(t,
	    "<section id=\"parts\">\n<h2>What belongs to it: %zu</h2>\n"
	    "<ul class=\"log\">\n",
	    w->part_count);
	for (size_t i = 1; i < strips->count; i++)
		add_part(t, &strips->all[i]);
	text_add(t, "</ul>\n");
	if (w->part_count > PARTS_SHOWN)
		text_printf(t, "<p>and %zu more</p>\n",
		    w->part_count - PARTS_SHOWN);
	text_add(t, "</section>\n");
}

static void
add_course(struct text *t, const struct course *c,
    const struct incident_view *w)
{
	text_add(t, "<section id=\"course\">\n<h2>How it went</h2>\n");
	add_numbers(t, c);
	lane_add(t, c, w->endpoint);
	add_tellings(t, c, w);
	lane_axis(t, c->from, c->to);
	if (w->telling_count > 0)
		text_add(t,
		    "<p class=\"small\">Lines beneath it: somebody was "
		    "told.</p>\n");
	add_false(t, c);
	lane_table(t, c);
	text_add(t, "</section>\n");
}

/* Of one endpoint, or of many by one walk. */
static enum status
read_strips(struct strips *strips, struct query *q, struct fail *f)
{
	struct strip *first = &strips->all[0];

	if (strips->count > 1)
		return history_spans(q, first->course.from, first->course.to,
		    on_span, strips, f);
	return first->row == NULL
	    ? OK
	    : course_read(&first->course, q, first->row->e.endpoint, f);
}

enum status
incident_course_add(struct text *t, struct query *q,
    const struct incident_view *w, const struct status_list *l, struct fail *f)
{
	struct strips strips = {.count = 1};
	struct course *c = &strips.all[0].course;
	enum status s;

	choose_time(c, w);
	strips.all[0].row = status_find(l, w->endpoint);
	for (size_t i = 0; i < w->part_count && i < PARTS_SHOWN; i++) {
		struct strip *one = &strips.all[strips.count++];

		one->part = &w->parts[i];
		one->row = status_find(l, w->parts[i].endpoint);
		course_init(&one->course, c->from, c->to);
	}
	s = read_strips(&strips, q, f);
	if (s == OK && strips.all[0].row != NULL)
		add_course(t, c, w);
	if (s == OK && w->part_count > 0)
		add_parts(t, w, &strips);
	for (size_t i = 0; i < strips.count; i++)
		course_done(&strips.all[i].course);
	return s;
}
