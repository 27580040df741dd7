/* SPDX-License-Identifier: MIT */
/* The page that answers: is it down, for whom, and is it really back? */
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "view/status.h"
#include "web/banner.h"
#include "web/bars.h"
#include "web/facts.h"
#include "web/frame.h"
#include "web/leads.h"
#include "web/meaning.h"
#include "web/param.h"
#include "web/planned.h"
#include "web/rows.h"
#include "web/wall.h"

enum {
	SOON_MS = 7 * DAY_MS,
	CLOSED_SHOWN = 5,
	CARDS_SHOWN = 24,
	TABLES_MOST = 24 /* services; of more, each has its table on its page */
};

/* What a page is about; NULL: of all. */
struct subject {
	const char *title, *service, *region, *tag;
	enum grain grain;
	size_t bars;
};

static bool
is_about(const struct site *s, const struct subject *about,
    const struct status_row *r)
{
	return (about->service == NULL ||
		   strcmp(r->service, about->service) == 0) &&
	    (about->region == NULL ||
		(r->region != NULL && strcmp(r->region, about->region) == 0)) &&
	    (about->tag == NULL || site_tagged(s, r->service, about->tag));
}

/* How many are told as part of what r leads. */
static size_t
parts_of(const struct status_list *l, const struct status_row *r)
{
	size_t n = 0;

	for (size_t i = 0; i < l->count; i++) {
		const struct output *o = &l->rows[i].incident;

		n += l->rows[i].has_incident && o->lead.n > 0 &&
		    o->lead.day == r->incident.incident.day &&
		    o->lead.n == r->incident.incident.n;
	}
	return n;
}

static void
add_card(struct text *t, const struct status_list *l,
    const struct status_row *r, const struct status_row *lead)
{
	char id[INCIDENT_TEXT_BYTES];
	size_t parts = parts_of(l, r);

	incident_format(r->incident.incident, id);
	text_printf(t,
	    "<article id=\"i-%s\" class=\"card %s\">\n<h3><a href=\"%s/i/%s\">",
	    id, bucket_name(r->e.bucket), frame_base(), id);
	banner_who(t, r);
	text_add(t, "</a></h3>\n<p>");
	frame_state(t, r->e.bucket);
	text_add(t, " for ");
	frame_length(t, l->as_of - status_since(r));
	text_add(t, "</p>\n<p>");
	banner_words(t, r, l->as_of);
	text_add(t, "</p>\n");
	if (lead != NULL)
		leads_words(t, &r->incident, lead->id);
	text_add(t, "<p class=\"small\">Began ");
	frame_time(t, r->incident.onset);
	if (r->incident.relapses > 0)
		text_printf(t, " &middot; %u false recover%s",
		    r->incident.relapses,
		    r->incident.relapses == 1 ? "y" : "ies");
	if (parts > 0)
		text_printf(t, " &middot; hits %zu other%s", parts,
		    parts == 1 ? "" : "s");
	text_printf(t, " &middot; incident %s</p>\n</article>\n", id);
}

struct cards {
	const struct site *site;
	const struct subject *about;
	struct leads leads; /* of all that the visitor is told of */
};

/* It has no card of its own: what is behind it has one here. */
static bool
follows(const struct cards *c, const struct status_row *r)
{
	const struct status_row *lead = leads_find(&c->leads, r);

	return lead != NULL && is_about(c->site, c->about, lead);
}

/* The worst first, and no more than people look at. */
static void
add_ranked(struct text *t, const struct status_list *l, const struct cards *c)
{
	size_t all = 0, shown = 0;

	for (size_t k = 0; k < BUCKET_COUNT; k++) {
		for (size_t i = 0; i < l->count; i++) {
			const struct status_row *r = &l->rows[i];

			if (!r->has_incident ||
			    r->e.bucket != status_ranked(k) || follows(c, r))
				continue;
			if (all++ == 0)
				text_add(t,
				    "<section id=\"open\">\n"
				    "<h2>Open incidents</h2>\n"
				    "<div class=\"cards\">\n");
			if (shown == CARDS_SHOWN)
				continue;
			add_card(t, l, r, leads_find(&c->leads, r));
			shown++;
		}
	}
	if (all == 0)
		return;
	text_add(t, "</div>\n");
	if (shown < all)
		text_printf(t,
		    "<p><a href=\"%s/incidents\">and %zu more</a></p>\n",
		    frame_base(), all - shown);
	text_add(t, "</section>\n");
}

