/* SPDX-License-Identifier: MIT */
/* For whom: services by region, each with the worst of what it has there. */
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "view/status.h"
#include "web/frame.h"
#include "web/site.h"

struct regions {
	const char **names; /* in order, each once; of the rows */
	size_t count;
};

static int
compare(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static const char *
region_of(const struct status_row *r)
{
	return r->region != NULL ? r->region : "";
}

static struct regions
find_regions(const struct status_list *l)
{
	struct regions g = {
	    .names = mem_array(l->count + 1, sizeof(g.names[0]))};
	size_t kept = 0;

	for (size_t i = 0; i < l->count; i++)
		g.names[i] = region_of(&l->rows[i]);
	if (l->count > 1)
		qsort(g.names, l->count, sizeof(g.names[0]), compare);
	for (size_t i = 0; i < l->count; i++)
		if (i == 0 || strcmp(g.names[i], g.names[kept - 1]) != 0)
			g.names[kept++] = g.names[i];
	g.count = kept;
	return g;
}

/* The worst of a service in a region, and how many are like it. */
static void
add_cell(struct text *t, const struct status_row *rows, size_t n,
    const char *region, wall_ms now)
{
	const struct status_row *worst = NULL;
	size_t all = 0, such = 0;

	for (size_t k = 0; k < BUCKET_COUNT && worst == NULL; k++) {
		all = such = 0;
		for (size_t i = 0; i < n; i++) {
			if (strcmp(region_of(&rows[i]), region) != 0)
				continue;
			all++;
			if (rows[i].e.bucket != status_ranked(k))
				continue;
			such++;
			worst = worst == NULL ? &rows[i] : worst;
		}
	}
	text_add(t, "<td><span class=\"head\">");
	html_safe(t, region);
	text_add(t, "</span> ");
	if (worst == NULL) {
		text_add(t, "<span class=\"small\">&ndash;</span></td>");
		return;
	}
	frame_state(t, worst->e.bucket);
	if (all > 1)
		text_printf(t, " %zu of %zu", such, all);
	if (worst->e.bucket != BUCKET_UP && status_since(worst) != 0) {
		text_add(t, " <span class=\"small\">for ");
		frame_length(t, now - status_since(worst));
		text_add(t, "</span>");
	}
	text_add(t, "</td>");
}

static void
add_service(struct text *t, const struct site *s, const struct status_row *rows,
    size_t n, const struct regions *g, wall_ms now)
{
	const json_t *service = site_service(s, rows[0].service);
	const char *name = json_string_value(json_object_get(service, "name"));

	text_printf(t, "<tr id=\"s-%s\"><th scope=\"row\">", rows[0].service);
	frame_group(t, 's', rows[0].service,
	    name != NULL ? name : rows[0].service);
	text_add(t, "</th>");
	for (size_t i = 0; i < g->count; i++)
		add_cell(t, rows, n, g->names[i], now);
	text_add(t, "</tr>\n");
}

static void
add_matrix(struct text *t, const struct site *s, const struct status_list *l)
{
	struct regions g = find_regions(l);
	size_t begin = 0;

	text_add(t, "<p class=\"asof\">Data as of ");
	frame_time(t, l->as_of);
	text_add(t,
	    "</p>\n<table class=\"matrix\">\n<thead><tr>"
	    "<th scope=\"col\">Service</th>");
	for (size_t i = 0; i < g.count; i++) {
		text_add(t, "<th scope=\"col\">");
		frame_group(t, 'r', g.names[i], g.names[i]);
		text_add(t, "</th>");
	}
	text_add(t, "</tr></thead>\n<tbody>\n");
	for (size_t i = 1; i <= l->count; i++) {
		if (i < l->count &&
		    strcmp(l->rows[i].service, l->rows[begin].service) == 0)
			continue;
		add_service(t, s, l->rows + begin, i - begin, &g, l->as_of);
		begin = i;
	}
	text_add(t, "</tbody>\n</table>\n");
	mem_free(g.names);
}

void
page_matrix(struct site *s, const struct visitor *v)
{
	struct status_list l = {0};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	char version[VERSION_BYTES];
	struct text page;

	text_init(&page, PAGE_BYTES);
	if (q == NULL || site_status(s, v, q, NULL, &l, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		frame_begin(&page, "Services by region",
		    site_version(s, version));
		add_matrix(&page, s, &l);
		frame_end(&page);
		answer_page(s, v->r, &page);
	}
	status_done(&l);
	text_done(&page);
}
