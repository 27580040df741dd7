/* SPDX-License-Identifier: MIT */
/* For whom: services by region, each with the worst of what it has there. */
#include <stdlib.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "base/utc.h"
#include "store/history.h"
#include "view/put.h"
#include "view/status.h"
#include "web/frame.h"
#include "web/param.h"
#include "web/wall.h"

enum { SERVICES_ON_WALL = 14 };

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

/* The rows of a service. */
struct group {
	const struct status_row *rows;
	size_t n, rank; /* of the worst */
};

struct groups {
	struct group *all;
	size_t count;
};

static struct groups
find_groups(const struct status_list *l)
{
	struct groups g = {.all = mem_array(l->count + 1, sizeof(g.all[0]))};

	for (size_t i = 0; i < l->count; i++) {
		const struct status_row *r = &l->rows[i];
		size_t rank = wall_rank(r->e.bucket);
		struct group *last = &g.all[g.count > 0 ? g.count - 1 : 0];

		if (g.count == 0 ||
		    strcmp(last->rows->service, r->service) != 0) {
			g.all[g.count++] = (struct group){r, 1, rank};
			continue;
		}
		last->n++;
		if (rank < last->rank)
			last->rank = rank;
	}
	return g;
}

static int
compare_need(const void *a, const void *b)
{
	const struct group *x = a, *y = b;

	if (x->rank != y->rank)
		return x->rank < y->rank ? -1 : 1;
	return (x->rows > y->rows) - (x->rows < y->rows);
}

struct cell {
	const struct status_row *worst; /* NULL: there is nothing */
	size_t all, such;               /* how many are like it */
};

/* The worst of a service in a region. */
static struct cell
find_cell(const struct status_row *rows, size_t n, const char *region)
{
	struct cell c = {.worst = NULL};

	for (size_t k = 0; k < BUCKET_COUNT && c.worst == NULL; k++) {
		c.all = c.such = 0;
		for (size_t i = 0; i < n; i++) {
			if (strcmp(region_of(&rows[i]), region) != 0)
				continue;
			c.all++;
			if (rows[i].e.bucket != status_ranked(k))
				continue;
			c.such++;
			c.worst = c.worst == NULL ? &rows[i] : c.worst;
		}
	}
	return c;
}

static void
add_cell(struct text *t, const struct status_row *rows, size_t n,
    const char *region, wall_ms now)
{
	const struct cell c = find_cell(rows, n, region);

	text_add(t, "<td><span class=\"head\">");
	html_safe(t, region);
	text_add(t, "</span> ");
	if (c.worst == NULL) {
		text_add(t, "<span class=\"small\">&ndash;</span></td>");
		return;
	}
	frame_state(t, c.worst->e.bucket);
	if (c.all > 1)
		text_printf(t, " %zu of %zu", c.such, c.all);
	if (c.worst->e.bucket != BUCKET_UP && status_since(c.worst) != 0) {
		text_add(t, " <span class=\"small\">for ");
		frame_length(t, now - status_since(c.worst));
		text_add(t, "</span>");
	}
	text_add(t, "</td>");
}

/* "4 of 5 up" */
static void
add_count(struct text *t, size_t up, size_t all)
{
	text_printf(t, " <span class=\"small\">%zu of %zu up</span>", up, all);
}

static void
add_service(struct text *t, const struct site *s, const struct status_row *rows,
    size_t n, const struct regions *g, wall_ms now)
{
	const json_t *service = site_service(s, rows[0].service);
	const char *name = json_string_value(json_object_get(service, "name"));
	size_t up = 0;

	text_printf(t, "<tr id=\"s-%s\"><th scope=\"row\">", rows[0].service);
	frame_group(t, 's', rows[0].service,
	    name != NULL ? name : rows[0].service);
	for (size_t i = 0; i < n; i++)
		up += rows[i].e.bucket == BUCKET_UP;
	add_count(t, up, n);
	text_add(t, "</th>");
	for (size_t i = 0; i < g->count; i++)
		add_cell(t, rows, n, g->names[i], now);
	text_add(t, "</tr>\n");
}

