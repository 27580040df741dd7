/* SPDX-License-Identifier: MIT */
#include "web/bars.h"

#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "base/utc.h"
#include "store/history.h"
#include "view/when.h"
#include "web/frame.h"
#include "web/site.h"

enum { STEP = 8, WIDTH = 6, HEIGHT = 32, LEAST = 3, DATE_BYTES = 10 };

/* Which service an endpoint is of, by its row. */
struct member {
	int64_t endpoint;
	size_t service;
};

struct adding {
	struct bars *bars;
	const struct member *members;
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	const struct member *x = a, *y = b;

	return (x->endpoint > y->endpoint) - (x->endpoint < y->endpoint);
}

static bool
on_span(void *arg, const struct history_span *s)
{
	const struct adding *a = arg;
	const struct member key = {.endpoint = s->endpoint}, *m;

	m = bsearch(&key, a->members, a->count, sizeof(key), compare);
	if (m != NULL)
		bins_add(&a->bars->services[m->service], s->since, s->until,
		    s->bucket);
	return true;
}

static bool
begins_service(const struct status_list *l, size_t i)
{
	return i == 0 ||
	    strcmp(l->rows[i].service, l->rows[i - 1].service) != 0;
}

/* How many services there are in l. */
static size_t
count_services(const struct status_list *l)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++)
		n += begins_service(l, i);
	return n;
}

enum status
bars_read(struct query *q, const struct status_list *l, struct bars *b,
    struct fail *f)
{
	struct member *members = mem_array(l->count + 1, sizeof(*members));
	struct adding adding = {b, members, l->count};
	size_t service = 0;
	struct bins like;
	enum status s;

	bins_init(&like, b->grain, l->as_of, b->each);
	b->count = count_services(l);
	b->services = mem_array(b->count + 1, sizeof(b->services[0]));
	for (size_t i = 0; i < b->count; i++)
		b->services[i] = like;
	for (size_t i = 0; i < l->count; i++) {
		service += begins_service(l, i);
		members[i] =
		    (struct member){l->rows[i].e.endpoint, service - 1};
	}
	if (l->count > 1)
		qsort(members, l->count, sizeof(*members), compare);
	s = history_spans(q, like.from, l->as_of, on_span, &adding, f);
	mem_free(members);
	return s;
}

void
bars_done(struct bars *b)
{
	mem_free(b->services);
	b->services = NULL;
}

/* What is worth a mark has one that can be seen. */
static int
height_of(int64_t ms, int64_t whole)
{
	int h = (int)(ms * HEIGHT / whole);

	return ms > 0 && h < LEAST ? LEAST : h;
}

/* Where nothing was watched yet there is no bar, but its place. */
static void
add_places(struct text *t, const struct bins *d)
{
	text_add(t, "<path class=\"place\" d=\"");
	for (size_t i = 0; i < d->count; i++)
		if (bins_watched(d, i) == 0)
			text_printf(t, "M%zu %dh%d", i * STEP, HEIGHT - 1,
			    WIDTH);
	text_add(t, "\"/>");
}

/*
 * The path of all pieces of one kind, from below: the others above them.  Each
 * begins relative to the one before, so that a row of them is packed well.
 */
static void
add_path(struct text *t, const struct bins *d, enum bucket b)
{
	size_t last = 0;
	int from = 0;
	bool any = false;

	for (size_t i = 0; i < d->count; i++) {
		int64_t whole = bins_watched(d, i);
		int y = HEIGHT, h;

		if (whole == 0 || d->ms[i][b] == 0)
			continue;
		h = height_of(d->ms[i][b], whole);
		if (b == BUCKET_UP)
			h = HEIGHT;
		else
			for (size_t k = 0; status_ranked(k) != b; k++)
				y -= height_of(d->ms[i][status_ranked(k)],
				    whole);
		/* Marks of many kinds may leave no room for the last. */
		if (y < LEAST)
			y = LEAST;
		if (y - h < 0)
			h = y;
		text_printf(t, "%sm%zu %dh%dv-%dh-%dz", any ? "" : "<path d=\"",
		    (i - last) * STEP, y - from, WIDTH, h, WIDTH);
		last = i;
		from = y;
		any = true;
	}
	if (any)
		text_printf(t, "\" fill=\"url(#p-%s)\"/>", bucket_name(b));
}

static const struct {
	const char *many, *trouble, *last;
} words[GRAIN_COUNT] = {[GRAIN_HOUR] = {"hours", "Hours with trouble",
			    "this hour"},
    [GRAIN_DAY] = {"days", "Days with trouble", "today"},
    [GRAIN_WEEK] = {"weeks", "Weeks with trouble", "this week"}};

/* Where nobody looked for most of the time, how long somebody did. */
static void
add_watched(struct text *t, const struct bins *d)
{
	span_ms whole = bins_at(d, d->count) - d->from;
	span_ms watched = 0;
	char buf[WHEN_BYTES];

	for (size_t i = 0; i < d->count; i++)
		watched += bins_watched(d, i);
	/* The last of them is not over. */
	if (watched > 0 && watched + grain_ms(d->grain) < whole)
		text_printf(t, "; watched for %s", when_length(watched, buf));
}