static void
add_cards(struct text *t, const struct status_list *l,
    const struct status_list *whole, const struct site *s,
    const struct subject *about)
{
	struct cards c = {.site = s, .about = about};

	leads_init(&c.leads, whole);
	add_ranked(t, l, &c);
	leads_done(&c.leads);
}

struct service {
	const struct status_row *rows;
	size_t n;
	const struct bins *bins;
	bool table; /* of them, too */
};

/* "4 of 5 up" */
static void
add_service(struct text *t, const struct site *s, const struct visitor *v,
    const struct service *of, const struct status_list *l)
{
	const struct status_row *rows = of->rows;
	size_t n = of->n;
	const json_t *service = site_service(s, rows[0].service);
	const char *name = json_string_value(json_object_get(service, "name"));
	wall_ms now = l->as_of;
	struct bars_of bars;

	text_printf(t, "<article id=\"s-%s\" class=\"service\">\n<h3>",
	    rows[0].service);
	name = name != NULL ? name : rows[0].service;
	bars = (struct bars_of){.name = name, .service = rows[0].service};
	frame_group(t, 's', rows[0].service, name);
	text_printf(t, "</h3>\n<p class=\"small\">%zu of %zu up</p>\n",
	    banner_count(rows, n, BUCKET_UP), n);
	bars_add(t, of->bins, &bars);
	if (of->table) {
		bars_axis(t, of->bins);
		bars_list(t, of->bins, &bars);
	}
	meaning_add(t, &(struct meaning){s, v, rows, n, l});
	text_add(t, "<ul class=\"rows\">\n");
	for (size_t i = 0; i < n; i++) {
		wall_ms since = status_since(&rows[i]);

		text_add(t, "<li>");
		frame_state(t, rows[i].e.bucket);
		text_add(t, "<span class=\"id\">");
		frame_endpoint(t, rows[i].id);
		text_add(t, "</span><span class=\"age\">");
		if (since != 0)
			frame_length(t, now - since);
		text_add(t, "</span><span class=\"words\">");
		banner_words(t, &rows[i], now);
		text_add(t, "</span></li>\n");
	}
	text_add(t, "</ul>\n</article>\n");
}

static void
add_services(struct text *t, const struct site *s, const struct visitor *v,
    const struct status_list *l, const struct status_list *whole,
    const struct bars *bars)
{
	size_t begin = 0, service = 0;

	text_add(t, "<section id=\"services\">\n<h2>Services</h2>\n");
	for (size_t i = 1; i <= l->count; i++) {
		if (i < l->count &&
		    strcmp(l->rows[i].service, l->rows[begin].service) == 0)
			continue;
		add_service(t, s, v,
		    &(struct service){l->rows + begin, i - begin,
			&bars->services[service++], bars->count <= TABLES_MOST},
		    whole);
		begin = i;
	}
	text_add(t, "</section>\n");
}

/* Its rows are those of l; only their array is its own. */
static struct status_list
narrow(const struct site *s, const struct subject *about,
    const struct status_list *l)
{
	struct status_list few = {.as_of = l->as_of,
	    .rows = mem_array(l->count + 1, sizeof(l->rows[0]))};

	for (size_t i = 0; i < l->count; i++)
		if (is_about(s, about, &l->rows[i]))
			few.rows[few.count++] = l->rows[i];
	return few;
}

static enum status
add_incidents(struct text *t, const struct site *s, const struct visitor *v,
    struct query *q, const struct subject *about, struct fail *f)
{
	struct rows rows = {.site = s,
	    .visitor = v,
	    .title = "Lately over",
	    .closed_only = true,
	    .service = about->service,
	    .region = about->region,
	    .max = CLOSED_SHOWN}; /* none of them goes on */

	/* Tags are not in the database. */
	return about->tag == NULL ? rows_add(t, q, &rows, f) : OK;
}

