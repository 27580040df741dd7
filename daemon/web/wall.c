/* SPDX-License-Identifier: MIT */
#include "web/wall.h"

#include <string.h>

#include "base/html.h"
#include "web/banner.h"
#include "web/frame.h"
#include "web/leads.h"
#include "web/param.h"

enum { PROBLEMS_SHOWN = 8, ROTATE_LEAST = 5, ROTATE_MOST = 3600 };

bool
wall_take(const struct visitor *v, struct wall *w)
{
	static const char *const words[] = {"0", "1", NULL};
	size_t kiosk = 0;
	int64_t rotate_s = 0;

	*w = (struct wall){.on = false};
	if (!param_word(v, "kiosk", words, &kiosk) ||
	    !param_number(v, "rotate", ROTATE_LEAST, ROTATE_MOST, &rotate_s) ||
	    !param_text(v, "filter", &w->filter))
		return false;
	w->on = kiosk == 1;
	w->rotate_s = (size_t)rotate_s;
	return true;
}

void
wall_begin(struct text *t, const struct site *s, const struct wall *w,
    const char *title, const char *version)
{
	if (w->on)
		frame_begin_wall(t, title, version, w->rotate_s,
		    loop_wall(s->loop));
	else
		frame_begin(t, title, version);
}

/* Its clock is another at each reading. */
void
wall_answer(const struct site *s, const struct visitor *v, const struct wall *w,
    const struct text *page)
{
	answer_text(s, v->r, page, type_page, w->on ? 0 : s->now.change);
}

size_t
wall_rank(enum bucket b)
{
	size_t k = 0;

	while (status_ranked(k) != b)
		k++;
	return k;
}

static void
add_problem(struct text *t, const struct status_row *r, wall_ms now)
{
	wall_ms since = status_since(r);

	text_add(t, "<li>");
	frame_state(t, r->e.bucket);
	text_add(t, "<span class=\"id\">");
	banner_who(t, r);
	text_add(t, "</span><span class=\"age\">");
	if (since != 0)
		frame_length(t, now - since);
	text_add(t, "</span><span class=\"words\">");
	banner_words(t, r, now);
	text_add(t, "</span></li>\n");
}

/* The worst first, and no more than can be read from afar. */
static void
add_problems(struct text *t, const struct status_list *l)
{
	size_t own = 0, parts = 0;
	struct leads leads;

	leads_init(&leads, l);
	text_add(t, "<ul class=\"rows\">\n");
	for (size_t k = 0; k < BUCKET_COUNT; k++) {
		enum bucket b = status_ranked(k);

		for (size_t i = 0; i < l->count && b != BUCKET_UP; i++) {
			const struct status_row *r = &l->rows[i];

			if (r->e.bucket != b)
				continue;
			if (leads_find(&leads, r) != NULL)
				parts++;
			else if (++own <= PROBLEMS_SHOWN)
				add_problem(t, r, l->as_of);
		}
	}
	text_add(t, "</ul>\n");
	if (own > PROBLEMS_SHOWN)
		text_printf(t, "<p>and %zu more</p>\n", own - PROBLEMS_SHOWN);
	if (parts > 0)
		text_printf(t, "<p>and %zu as part of these</p>\n", parts);
	leads_done(&leads);
}

/* "Up 118 of 120 endpoints, 37 of 40 services in full" */
static void
add_healthy(struct text *t, const struct status_list *l)
{
	size_t services = 0, well = 0, begin = 0;
	size_t up = banner_count(l->rows, l->count, BUCKET_UP);

	for (size_t i = 1; i <= l->count; i++) {
		if (i < l->count &&
		    strcmp(l->rows[i].service, l->rows[begin].service) == 0)
			continue;
		services++;
		well += banner_count(l->rows + begin, i - begin, BUCKET_UP) ==
		    i - begin;
		begin = i;
	}
	if (up == 0)
		return;
	text_add(t, "<p id=\"healthy\">");
	frame_state(t, BUCKET_UP);
	text_printf(t,
	    " %zu of %zu endpoint%s, %zu of %zu service%s in full</p>\n", up,
	    l->count, l->count == 1 ? "" : "s", well, services,
	    services == 1 ? "" : "s");
}

void
page_wall(struct site *s, const struct visitor *v)
{
	struct status_list l = {0};
	struct fail f = {.why = ""};
	char version[VERSION_BYTES];
	struct query *q;
	struct wall w;
	enum status status;
	struct text page;

	if (!wall_take(v, &w))
		return;
	text_init(&page, PAGE_BYTES);
	q = site_query(s, &f);
	status = q != NULL ? site_status(s, v, q, w.filter, &l, &f) : f.code;
	if (status == OK) {
		wall_begin(&page, s, &w, "Status", site_version(s, version));
		banner_add(&page, s, &l, w.filter != NULL);
		add_problems(&page, &l);
		add_healthy(&page, &l);
		frame_end(&page);
		wall_answer(s, v, &w, &page);
	} else {
		answer_unread(s, v->r, &f);
	}
	status_done(&l);
	text_done(&page);
}
