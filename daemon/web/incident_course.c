/* SPDX-License-Identifier: MIT */
/* How an incident went: a strip for it and for each of its parts. */
#include "base/html.h"
#include "web/frame.h"
#include "web/incident.h"
#include "web/lane.h"

enum { PARTS_SHOWN = 20, MARGIN = 12, LEAST_MS = 5 * MINUTE_MS };

struct found {
	int64_t endpoint; /* 0: none */
};

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct found *found = arg;

	if (e->service != NULL)
		found->endpoint = e->endpoint;
	return true;
}

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

static enum status
read_course(struct course *c, struct query *q, const char *id,
    struct found *found, struct fail *f)
{
	enum status s;

	*found = (struct found){0};
	s = query_endpoints(q, id, on_endpoint, found, f);
	if (s == OK && found->endpoint != 0)
		s = course_read(c, q, found->endpoint, f);
	return s;
}

static enum status
add_part(struct text *t, struct query *q, const struct incident_part *p,
    const struct course *whole, struct fail *f)
{
	char id[INCIDENT_TEXT_BYTES];
	struct course c;
	struct found found;
	enum status s;

	course_init(&c, whole->from, whole->to);
	s = read_course(&c, q, p->endpoint, &found, f);
	text_printf(t, "<li><a href=\"%s/i/%s\">%s</a> ", frame_base(),
	    incident_format(p->id, id), id);
	html_safe(t, p->endpoint);
	text_add(t, p->effect ? ", hit by it, failing " : ", failing ");
	frame_length(t, p->failing);
	if (s == OK && found.endpoint != 0)
		lane_add(t, &c, p->endpoint);
	text_add(t, "</li>\n");
	course_done(&c);
	return s;
}

static enum status
add_parts(struct text *t, struct query *q, const struct incident_view *w,
    const struct course *whole, struct fail *f)
{
	enum status s = OK;

	if (w->part_count == 0)
		return OK;
	text_printf(t,
	    "<section id=\"parts\">\n<h2>What belongs to it: %zu</h2>\n"
	    "<ul class=\"log\">\n",
	    w->part_count);
	for (size_t i = 0; i < w->part_count && i < PARTS_SHOWN && s == OK; i++)
		s = add_part(t, q, &w->parts[i], whole, f);
	text_add(t, "</ul>\n");
	if (w->part_count > PARTS_SHOWN)
		text_printf(t, "<p>and %zu more</p>\n",
		    w->part_count - PARTS_SHOWN);
	text_add(t, "</section>\n");
	return s;
}

enum status
incident_course_add(struct text *t, struct query *q,
    const struct incident_view *w, struct fail *f)
{
	struct course c;
	struct found found;
	enum status s;

	choose_time(&c, w);
	s = read_course(&c, q, w->endpoint, &found, f);
	if (s == OK && found.endpoint != 0) {
		text_add(t, "<section id=\"course\">\n<h2>How it went</h2>\n");
		add_numbers(t, &c);
		lane_add(t, &c, w->endpoint);
		add_tellings(t, &c, w);
		lane_axis(t, c.from, c.to);
		if (w->telling_count > 0)
			text_add(t,
			    "<p class=\"small\">Lines beneath it: somebody "
			    "was told.</p>\n");
		add_false(t, &c);
		lane_table(t, &c);
		text_add(t, "</section>\n");
	}
	if (s == OK)
		s = add_parts(t, q, w, &c, f);
	course_done(&c);
	return s;
}