static enum status
render(const struct site *s, const struct visitor *v, struct query *q,
    const struct subject *about, struct text *t, struct fail *f)
{
	struct status_list whole = {0}, l = {0};
	struct bars bars = {.grain = about->grain, .each = about->bars};
	char version[VERSION_BYTES];
	enum status status = site_status(s, v, q, NULL, &whole, f);

	if (status == OK) {
		l = narrow(s, about, &whole);
		if (l.count == 0 && about->title != NULL)
			status = fail_set(f, ERR_NOTFOUND, "no such thing");
	}
	if (status == OK)
		status = bars_read(q, &l, &bars, f);
	if (status == OK) {
		frame_begin(t, about->title != NULL ? about->title : "Status",
		    site_version(s, version));
		banner_add(t, s, &l, false);
		if (about->service != NULL)
			facts_add(t, s, v, about->service);
		add_cards(t, &l, &whole, s, about);
		add_services(t, s, v, &l, &whole, &bars);
		if (about->region == NULL && about->tag == NULL)
			planned_add(t, s, v, about->service,
			    whole.as_of + SOON_MS);
		status = add_incidents(t, s, v, q, about, f);
		frame_end(t);
	}
	bars_done(&bars);
	mem_free(l.rows);
	status_done(&whole);
	return status;
}

static void
answer_about(struct site *s, const struct visitor *v,
    const struct subject *about)
{
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text t;

	text_init(&t, PAGE_BYTES);
	if (q == NULL || render(s, v, q, about, &t, &f) != OK)
		answer_unread(s, v->r, &f);
	else
		answer_page(s, v->r, &t);
	text_done(&t);
}

/* grain=hour|day|week and n=, how many bars. */
static bool
take_bars(const struct visitor *v, struct subject *about)
{
	static const char *const grains[GRAIN_COUNT + 1] =
	    {[GRAIN_HOUR] = "hour", [GRAIN_DAY] = "day", [GRAIN_WEEK] = "week"};
	size_t grain = GRAIN_DAY;
	int64_t bars = BINS_MAX;

	if (!param_word(v, "grain", grains, &grain) ||
	    !param_number(v, "n", 1, BINS_MAX, &bars))
		return false;
	about->bars = (size_t)bars;
	about->grain = (enum grain)grain;
	return true;
}

static void
answer_part(struct site *s, const struct visitor *v, struct subject about)
{
	if (take_bars(v, &about))
		answer_about(s, v, &about);
}

void
page_service(struct site *s, const struct visitor *v)
{
	const char *name = json_string_value(
	    json_object_get(site_service(s, v->rest), "name"));

	answer_part(s, v,
	    (struct subject){.title = name != NULL ? name : v->rest,
		.service = v->rest});
}

void
page_region(struct site *s, const struct visitor *v)
{
	answer_part(s, v,
	    (struct subject){.title = v->rest, .region = v->rest});
}

void
page_tag(struct site *s, const struct visitor *v)
{
	answer_part(s, v, (struct subject){.title = v->rest, .tag = v->rest});
}

/* As everybody asks for it: what was rendered is kept. */
static void
answer_all(struct site *s, const struct visitor *v)
{
	const struct subject all = {.grain = GRAIN_DAY, .bars = BINS_MAX};
	struct kept *k = site_kept(s->status_page, v);
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text t;
	size_t size;

	text_init(&t, PAGE_BYTES);
	if (k->body != NULL && k->change == s->now.change) {
		answer_kept(s, v->r, k, type_page);
	} else if (q == NULL || render(s, v, q, &all, &t, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else if (!text_ok(&t)) {
		answer_page(s, v->r, &t);
	} else {
		size = text_len(&t);
		kept_put(k, s->now.change, text_take(&t), size);
		answer_kept(s, v->r, k, type_page);
	}
	text_done(&t);
}

void
page_status(struct site *s, const struct visitor *v)
{
	if (http_param(v->r, "kiosk") != NULL)
		page_wall(s, v);
	else if (http_param(v->r, "grain") != NULL ||
	    http_param(v->r, "n") != NULL)
		answer_part(s, v, (struct subject){.title = NULL});
	else
		answer_all(s, v);
}
