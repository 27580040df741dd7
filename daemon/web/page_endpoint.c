/* SPDX-License-Identifier: MIT */
/* One endpoint: how it is, how it was, and its last checks. */
#include "base/html.h"
#include "web/bars.h"
#include "web/checks.h"
#include "web/endpoint.h"
#include "web/facts.h"
#include "web/frame.h"
#include "web/leads.h"
#include "web/operate.h"
#include "web/past.h"
#include "web/rows.h"
#include "web/why.h"
#include "web/window.h"

enum { WORDS_BYTES = 8192, INCIDENTS_SHOWN = 20 };

static void
add_state(struct text *t, const struct status_row *r, wall_ms now)
{
	char id[INCIDENT_TEXT_BYTES];
	struct text words;

	text_printf(t, "<p class=\"banner %s\">", bucket_name(r->e.bucket));
	frame_state(t, r->e.bucket);
	text_add(t, " <span>");
	text_init(&words, WORDS_BYTES);
	status_words(&words, r, now);
	html_add(t, text_str(&words));
	text_done(&words);
	if (status_since(r) != 0) {
		text_add(t, ", for ");
		frame_length(t, now - status_since(r));
	}
	text_add(t, "</span></p>\n<p class=\"asof\">Data as of ");
	frame_time(t, now);
	if (r->e.sampled) {
		text_add(t, " &middot; last checked ");
		frame_time(t, r->e.last.start);
	}
	if (r->e.sampled && r->e.last.cert_days != CERT_DAYS_UNKNOWN)
		text_printf(t, " &middot; its certificate is valid for %d days",
		    r->e.last.cert_days);
	if (r->has_incident && r->incident.last_good_at != 0) {
		text_add(t, " &middot; last good ");
		frame_time(t, r->incident.last_good_at);
	}
	if (r->has_incident) {
		incident_format(r->incident.incident, id);
		text_printf(t, " &middot; incident <a href=\"%s/i/%s\">%s</a>",
		    frame_base(), id, id);
	}
	text_add(t, "</p>\n");
}

struct leading {
	const struct site *site;
	const struct visitor *visitor;
	struct text *out;
};

static bool
on_incident(void *arg, const struct query_incident *i)
{
	const struct leading *l = arg;
	struct query_incident told = *i;

	site_veil(l->site, l->visitor, &told);
	if (told.now.lead.n > 0)
		leads_words(l->out, &told.now, told.lead_endpoint);
	return true;
}

static enum status
add_lead(struct text *t, const struct site *s, const struct visitor *v,
    struct endpoint *e)
{
	struct leading l = {s, v, t};
	const struct query_incident_events on = {.on_incident = on_incident,
	    .arg = &l};

	if (!e->row->has_incident || e->row->incident.lead.n == 0)
		return OK;
	return query_incident(e->q, e->row->incident.incident, &on, &e->fail);
}

static enum status
add_checks(struct text *t, struct query *q, int64_t endpoint,
    const struct course *near, struct fail *f)
{
	struct checks last = {.walk.endpoint = endpoint};
	enum status s = checks_read(&last, q, f);

	text_add(t, "<section id=\"checks\">\n<h2>The last checks</h2>\n");
	if (s == OK)
		s = checks_add(t, q, &last, near, f);
	text_add(t, "</section>\n");
	return s;
}

static enum status
render(struct site *s, const struct visitor *v, struct endpoint *e,
    const struct range *range, struct text *t)
{
	const struct status_row *r = e->row;
	const struct bars_of of = {.name = r->id, .endpoint = r->id};
	struct query *q = e->q;
	struct fail *f = &e->fail;
	wall_ms now = e->list.as_of;
	struct rows incidents = {.site = s,
	    .visitor = v,
	    .title = "Incidents",
	    .endpoint = r->id,
	    .known = now,
	    .max = INCIDENTS_SHOWN};
	char version[VERSION_BYTES];
	struct window window;
	struct past past;
	enum status status = window_read(&window, q, r->e.endpoint, range, f);

	if (status == OK)
		status = past_read(&past, q, r->e.endpoint, now, f);
	if (status == OK) {
		frame_begin(t, r->id, site_version(s, version));
		add_state(t, r, now);
		status = add_lead(t, s, v, e);
	}
	if (status == OK) {
		facts_add(t, s, v, r->service);
		facts_add_check(t, s, v, r, now);
		operate_endpoint(t, v, r);
		bars_add(t, &past.days, &of);
		bars_axis(t, &past.days);
		bars_list(t, &past.days, &of);
		status = why_add(t, s, q, r->e.endpoint, f);
	}
	if (status == OK) {
		window_add(t, &window, r->id, true);
		past_add_availability(t, &past);
		past_add_recoveries(t, &past);
		status = rows_add(t, q, &incidents, f);
	}
	if (status == OK)
		status = add_checks(t, q, r->e.endpoint, &window.course, f);
	text_printf(t, "<p class=\"small\"><a href=\"%s", frame_base());
	frame_path(t, r->id);
	text_add(t, ".json\">As JSON</a></p>\n");
	frame_end(t);
	window_done(&window);
	return status;
}

void
page_endpoint(struct site *s, const struct visitor *v)
{
	struct endpoint e;
	struct range range;
	struct text page;

	if (!endpoint_find(&e, s, v))
		return;
	text_init(&page, PAGE_BYTES);
	if (range_take(v, e.list.as_of, "24h", &range)) {
		if (render(s, v, &e, &range, &page) == OK)
			answer_page(s, v->r, &page);
		else
			answer_unread(s, v->r, &e.fail);
	}
	text_done(&page);
	endpoint_done(&e);
}
