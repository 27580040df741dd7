/* SPDX-License-Identifier: MIT */
/* One incident as Markdown: to go on with in an issue or a post. */
#include "base/markdown.h"
#include "store/outbox.h"
#include "view/incident.h"
#include "view/told.h"
#include "view/when.h"
#include "web/incident.h"

enum { WORDS_BYTES = 4096 };

struct writing {
	const struct site *site;
	const struct visitor *visitor;
	struct text *out;
	wall_ms known;
	bool found;
	const char *section; /* that is being written */
	struct evidence_seen seen;
};

static bool
is_reader(const struct writing *w)
{
	return w->visitor->level >= LEVEL_READER;
}

/* "- 2023-02-14 10:01:01Z " beneath the head of its section. */
static void
begin_item(struct writing *w, const char *section, wall_ms at)
{
	char when[WHEN_BYTES];

	if (w->section != section)
		text_printf(w->out, "\n## %s\n\n", section);
	w->section = section;
	text_printf(w->out, "- %s ", when_text(at, when));
}

static void
add_moment(struct text *t, const char *name, wall_ms at, wall_ms onset)
{
	char when[WHEN_BYTES], length[WHEN_BYTES];

	if (at != 0)
		text_printf(t, "- %s: %s, %s after it began\n", name,
		    when_text(at, when), when_length(at - onset, length));
}

static void
add_facts(struct text *t, const struct query_incident *i, wall_ms known)
{
	const struct output *o = &i->now;
	char when[WHEN_BYTES], id[INCIDENT_TEXT_BYTES];
	struct text words;

	text_add(t, "\n- For whom: ");
	text_init(&words, WORDS_BYTES);
	incident_who(&words, o, i->scope, i->endpoint);
	markdown_safe(t, text_str(&words));
	text_done(&words);
	if (o->lead.n > 0)
		text_printf(t, ", %s %s", o->effect ? "caused by" : "part of",
		    incident_format(o->lead, id));
	text_printf(t, "\n- Began: %s", when_text(o->onset, when));
	if (o->last_good_at != 0 && o->last_good_at < o->onset)
		text_printf(t, ", last good %s",
		    when_text(o->last_good_at, when));
	text_char(t, '\n');
	if (incident_origin(o) != NULL)
		text_printf(t, "- Maintenance: %s\n", incident_origin(o));
	add_moment(t, "Certain", i->opened, o->onset);
	if (i->withdrawn) {
		text_printf(t, "- Withdrawn: %s: " INCIDENT_WITHDRAWN "\n",
		    when_text(i->closed, when));
	} else {
		add_moment(t, "Ended", o->ended, o->onset);
		add_moment(t, "All-clear", i->closed, o->onset);
	}
	if (i->closed == 0)
		text_printf(t, "- Lasts: %s\n",
		    when_length(known - o->onset, when));
	else
		text_printf(t, "- %s: %s in all\n", incident_trouble(o),
		    when_length(incident_failing_ms(o), when));
	text_printf(t, "- False recoveries: %u\n", o->relapses);
	text_printf(t, "- Data as of: %s\n", when_text(known, when));
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct writing *w = arg;
	struct query_incident told = *i;
	const struct output *o = &told.now;
	char id[INCIDENT_TEXT_BYTES];
	struct text *t = w->out;

	if (!site_shows(w->site, w->visitor, i->service))
		return true;
	site_veil(w->site, w->visitor, &told);
	w->found = true;
	text_printf(t, "# %s: ", incident_format(o->incident, id));
	markdown_safe(t, i->endpoint);
	text_printf(t, "\n\n**%s, %s**: ", kind_name(o->kind_worst),
	    i->withdrawn             ? "withdrawn"
		: i->closed != 0     ? "over"
		: output_recovers(o) ? "recovering"
				     : "open");
	status_cause(t, o);
	text_char(t, '\n');
	add_facts(t, &told, w->known);
	return true;
}

static bool
on_follower(void *arg, const struct query_incident *i)
{
	struct writing *w = arg;
	char id[INCIDENT_TEXT_BYTES];

	if (!site_shows(w->site, w->visitor, i->service))
		return true;
	begin_item(w, "What belongs to it", i->now.onset);
	text_printf(w->out, "%s, ", incident_format(i->now.incident, id));
	markdown_safe(w->out, i->endpoint);
	text_add(w->out, i->now.effect ? ", hit by it\n" : "\n");
	return true;
}

static void
add_event(struct text *t, const struct query_event *e)
{
	json_t *j = incident_event_json(e);
	struct text words;

	text_printf(t, "**%s** ", incident_event_word(e->event));
	text_init(&words, WORDS_BYTES);
	told_words(&words, e->event, j);
	markdown_safe(t, text_str(&words));
	text_done(&words);
	json_decref(j);
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct writing *w = arg;
	bool act = incident_event_is_act(e);

	if (!incident_event_shown(w->visitor, e))
		return true;
	begin_item(w, "Timeline", e->at);
	if (!act)
		add_event(w->out, e);
	if (e->said.author != NULL && is_reader(w)) {
		text_printf(w->out, act ? "**%s** by " : " %s by ",
		    told_act(e->said.act));
		markdown_safe(w->out, e->said.author);
		text_add(w->out, e->said.text != NULL ? ", " : "");
		markdown_safe(w->out, e->said.text);
	}
	text_char(w->out, '\n');
	return true;
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct writing *w = arg;
	struct query_evidence shown = *e;
	struct text words;

	if (!evidence_is_news(&w->seen, e))
		return true;
	if (!is_reader(w))
		shown.detail = NULL;
	begin_item(w, "Evidence", evidence_at(e));
	text_init(&words, WORDS_BYTES);
	evidence_words(&words, &shown);
	markdown_safe(w->out, text_str(&words));
	text_done(&words);
	text_char(w->out, '\n');
	return true;
}

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct writing *w = arg;
	char length[WHEN_BYTES];

	if (!is_reader(w))
		return true;
	begin_item(w, "Who was told", d->notice.at);
	markdown_safe(w->out, d->receiver);
	text_printf(w->out, ": %s, **%s**",
	    incident_event_word(d->notice.event), outbox_state_name(d->state));
	if (d->done != 0)
		text_printf(w->out, " after %s",
		    when_length(d->done - d->notice.at, length));
	text_char(w->out, '\n');
	return true;
}

void
incident_markdown(struct site *s, const struct visitor *v)
{
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text page;
	struct writing w = {.site = s,
	    .visitor = v,
	    .out = &page,
	    .known = q != NULL ? site_known(s, q) : 0};
	const struct query_incident_events on = {.on_incident = on_incident,
	    .on_follower = on_follower,
	    .on_event = on_event,
	    .on_evidence = on_evidence,
	    .on_delivery = on_delivery,
	    .arg = &w};
	enum status status;

	text_init(&page, PAGE_BYTES);
	status = incident_read(s, v, &on, &f);
	if (status == OK && !w.found)
		status = fail_set(&f, ERR_NOTFOUND, "no such incident");
	if (status == OK)
		answer_text(s, v->r, &page, "text/markdown; charset=utf-8",
		    s->now.change);
	else
		answer_unread(s, v->r, &f);
	evidence_seen_done(&w.seen);
	text_done(&page);
}