static void
add_region_count(struct text *t, const struct status_list *l,
    const char *region)
{
	size_t up = 0, all = 0;

	for (size_t i = 0; i < l->count; i++) {
		if (strcmp(region_of(&l->rows[i]), region) != 0)
			continue;
		all++;
		up += l->rows[i].e.bucket == BUCKET_UP;
	}
	add_count(t, up, all);
}

/* On a wall what needs a look comes first, and there is no more than fits. */
static void
add_services(struct text *t, const struct site *s, const struct status_list *l,
    const struct regions *g, bool wall)
{
	struct groups services = find_groups(l);
	size_t shown = services.count;

	if (wall && services.count > 1)
		qsort(services.all, services.count, sizeof(services.all[0]),
		    compare_need);
	if (wall && shown > SERVICES_ON_WALL)
		shown = SERVICES_ON_WALL;
	text_add(t, "<tbody>\n");
	for (size_t i = 0; i < shown; i++)
		add_service(t, s, services.all[i].rows, services.all[i].n, g,
		    l->as_of);
	text_add(t, "</tbody>\n</table>\n");
	if (shown < services.count)
		text_printf(t, "<p>and %zu more</p>\n", services.count - shown);
	mem_free(services.all);
}

static void
add_matrix(struct text *t, const struct site *s, const struct status_list *l,
    bool wall)
{
	struct regions g = find_regions(l);

	text_add(t, "<p class=\"asof\">Data as of ");
	frame_time(t, l->as_of);
	text_add(t,
	    "</p>\n<table class=\"matrix\">\n<thead><tr>"
	    "<th scope=\"col\">Service</th>");
	for (size_t i = 0; i < g.count; i++) {
		text_add(t, "<th scope=\"col\">");
		frame_group(t, 'r', g.names[i], g.names[i]);
		add_region_count(t, l, g.names[i]);
		text_add(t, "</th>");
	}
	text_add(t, "</tr></thead>\n");
	add_services(t, s, l, &g, wall);
	mem_free(g.names);
}

static int
compare_endpoint(const void *a, const void *b)
{
	const struct status_row *x = *(const struct status_row *const *)a;
	const struct status_row *y = *(const struct status_row *const *)b;

	return (x->e.endpoint > y->e.endpoint) -
	    (x->e.endpoint < y->e.endpoint);
}

static int
compare_key(const void *key, const void *row)
{
	int64_t id = *(const int64_t *)key;
	const struct status_row *r = *(const struct status_row *const *)row;

	return (id > r->e.endpoint) - (id < r->e.endpoint);
}

struct past {
	struct status_row **rows; /* by endpoint */
	size_t count;
	wall_ms at;
};

static bool
on_span(void *arg, const struct history_span *span)
{
	const struct past *p = arg;
	struct status_row **r;

	if (span->since > p->at || span->until <= p->at)
		return true;
	r = bsearch(&span->endpoint, p->rows, p->count,
	    sizeof(struct status_row *), compare_key);
	if (r != NULL) {
		(*r)->e.bucket = span->bucket;
		(*r)->e.since = span->since;
	}
	return true;
}

/* What is watched, as it was then. */
static enum status
go_back(struct query *q, struct status_list *l, wall_ms at, struct fail *f)
{
	struct past past = {.rows = mem_array(l->count + 1,
				sizeof(struct status_row *)),
	    .count = l->count,
	    .at = at};
	enum status status;

	for (size_t i = 0; i < l->count; i++) {
		past.rows[i] = &l->rows[i];
		l->rows[i].e.bucket = BUCKET_UNKNOWN;
		l->rows[i].e.since = 0;
		l->rows[i].has_incident = false;
	}
	if (l->count > 1)
		qsort(past.rows, l->count, sizeof(struct status_row *),
		    compare_endpoint);
	status = history_spans(q, at, at + 1, on_span, &past, f);
	l->as_of = at;
	mem_free(past.rows);
	return status;
}

static void
add_step(struct text *t, wall_ms at, const char *words)
{
	char when[UTC_TEXT_BYTES];

	text_printf(t, "<a rel=\"nofollow\" href=\"%s/matrix?at=%s\">%s</a> ",
	    frame_base(), utc_format(at, when), words);
}

static bool
is_known(const struct status_list *l)
{
	for (size_t i = 0; i < l->count; i++)
		if (l->rows[i].e.since != 0)
			return true;
	return false;
}

