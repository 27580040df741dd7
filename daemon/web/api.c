/* SPDX-License-Identifier: MIT */
/* api - the same for programs, see PAGES in vigie(1). */
#include <string.h>

#include "base/mem.h"
#include "view/incident.h"
#include "view/put.h"
#include "view/status.h"
#include "web/choice.h"
#include "web/param.h"
#include "web/site.h"
#include "wire/event_json.h"

static enum status
render(const struct site *s, const struct visitor *v, struct query *q,
    struct kept *k, struct fail *f)
{
	struct status_list l = {0};
	enum status status = site_status(s, v, q, NULL, &l, f);
	char *text;
	json_t *j;

	if (status == OK) {
		j = status_json(&l, site_daemon(s));
		put_count(j, "change", (int64_t)s->now.change);
		text = event_json_text(j);
		kept_put(k, s->now.change, text, strlen(text));
		json_decref(j);
	}
	status_done(&l);
	return status;
}

void
api_status(struct site *s, const struct visitor *v)
{
	struct kept *k = site_kept(s->status_json, v);
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	bool fresh = k->body != NULL && k->change == s->now.change;

	if (!fresh && (q == NULL || render(s, v, q, k, &f) != OK))
		answer_unread(s, v->r, &f);
	else
		answer_kept(s, v->r, k, type_json);
}

struct listed {
	const struct site *site;
	const struct visitor *visitor;
	json_t *items;
	size_t limit;
	struct incident_id last;
	bool more;
};

/* People are named to readers only. */
static json_t *
told_to(const struct site *s, const struct visitor *v,
    const struct query_incident *i)
{
	struct query_incident told = *i;
	json_t *j;

	site_veil(s, v, &told);
	j = incident_json(&told);
	if (v->level < LEVEL_READER) {
		(void)json_object_del(j, "acknowledged_by");
		(void)json_object_del(j, "acknowledged_why");
	}
	return j;
}

static bool
on_listed(void *arg, const struct query_incident *i)
{
	struct listed *l = arg;

	if (!site_shows(l->site, l->visitor, i->service))
		return true;
	l->more = json_array_size(l->items) == l->limit;
	if (l->more)
		return false;
	(void)json_array_append_new(l->items, told_to(l->site, l->visitor, i));
	l->last = i->now.incident;
	return true;
}

void
api_incidents(struct site *s, const struct visitor *v)
{
	struct listed l = {.site = s, .visitor = v};
	char id[INCIDENT_TEXT_BYTES];
	struct fail f = {.why = ""};
	struct choice choice;
	struct query *q;

	if (!param_limit(v, &l.limit) || !choice_take(v, &choice))
		return;
	q = site_query(s, &f);
	l.items = json_array();
	if (q != NULL &&
	    query_incidents(q, &choice.which, on_listed, &l, &f) == OK) {
		answer_list(s, v->r, l.items,
		    l.more ? json_string(incident_format(l.last, id)) : NULL);
	} else {
		json_decref(l.items);
		answer_unread(s, v->r, &f);
	}
}

struct whole {
	const struct site *site;
	const struct visitor *visitor;
	json_t *one, *parts, *timeline;
};

static bool
on_one(void *arg, const struct query_incident *i)
{
	struct whole *w = arg;

	if (site_shows(w->site, w->visitor, i->service))
		w->one = told_to(w->site, w->visitor, i);
	return true;
}

static bool
on_follower(void *arg, const struct query_incident *i)
{
	struct whole *w = arg;

	if (site_shows(w->site, w->visitor, i->service))
		(void)json_array_append_new(w->parts,
		    told_to(w->site, w->visitor, i));
	return true;
}

static bool
on_event(void *arg, const struct query_event *e)
{
	/* Of the lead the incident says as much as the visitor may know. */
	static const char *const leads[] = {"part_of", "caused_by", "lead"};
	struct whole *w = arg;
	bool reader = w->visitor->level >= LEVEL_READER;
	json_t *j;

	if (e->said.author != NULL && !reader)
		return true;
	j = incident_event_json(e);
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]) && !reader; i++)
		(void)json_object_del(j, leads[i]);
	(void)json_array_append_new(w->timeline, j);
	return true;
}

void
api_incident(struct site *s, const struct visitor *v)
{
	struct whole w = {.site = s,
	    .visitor = v,
	    .parts = json_array(),
	    .timeline = json_array()};
	const struct query_incident_events on = {.on_incident = on_one,
	    .on_follower = on_follower,
	    .on_event = on_event,
	    .arg = &w};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct incident_id id;
	enum status status = f.code;

	if (!incident_parse(v->rest, &id))
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	else if (q != NULL)
		status = query_incident(q, id, &on, &f);
	if (status == OK && w.one == NULL)
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	if (status == OK && w.one != NULL) {
		(void)json_object_set(w.one, "followers", w.parts);
		(void)json_object_set(w.one, "timeline", w.timeline);
		answer_json(s, v->r, w.one);
	} else {
		json_decref(w.one);
		answer_unread(s, v->r, &f);
	}
	json_decref(w.parts);
	json_decref(w.timeline);
}

/* This process answers. */
void
api_health(struct site *s, const struct visitor *v)
{
	static const char ok[] = "ok\n";

	(void)s;
	http_reply(v->r->exchange,
	    &(struct http_answer){.code = 200,
		.type = "text/plain; charset=utf-8",
		.body = ok,
		.size = sizeof(ok) - 1});
}

/* What is decided is written, and can be read. */
void
api_ready(struct site *s, const struct visitor *v)
{
	struct fail f = {.why = ""};

	if (s->now.degraded || s->now.damaged)
		answer_problem(v->r, 503, "Not ready",
		    "The database cannot be written.");
	else if (site_query(s, &f) == NULL)
		answer_problem(v->r, 503, "Not ready",
		    "The database cannot be read.");
	else
		api_health(s, v);
}
