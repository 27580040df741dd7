/* SPDX-License-Identifier: MIT */
/* Incidents, for programs: which there were, and all of one. */
#include "base/mem.h"
#include "base/utc.h"
#include "store/history.h"
#include "view/delivery.h"
#include "view/evidence.h"
#include "view/incident.h"
#include "view/put.h"
#include "web/choice.h"
#include "web/incident.h"
#include "web/param.h"
#include "web/site.h"

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

	site_refresh(s, &told);
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

	if (!param_limit(v, &l.limit) || !choice_take(s, v, &choice))
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

/* What a visitor is told of it; NULL: nothing. */
static json_t *
told_of(const struct visitor *v, const struct query_event *e)
{
	/* Of the lead the incident says as much as the visitor may know. */
	static const char *const leads[] = {"part_of", "caused_by", "lead"};
	bool reader = v->level >= LEVEL_READER;
	json_t *j;

	if (e->said.author != NULL && !reader)
		return NULL;
	j = incident_event_json(e);
	for (size_t i = 0; i < sizeof(leads) / sizeof(leads[0]) && !reader; i++)
		(void)json_object_del(j, leads[i]);
	return j;
}

struct whole {
	const struct site *site;
	const struct visitor *visitor;
	json_t *one, *parts, *timeline;
	struct history_part life; /* of its endpoint, since it began */
	wall_ms first_ok;         /* 0: not yet */
};

static bool
on_one(void *arg, const struct query_incident *i)
{
	struct whole *w = arg;

	if (site_shows(w->site, w->visitor, i->service))
		w->one = told_to(w->site, w->visitor, i);
	w->life = (struct history_part){i->owner, i->now.onset,
	    i->closed != 0 ? i->closed : INT64_MAX};
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

/* It began after the last good answer before it, as was told then. */
static void
put_uncertainty(json_t *incident, const json_t *opened)
{
	const char *good =
	    json_string_value(json_object_get(opened, "last_good_at"));
	const char *onset = json_string_value(json_object_get(opened, "onset"));
	wall_ms from, to;

	if (good != NULL && onset != NULL && utc_parse(good, &from) &&
	    utc_parse(onset, &to) && from <= to)
		put_count(incident, "started_uncertainty_ms", to - from);
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct whole *w = arg;
	json_t *j = told_of(w->visitor, e);

	if (e->event == EVENT_OPENED && w->one != NULL)
		put_uncertainty(w->one, j);
	if (j != NULL)
		(void)json_array_append_new(w->timeline, j);
	return true;
}

static bool
on_span(void *arg, const struct history_span *s)
{
	struct whole *w = arg;

	if (s->since >= w->life.from &&
	    (s->bucket == BUCKET_UP || s->bucket == BUCKET_RECOVERING))
		w->first_ok = s->since;
	return w->first_ok == 0;
}

static enum status
read_first_ok(struct whole *w, struct site *s, struct fail *f)
{
	struct query *q = site_query(s, f);

	return q != NULL ? history_of(q, &w->life, on_span, w, f) : f->code;
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
	enum status status = incident_read(s, v, &on, &f);

	if (status == OK && w.one == NULL)
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	if (status == OK)
		status = read_first_ok(&w, s, &f);
	if (status == OK) {
		put_time(w.one, "first_ok_at", w.first_ok);
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

/* Part of a timeline, and whom each line of it was told to. */
struct lines {
	const struct site *site;
	const struct visitor *visitor;
	bool shown, more;
	json_t *items;
	size_t left, count;
	int64_t after; /* the last that is not wanted, then the last shown */
	struct line {
		wall_ms at;
		enum event_kind event;
		json_t *item; /* of items */
	} * all;
};

static bool
on_owner(void *arg, const struct query_incident *i)
{
	struct lines *l = arg;

	l->shown = site_shows(l->site, l->visitor, i->service);
	return true;
}

static bool
on_line(void *arg, const struct query_event *e)
{
	struct lines *l = arg;
	json_t *j = e->number > l->after ? told_of(l->visitor, e) : NULL;

	l->more = j != NULL && l->left == 0;
	if (l->more)
		json_decref(j);
	if (j == NULL || l->more)
		return !l->more;
	put_count(j, "number", e->number);
	(void)json_array_append_new(l->items, j);
	l->all = mem_resize(l->all, l->count + 1, sizeof(l->all[0]));
	l->all[l->count++] = (struct line){e->at, e->event, j};
	l->after = e->number;
	l->left--;
	return true;
}

static bool
on_notice(void *arg, const struct query_delivery *d)
{
	const struct lines *l = arg;
	json_t *notices;
	size_t i = l->count;

	while (i > 0 &&
	    (l->all[i - 1].at != d->notice.at ||
		l->all[i - 1].event != d->notice.event))
		i--;
	if (i == 0)
		return true;
	notices = json_object_get(l->all[i - 1].item, "notices");
	if (notices == NULL) {
		notices = json_array();
		(void)json_object_set_new(l->all[i - 1].item, "notices",
		    notices);
	}
	(void)json_array_append_new(notices, delivery_json(d));
	return true;
}

void
api_events(struct site *s, const struct visitor *v)
{
	struct lines l = {.site = s, .visitor = v};
	const struct query_incident_events on = {.on_incident = on_owner,
	    .on_event = on_line,
	    .on_delivery = v->level >= LEVEL_READER ? on_notice : NULL,
	    .arg = &l};
	struct fail f = {.why = ""};
	enum status status;

	if (!param_limit(v, &l.left) ||
	    !param_number(v, "after", 1, NUMBER_MOST, &l.after))
		return;
	l.items = json_array();
	status = incident_read(s, v, &on, &f);
	if (status == OK && !l.shown)
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	if (status == OK) {
		answer_list(s, v->r, l.items,
		    l.more ? json_integer(l.after) : NULL);
	} else {
		json_decref(l.items);
		answer_unread(s, v->r, &f);
	}
	mem_free(l.all);
}

struct proofs {
	json_t *items;
	struct evidence_seen seen;
};

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct proofs *p = arg;

	if (evidence_is_news(&p->seen, e))
		(void)json_array_append_new(p->items, evidence_json(e));
	return true;
}

void
api_evidence(struct site *s, const struct visitor *v)
{
	struct proofs p = {.items = json_array()};
	const struct query_incident_events on = {.on_evidence = on_evidence,
	    .arg = &p};
	struct fail f = {.why = ""};

	if (incident_read(s, v, &on, &f) == OK) {
		answer_own(v->r, json_pack("{s:o}", "items", p.items));
	} else {
		json_decref(p.items);
		answer_unread(s, v->r, &f);
	}
	evidence_seen_done(&p.seen);
}