static void
add_sentence(struct text *t, const struct bins *d, const struct bars_of *of)
{
	char buf[WHEN_BYTES];
	bool any = false;

	html_safe(t, of->name);
	if (of->when != NULL)
		text_printf(t, ", %s: ", of->when);
	else
		text_printf(t, ", the last %zu %s: ", d->count,
		    words[d->grain].many);
	for (size_t k = 0; k + 1 < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);
		int64_t ms = bins_sum(d, b);

		if (ms == 0)
			continue;
		text_printf(t, "%s%s for %s", any ? ", " : "", frame_word(b),
		    when_length(ms, buf));
		any = true;
	}
	if (!any)
		text_add(t,
		    bins_sum(d, BUCKET_UP) > 0 ? "nothing but up"
					       : "nothing is known");
	add_watched(t, d);
}

/* "2023-02-14", "2023-02-14 13h", "week of 2023-02-13" */
static void
add_name(struct text *t, const struct bins *d, size_t i)
{
	char at[UTC_TEXT_BYTES];

	(void)utc_format(bins_at(d, i), at);
	if (d->grain == GRAIN_HOUR)
		text_printf(t, "%.*s %.2sh", DATE_BYTES, at,
		    at + DATE_BYTES + 1);
	else
		text_printf(t, "%s%.*s",
		    d->grain == GRAIN_WEEK ? "week of " : "", DATE_BYTES, at);
}

/* The page of that time. */
static void
add_address(struct text *t, const struct bins *d, size_t i,
    const struct bars_of *of)
{
	char from[UTC_TEXT_BYTES], to[UTC_TEXT_BYTES];

	(void)utc_format(bins_at(d, i), from);
	(void)utc_format(bins_at(d, i + 1), to);
	text_add(t, frame_base());
	if (of->endpoint != NULL) {
		frame_path(t, of->endpoint);
		if (d->grain == GRAIN_DAY) {
			text_printf(t, "/day/%.*s", DATE_BYTES, from);
			return;
		}
		text_char(t, '?');
	} else {
		text_add(t, "/timeline?service=");
		frame_segment(t, of->service);
		text_add(t, "&amp;");
	}
	text_printf(t, "from=%s&amp;to=%s", from, to);
}

/* What was not up; false: nothing. */
static bool
add_trouble(struct text *t, const struct bins *d, size_t i, const char *before)
{
	char buf[WHEN_BYTES];
	bool any = false;

	for (size_t k = 0; k + 1 < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);

		if (d->ms[i][b] == 0)
			continue;
		text_printf(t, "%s%s %s", any ? ", " : before, frame_word(b),
		    when_length(d->ms[i][b], buf));
		any = true;
	}
	return any;
}

void
bars_list(struct text *t, const struct bins *d, const struct bars_of *of)
{
	struct text list;

	text_init(&list, PAGE_BYTES);
	for (size_t i = d->count; i-- > 0;) {
		if (bins_watched(d, i) == d->ms[i][BUCKET_UP])
			continue;
		text_add(&list, "<li><a rel=\"nofollow\" href=\"");
		add_address(&list, d, i, of);
		text_add(&list, "\">");
		add_name(&list, d, i);
		text_add(&list, "</a>");
		(void)add_trouble(&list, d, i, ": ");
		text_add(&list, "</li>\n");
	}
	if (text_len(&list) > 0)
		text_printf(t,
		    "<details><summary>%s</summary>\n<ul class=\"log\">\n%s"
		    "</ul>\n</details>\n",
		    words[d->grain].trouble, text_str(&list));
	text_done(&list);
}

/*
 * Each bar leads to the page of its time.  The last is where the keyboard comes
 * in, arrows go on from there.
 */
static void
add_links(struct text *t, const struct bins *d, const struct bars_of *of)
{
	for (size_t i = 0; i < d->count; i++) {
		text_printf(t, "<a%s href=\"",
		    i + 1 < d->count ? " tabindex=\"-1\"" : "");
		add_address(t, d, i, of);
		text_add(t, "\"><title>");
		add_name(t, d, i);
		if (!add_trouble(t, d, i, ": "))
			text_add(t,
			    bins_watched(d, i) > 0 ? ": Up" : ": not watched");
		text_printf(t,
		    "</title><rect class=\"hit\" x=\"%zu\" width=\"%d\" "
		    "height=\"%d\"/></a>",
		    i * STEP, WIDTH, HEIGHT);
	}
}

void
bars_add(struct text *t, const struct bins *d, const struct bars_of *of)
{
	/* A third of so many is enough where there is little room. */
	text_printf(t,
	    "<svg class=\"bars%s\" role=\"%s\" viewBox=\"0 0 %zu %d\" "
	    "preserveAspectRatio=\"none\"><title>",
	    d->count == BINS_MAX ? " long" : "",
	    of->endpoint != NULL ? "group" : "img",
	    d->count * STEP - (STEP - WIDTH), HEIGHT);
	add_sentence(t, d, of);
	text_add(t, "</title>");
	add_places(t, d);
	add_path(t, d, BUCKET_UP);
	for (size_t k = BUCKET_COUNT - 1; k-- > 0;)
		add_path(t, d, status_ranked(k));
	if (of->endpoint != NULL)
		add_links(t, d, of);
	text_add(t, "</svg>\n");
	if (of->endpoint != NULL)
		frame_script(t, "bars.js");
}

void
bars_axis(struct text *t, const struct bins *d)
{
	const char *many = words[d->grain].many;

	text_printf(t, "<p class=\"axis\"><span class=\"%s\">%zu %s ago</span>",
	    d->count == BINS_MAX ? "wide" : "", d->count, many);
	if (d->count == BINS_MAX)
		text_printf(t, "<span class=\"narrow\">%d %s ago</span>",
		    BINS_MAX / 3, many);
	text_printf(t, "<span>%s</span></p>\n", words[d->grain].last);
}
