/* SPDX-License-Identifier: MIT */
/* All incidents, or those that are asked for: in pages, or as a table. */
#include "base/csv.h"
#include "base/html.h"
#include "base/utc.h"
#include "view/incident.h"
#include "web/choice.h"
#include "web/frame.h"
#include "web/rows.h"

enum { SHOWN = 50 };

struct page {
	const struct site *site;
	const struct visitor *visitor;
	const struct choice *choice;
	struct text *out;
	wall_ms known;
	struct incident_id last;
	size_t shown;
	bool more;
};

static bool
is_listed(const struct page *p, const struct query_incident *i)
{
	const struct query_incidents *w = &p->choice->which;

	return site_lists(p->site, p->visitor, i,
	    w->service != NULL || w->region != NULL || w->text != NULL ||
		w->scope != NULL);
}

static bool
on_row(void *arg, const struct query_incident *i)
{
	struct page *p = arg;

	if (!is_listed(p, i))
		return true;
	p->more = p->shown == SHOWN;
	if (p->more)
		return false;
	if (p->shown++ == 0)
		rows_begin(p->out);
	rows_one(p->out, i, p->known);
	p->last = i->now.incident;
	return true;
}

static void
add_form(struct text *t, const struct page *p, const char *form,
    const char *words)
{
	text_printf(t, "<a rel=\"nofollow\" href=\"%s/incidents.%s?",
	    frame_base(), form);
	choice_add(t, p->visitor);
	text_printf(t, "\">%s</a> ", words);
}

/* What leads to other pages of the same, and to all of it. */
static void
add_ways(struct text *t, const struct page *p)
{
	const struct order_words *words = choice_order(p->choice);
	char id[INCIDENT_TEXT_BYTES];

	text_add(t, "<nav class=\"steps\" aria-label=\"Incidents\">");
	if (p->choice->which.after.n > 0) {
		text_printf(t, "<a href=\"%s/incidents?", frame_base());
		choice_add(t, p->visitor);
		text_printf(t, "\">%s</a> ", words->first);
	}
	if (p->more) {
		text_printf(t, "<a rel=\"next\" href=\"%s/incidents?",
		    frame_base());
		choice_add(t, p->visitor);
		text_printf(t, "after=%s\">%s</a> ",
		    incident_format(p->last, id), words->next);
	}
	add_form(t, p, "csv", "as CSV");
	add_form(t, p, "json", "as JSON");
	text_add(t, "</nav>\n");
}

static enum status
render(struct text *t, struct query *q, struct page *p, struct fail *f)
{
	const struct query_incidents *w = &p->choice->which;
	char version[VERSION_BYTES];
	enum status s;

	frame_begin_form(t, "Incidents", site_version(p->site, version));
	choice_form(t, p->site, p->visitor, p->choice);
	text_printf(t, "<section id=\"list\">\n<h2>%s</h2>\n",
	    choice_order(p->choice)->title);
	p->known = query_known_until(q);
	s = query_incidents(q, w, on_row, p, f);
	if (p->shown > 0)
		frame_table_end(t);
	else
		text_add(t,
		    p->choice->any ? "<p>None of that kind.</p>\n"
				   : "<p>None so far.</p>\n");
	text_add(t, "</section>\n");
	add_ways(t, p);
	frame_end(t);
	return s;
}

void
page_incidents(struct site *s, const struct visitor *v)
{
	struct choice choice;
	struct page p = {.site = s, .visitor = v, .choice = &choice};
	struct fail f = {.why = ""};
	struct query *q;
	struct text page;

	if (!choice_take(s, v, &choice))
		return;
	q = site_query(s, &f);
	text_init(&page, PAGE_BYTES);
	p.out = &page;
	if (q == NULL || render(&page, q, &p, &f) != OK)
		answer_unread(s, v->r, &f);
	else
		answer_page(s, v->r, &page);
	text_done(&page);
}

static void
add_instant(struct text *t, wall_ms at)
{
	char when[UTC_TEXT_BYTES];

	text_char(t, ',');
	if (at != 0)
		text_add(t, utc_format(at, when));
}

static void
add_cell(struct text *t, const char *s)
{
	text_char(t, ',');
	csv_cell(t, s);
}

static bool
on_record(void *arg, const struct query_incident *i)
{
	const struct page *p = arg;
	struct query_incident told = *i;
	const struct output *o = &told.now;
	char id[INCIDENT_TEXT_BYTES];
	struct text *t = p->out;

	if (!site_shows(p->site, p->visitor, i->service))
		return true;
	site_refresh(p->site, &told);
	site_veil(p->site, p->visitor, &told);
	text_add(t, incident_format(o->incident, id));
	add_cell(t, i->endpoint);
	add_cell(t, i->service);
	add_cell(t, i->region);
	add_cell(t, i->scope);
	add_cell(t, kind_name(o->kind_worst));
	add_cell(t, origin_name(o->origin));
	add_cell(t, phase_name(o->phase));
	add_instant(t, o->onset);
	add_instant(t, i->opened);
	add_instant(t, o->ended);
	add_instant(t, i->closed);
	add_cell(t, i->withdrawn ? "yes" : "no");
	add_cell(t, reason_name(o->reason));
	text_printf(t, ",%u,%u,%lld", o->code, o->relapses,
	    (long long)incident_failing_ms(o));
	add_cell(t, o->lead.n > 0 ? incident_format(o->lead, id) : NULL);
	add_cell(t, o->lead.n > 0 ? told.lead_endpoint : NULL);
	text_add(t, "\r\n");
	return text_ok(t);
}

/* All that is asked for, parts of others too. */
void
csv_incidents(struct site *s, const struct visitor *v)
{
	struct choice choice;
	struct page p = {.site = s, .visitor = v, .choice = &choice};
	struct fail f = {.why = ""};
	struct query *q;
	struct text table;

	if (!choice_take(s, v, &choice))
		return;
	q = site_query(s, &f);
	text_init(&table, PAGE_BYTES);
	p.out = &table;
	text_add(&table,
	    "id,endpoint,service,region,scope,kind,origin,phase,onset,opened,"
	    "ended,closed,withdrawn,reason,code,relapses,failing_ms,lead,"
	    "lead_endpoint\r\n");
	if (q == NULL ||
	    query_incidents(q, &choice.which, on_record, &p, &f) != OK)
		answer_unread(s, v->r, &f);
	else if (!text_ok(&table))
		answer_problem(v->r, 422, "Too many",
		    "Ask for less time, with from and to.");
	else
		answer_text(s, v->r, &table, "text/csv; charset=utf-8",
		    s->now.change);
	text_done(&table);
}
