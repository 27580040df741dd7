/* SPDX-License-Identifier: MIT */
/* How everything went over a time, one strip beneath the other. */
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "store/history.h"
#include "view/status.h"
#include "web/frame.h"
#include "web/lane.h"
#include "web/range.h"
#include "web/wall.h"

enum { FEW = 24, LANES_SHOWN = 200, LANES_ON_WALL = 14, KEEP_BYTES = 32768 };

struct lane {
	int64_t endpoint;
	const struct status_row *row;
	struct course course;
};

struct lanes {
	struct lane *all;
	size_t count;
};

static int
compare_endpoint(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;

	return (x->endpoint > y->endpoint) - (x->endpoint < y->endpoint);
}

static int
compare_id(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;

	return strcmp(x->row->id, y->row->id);
}

/* What needs a look first, and of that what was not calm. */
static int
compare_need(const void *a, const void *b)
{
	const struct lane *x = a, *y = b;
	size_t i = wall_rank(x->row->e.bucket), j = wall_rank(y->row->e.bucket);
	bool calm = course_is_calm(&x->course);

	if (i != j)
		return i < j ? -1 : 1;
	if (calm != course_is_calm(&y->course))
		return calm ? 1 : -1;
	return compare_id(a, b);
}

static bool
on_span(void *arg, const struct history_span *s)
{
	const struct lanes *l = arg;
	const struct lane key = {.endpoint = s->endpoint};
	struct lane *one =
	    bsearch(&key, l->all, l->count, sizeof(key), compare_endpoint);

	if (one != NULL)
		course_add(&one->course, s->since, s->until, s->bucket);
	return true;
}

static bool
is_of(const char *name, const char *wanted)
{
	return wanted == NULL || (name != NULL && strcmp(name, wanted) == 0);
}

/* Empty courses of what is asked for. */
static struct lanes
choose(const struct visitor *v, const struct status_list *l,
    const struct range *r)
{
	const char *service = http_param(v->r, "service");
	const char *region = http_param(v->r, "region");
	struct lanes lanes = {
	    .all = mem_array(l->count + 1, sizeof(lanes.all[0]))};

	for (size_t i = 0; i < l->count; i++) {
		const struct status_row *row = &l->rows[i];
		struct lane *one = &lanes.all[lanes.count];

		if (!is_of(row->service, service) ||
		    !is_of(row->region, region))
			continue;
		one->endpoint = row->e.endpoint;
		one->row = row;
		course_init(&one->course, r->from, r->to);
		lanes.count++;
	}
	if (lanes.count > 1)
		qsort(lanes.all, lanes.count, sizeof(lanes.all[0]),
		    compare_endpoint);
	return lanes;
}

static void
lanes_done(struct lanes *l)
{
	for (size_t i = 0; i < l->count; i++)
		course_done(&l->all[i].course);
	mem_free(l->all);
}

static void
add_lane(struct text *t, const struct lane *one)
{
	text_add(t, "<article class=\"over\">\n<h2>");
	frame_state(t, one->row->e.bucket);
	text_char(t, ' ');
	frame_endpoint(t, one->row->id);
	text_add(t, "</h2>\n");
	lane_add(t, &one->course, one->row->id);
	lane_table(t, &one->course);
	text_add(t, "</article>\n");
}

/* Of many, only those that there is something to see of. */
static void
add_lanes(struct text *t, struct lanes *l, const struct range *r, bool wall)
{
	size_t most = wall ? LANES_ON_WALL : LANES_SHOWN;
	size_t shown = 0, calm = 0, more = 0;

	if (l->count > 1)
		qsort(l->all, l->count, sizeof(l->all[0]),
		    wall ? compare_need : compare_id);
	lane_axis(t, r->from, r->to);
	for (size_t i = 0; i < l->count; i++) {
		if (l->count > FEW && course_is_calm(&l->all[i].course)) {
			calm++;
		} else if (shown == most) {
			more++;
		} else {
			shown++;
			add_lane(t, &l->all[i]);
		}
	}
	if (l->count == 0)
		text_add(t, "<p>Nothing is watched here.</p>\n");
	if (calm > 0)
		text_printf(t, "<p>%zu%s: nothing but up.</p>\n", calm,
		    shown > 0 ? " others" : "");
	if (more > 0 && wall)
		text_printf(t, "<p>and %zu more</p>\n", more);
	else if (more > 0)
		text_printf(t,
		    "<p>And %zu more with trouble: choose a service, or less "
		    "time.</p>\n",
		    more);
}

static void
add_choice(struct text *t, const char *name, const char *value)
{
	if (value == NULL)
		return;
	text_printf(t, "%s=", name);
	frame_segment(t, value);
	text_char(t, '&');
}

static void
render(struct site *s, const struct visitor *v, struct text *t,
    struct lanes *lanes, const struct range *r, const struct wall *wall)
{
	char version[VERSION_BYTES];
	struct text keep;

	text_init(&keep, KEEP_BYTES);
	add_choice(&keep, "service", http_param(v->r, "service"));
	add_choice(&keep, "region", http_param(v->r, "region"));
	wall_begin(t, s, wall, "Timeline", site_version(s, version));
	text_add(t, "<p class=\"asof\">Data as of ");
	frame_time(t, r->known);
	text_add(t, "</p>\n");
	range_links(t, r, "/timeline", text_str(&keep));
	add_lanes(t, lanes, r, wall->on);
	frame_end(t);
	text_done(&keep);
}

void
page_timeline(struct site *s, const struct visitor *v)
{
	struct status_list l = {0};
	struct lanes lanes = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct range r = {.word = NULL};
	struct wall wall;
	enum status status = f.code;
	struct text page;

	if (!wall_take(v, &wall))
		return;
	if (q != NULL && !range_take(v, query_known_until(q), "24h", &r))
		return;
	text_init(&page, PAGE_BYTES);
	if (q != NULL)
		status = site_status(s, v, q, wall.filter, &l, &f);
	if (status == OK) {
		lanes = choose(v, &l, &r);
		status = history_spans(q, r.from, r.to, on_span, &lanes, &f);
	}
	if (status == OK) {
		render(s, v, &page, &lanes, &r, &wall);
		wall_answer(s, v, &wall, &page);
	} else {
		answer_unread(s, v->r, &f);
	}
	lanes_done(&lanes);
	status_done(&l);
	text_done(&page);
}
