/* SPDX-License-Identifier: MIT */
/* A day of one endpoint: hour by hour, its incidents, and its checks. */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/utc.h"
#include "view/share.h"
#include "web/bars.h"
#include "web/checks.h"
#include "web/endpoint.h"
#include "web/frame.h"
#include "web/lane.h"
#include "web/param.h"
#include "web/rows.h"
#include "web/window.h"

enum { DATE_BYTES = 10, HOURS = 24, INCIDENTS_SHOWN = 50, TITLE_BYTES = 512 };

struct day {
	struct range range;
	const char *name; /* "2023-02-14" */
	struct bins hours;
	struct window window;
	struct checks checks;
};

static void
add_step(struct text *t, const char *id, wall_ms day, const char *word)
{
	char at[UTC_TEXT_BYTES];

	text_printf(t, "<a rel=\"nofollow\" href=\"%s", frame_base());
	frame_path(t, id);
	text_printf(t, "/day/%.*s\">%s</a> ", DATE_BYTES, utc_format(day, at),
	    word);
}

static bool
is_watched(const struct bins *hours)
{
	int64_t sum = 0;

	for (size_t i = 0; i < hours->count; i++)
		sum += bins_watched(hours, i);
	return sum > 0;
}

/* Before what is known there is nothing more, and after it neither. */
static void
add_steps(struct text *t, const struct day *d, const char *id)
{
	text_add(t, "<nav class=\"steps\" aria-label=\"Days\">");
	text_printf(t, "<a href=\"%s", frame_base());
	frame_path(t, id);
	text_add(t, "\">all of it</a> ");
	if (is_watched(&d->hours))
		add_step(t, id, d->range.from - DAY_MS, "the day before");
	if (d->range.to <= d->range.known)
		add_step(t, id, d->range.to, "the day after");
	text_add(t, "</nav>\n");
}

/* What nobody looked at is not known. */
static void
sum_up(struct day *d, int64_t ms[BUCKET_COUNT])
{
	wall_ms to =
	    d->range.to < d->range.known ? d->range.to : d->range.known;
	int64_t unwatched = to - d->range.from;

	for (unsigned b = 0; b < BUCKET_COUNT; b++) {
		ms[b] = bins_sum(&d->hours, (enum bucket)b);
		unwatched -= ms[b];
	}
	if (unwatched > 0)
		ms[BUCKET_UNKNOWN] += unwatched;
}

/* "Available: 77.091 % of what is known.  Up 18 h 30 min, Down 5 h 06 min" */
static void
add_sums(struct text *t, struct day *d)
{
	int64_t ms[BUCKET_COUNT];
	char share[SHARE_BYTES];

	sum_up(d, ms);
	text_printf(t, "<p>Available: %s of what is known.</p>\n<p>",
	    share_text(share_available(ms), share_known(ms), share));
	for (size_t k = BUCKET_COUNT; k-- > 0;) {
		enum bucket b = status_ranked(k);

		if (ms[b] == 0)
			continue;
		frame_state(t, b);
		text_char(t, ' ');
		frame_length(t, ms[b]);
		text_add(t, " &nbsp; ");
	}
	text_add(t, "</p>\n");
}

/* The same hour by hour. */
static void
fill(struct bins *hours, const struct course *c)
{
	for (size_t i = 0; i < c->count; i++)
		bins_add(hours, c->pieces[i].since, c->pieces[i].until,
		    c->pieces[i].bucket);
}

static enum status
add_checks(struct text *t, struct endpoint *e, struct day *d)
{
	const struct status_row *r = e->row;
	struct checks *c = &d->checks;
	enum status s;

	c->walk.endpoint = r->e.endpoint;
	c->walk.from = d->range.from;
	c->walk.to = d->range.to;
	s = checks_read(c, e->q, &e->fail);
	text_add(t, "<section id=\"checks\">\n<h2>Checks</h2>\n");
	if (s == OK && c->count == 0)
		text_printf(t, "<p>%s</p>\n",
		    c->walk.after != 0 ? "There are no more."
				       : "None is kept of that day.");
	if (s == OK)
		s = checks_add(t, e->q, c, &d->window.course, &e->fail);
	if (c->walk.more) {
		text_printf(t, "<p><a rel=\"nofollow\" href=\"%s",
		    frame_base());
		frame_path(t, r->id);
		text_printf(t,
		    "/day/%s?after=%" PRIu64
		    "#checks\">the %d before</a></p>\n",
		    d->name, c->walk.last, CHECKS_MAX);
	}
	text_add(t, "</section>\n");
	return s;
}

static enum status
render(struct site *s, const struct visitor *v, struct endpoint *e,
    struct day *d, struct text *t)
{
	const struct status_row *r = e->row;
	const struct range *range = &d->range;
	const struct bars_of of = {.name = r->id,
	    .endpoint = r->id,
	    .when = d->name};
	struct rows incidents = {.site = s,
	    .visitor = v,
	    .title = "Incidents",
	    .endpoint = r->id,
	    .from = range->from,
	    .to = range->to,
	    .known = e->list.as_of,
	    .max = INCIDENTS_SHOWN};
	char title[TITLE_BYTES], version[VERSION_BYTES];
	struct fail *f = &e->fail;
	enum status status =
	    window_read(&d->window, e->q, r->e.endpoint, range, f);

	if (status != OK)
		return status;
	fill(&d->hours, &d->window.course);
	(void)snprintf(title, sizeof(title), "%s, %s", r->id, d->name);
	frame_begin(t, title, site_version(s, version));
	text_add(t, "<p class=\"asof\">Data as of ");
	frame_time(t, e->list.as_of);
	text_add(t, "</p>\n");
	add_steps(t, d, r->id);
	add_sums(t, d);
	bars_add(t, &d->hours, &of);
	lane_axis(t, range->from, range->to);
	bars_list(t, &d->hours, &of);
	window_add(t, &d->window, r->id, false);
	status = rows_add(t, e->q, &incidents, f);
	if (status == OK)
		status = add_checks(t, e, d);
	frame_end(t);
	return status;
}

/* It is of this form and in the calendar. */
static bool
take_day(struct day *d, const char *name)
{
	char first[UTC_TEXT_BYTES];

	(void)snprintf(first, sizeof(first), "%.10sT00:00:00Z", name);
	if (strlen(name) != DATE_BYTES || !utc_parse(first, &d->range.from))
		return false;
	d->name = name;
	d->range.to = d->range.from + DAY_MS;
	bins_init(&d->hours, GRAIN_HOUR, d->range.to - 1, HOURS);
	return true;
}

void
page_day(struct site *s, const struct visitor *v)
{
	struct day d = {.name = NULL};
	int64_t after = 0;
	struct endpoint e;
	struct text page;

	if (!take_day(&d, v->more)) {
		answer_problem(v->r, 404, "Not found",
		    "There is no such day: one is like 2023-02-14.");
		return;
	}
	if (!param_number(v, "after", 1, NUMBER_MOST, &after) ||
	    !endpoint_find(&e, s, v))
		return;
	text_init(&page, PAGE_BYTES);
	d.checks.walk.after = (uint64_t)after;
	d.range.known = e.list.as_of;
	if (render(s, v, &e, &d, &page) == OK)
		answer_page(s, v->r, &page);
	else
		answer_unread(s, v->r, &e.fail);
	window_done(&d.window);
	text_done(&page);
	endpoint_done(&e);
}