/* To the past, as long as there is one, and back, without scripts. */
static void
add_steps(struct text *t, const struct status_list *l, wall_ms known)
{
	wall_ms at = l->as_of;

	text_add(t, "<nav class=\"steps\" aria-label=\"Time\">");
	if (is_known(l)) {
		add_step(t, at - DAY_MS, "a day earlier");
		add_step(t, at - HOUR_MS, "an hour earlier");
	}
	if (at + HOUR_MS < known)
		add_step(t, at + HOUR_MS, "an hour later");
	if (at + DAY_MS < known)
		add_step(t, at + DAY_MS, "a day later");
	if (at < known)
		text_printf(t, "<a href=\"%s/matrix\">now</a>", frame_base());
	text_add(t, "</nav>\n");
}

struct matrix {
	struct status_list list;
	wall_ms at, known; /* 0: at present; as of when it is at the latest */
	struct fail fail;
};

/* Of what is at m->at, as the visitor is told of it. */
static enum status
read_matrix(struct matrix *m, struct site *s, const struct visitor *v,
    const char *filter)
{
	struct query *q = site_query(s, &m->fail);
	enum status status = q != NULL
	    ? site_status(s, v, q, filter, &m->list, &m->fail)
	    : m->fail.code;

	m->known = m->list.as_of;
	if (status == OK && m->at != 0 && m->at < m->known)
		status = go_back(q, &m->list, m->at, &m->fail);
	return status;
}

void
page_matrix(struct site *s, const struct visitor *v)
{
	struct matrix m = {.at = 0};
	char version[VERSION_BYTES];
	struct wall wall;
	struct text page;

	if (!param_time(v, "at", &m.at) || !wall_take(v, &wall))
		return;
	text_init(&page, PAGE_BYTES);
	if (read_matrix(&m, s, v, wall.filter) == OK) {
		wall_begin(&page, s, &wall, "Services by region",
		    m.at == 0 ? site_version(s, version) : NULL);
		add_matrix(&page, s, &m.list, wall.on);
		if (m.list.as_of < m.known)
			text_add(&page,
			    "<p class=\"small\">Of what is watched today, as "
			    "it was then.</p>\n");
		add_steps(&page, &m.list, m.known);
		frame_end(&page);
		wall_answer(s, v, &wall, &page);
	} else {
		answer_unread(s, v->r, &m.fail);
	}
	status_done(&m.list);
	text_done(&page);
}

static json_t *
cells_json(const struct status_row *rows, size_t n, const struct regions *g)
{
	json_t *cells = json_array();

	for (size_t i = 0; i < g->count; i++) {
		const struct cell c = find_cell(rows, n, g->names[i]);
		json_t *j;

		if (c.worst == NULL)
			continue;
		j = json_object();
		put_text(j, "region", g->names[i]);
		put_text(j, "bucket", bucket_name(c.worst->e.bucket));
		put_time(j, "since", status_since(c.worst));
		put_count(j, "endpoints", (int64_t)c.all);
		put_count(j, "such", (int64_t)c.such);
		(void)json_array_append_new(cells, j);
	}
	return cells;
}

static json_t *
matrix_json(const struct status_list *l)
{
	struct regions g = find_regions(l);
	struct groups services = find_groups(l);
	json_t *j = json_object(), *items = json_array();

	for (size_t i = 0; i < services.count; i++) {
		const struct group *one = &services.all[i];
		json_t *service = json_object();

		put_text(service, "service", one->rows->service);
		(void)json_object_set_new(service, "cells",
		    cells_json(one->rows, one->n, &g));
		(void)json_array_append_new(items, service);
	}
	put_time(j, "as_of", l->as_of);
	(void)json_object_set_new(j, "items", items);
	mem_free(services.all);
	mem_free(g.names);
	return j;
}

void
api_matrix(struct site *s, const struct visitor *v)
{
	struct matrix m = {.at = 0};

	if (!param_time(v, "at", &m.at))
		return;
	if (read_matrix(&m, s, v, NULL) == OK)
		answer_json(s, v->r, matrix_json(&m.list));
	else
		answer_unread(s, v->r, &m.fail);
	status_done(&m.list);
}
