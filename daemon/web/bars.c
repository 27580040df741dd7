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
		days_add(&a->bars->services[m->service], s->since, s->until,
		    s->bucket);
	return true;
}

static bool
begins_service(const struct status_list *l, size_t i)
{
	return i == 0 ||
	    strcmp(l->rows[i].service, l->rows[i - 1].service) != 0;
}

size_t
bars_services(const struct status_list *l)
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
	wall_ms from =
	    l->as_of - l->as_of % DAY_MS - (wall_ms)(DAYS_MAX - 1) * DAY_MS;
	size_t service = 0;
	enum status s;

	b->count = bars_services(l);
	b->services = mem_array(b->count + 1, sizeof(b->services[0]));
	for (size_t i = 0; i < b->count; i++)
		days_init(&b->services[i], l->as_of, DAYS_MAX);
	for (size_t i = 0; i < l->count; i++) {
		service += begins_service(l, i);
		members[i] =
		    (struct member){l->rows[i].e.endpoint, service - 1};
	}
	if (l->count > 1)
		qsort(members, l->count, sizeof(*members), compare);
	s = history_spans(q, from, l->as_of, on_span, &adding, f);
	mem_free(members);
	return s;
}

void
bars_done(struct bars *b)
{
	mem_free(b->services);
	*b = (struct bars){0};
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
add_places(struct text *t, const struct days *d)
{
	text_add(t, "<path class=\"place\" d=\"");
	for (size_t i = 0; i < d->count; i++)
		if (days_watched(d, i) == 0)
			text_printf(t, "M%zu %dh%d", i * STEP, HEIGHT - 1,
			    WIDTH);
	text_add(t, "\"/>");
}

/*
 * The path of all pieces of one kind, from below: the others above them.  Each
 * begins relative to the one before, so that a row of them is packed well.
 */
static void
add_path(struct text *t, const struct days *d, enum bucket b)
{
	size_t last = 0;
	int from = 0;
	bool any = false;

	for (size_t i = 0; i < d->count; i++) {
		int64_t whole = days_watched(d, i);
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

static void
add_sentence(struct text *t, const struct days *d, const char *name)
{
	char buf[WHEN_BYTES];
	bool any = false;

	html_safe(t, name);
	text_printf(t, ", the last %zu days: ", d->count);
	for (size_t k = 0; k + 1 < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);
		int64_t ms = days_sum(d, b);

		if (ms == 0)
			continue;
		text_printf(t, "%s%s for %s", any ? ", " : "", frame_word(b),
		    when_length(ms, buf));
		any = true;
	}
	if (!any)
		text_add(t,
		    days_sum(d, BUCKET_UP) > 0 ? "nothing but up"
					       : "nothing is known");
}

static void
add_day(struct text *t, wall_ms day, const char *endpoint)
{
	char at[UTC_TEXT_BYTES];

	(void)utc_format(day, at);
	at[DATE_BYTES] = '\0';
	if (endpoint == NULL) {
		text_add(t, at);
		return;
	}
	text_printf(t, "<a href=\"%s", frame_base());
	frame_path(t, endpoint);
	text_printf(t, "/day/%s\">%s</a>", at, at);
}

void
bars_list(struct text *t, const struct days *d, const char *endpoint)
{
	bool any = false;

	for (size_t i = d->count; i-- > 0;) {
		bool day = false;

		for (size_t k = 0; k + 1 < BUCKET_COUNT; k++) {
			enum bucket b = status_ranked(k);

			if (d->ms[i][b] == 0)
				continue;
			if (!any)
				text_add(t,
				    "<details><summary>Days with trouble"
				    "</summary>\n<ul class=\"log\">\n");
			any = true;
			if (!day) {
				text_add(t, "<li>");
				add_day(t, d->from + (wall_ms)i * DAY_MS,
				    endpoint);
			}
			day = true;
			text_printf(t, " &middot; %s ", frame_word(b));
			frame_length(t, d->ms[i][b]);
		}
		if (day)
			text_add(t, "</li>\n");
	}
	if (any)
		text_add(t, "</ul>\n</details>\n");
}

void
bars_add(struct text *t, const struct days *d, const char *name)
{
	text_printf(t,
	    "<svg class=\"bars\" role=\"img\" viewBox=\"0 0 %zu %d\" "
	    "preserveAspectRatio=\"none\"><title>",
	    d->count * STEP - (STEP - WIDTH), HEIGHT);
	add_sentence(t, d, name);
	text_add(t, "</title>");
	add_places(t, d);
	add_path(t, d, BUCKET_UP);
	for (size_t k = BUCKET_COUNT - 1; k-- > 0;)
		add_path(t, d, status_ranked(k));
	text_add(t, "</svg>\n");
}
