/* SPDX-License-Identifier: MIT */
/*
 * feed - incidents for readers of news: Atom (RFC 4287), one entry for each,
 * so that a service which flaps is one entry that moves.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/html.h"
#include "base/mem.h"
#include "base/utc.h"
#include "io/crypto.h"
#include "store/own.h"
#include "view/incident.h"
#include "view/told.h"
#include "view/when.h"
#include "web/frame.h"
#include "web/incident.h"
#include "web/param.h"

enum {
	ENTRIES = 50,
	WORDS_BYTES = 4096,
	LINE_BYTES = 8 * WORDS_BYTES,
	CONTENT_BYTES = 16384, /* the rest is on the page of an incident */
	MORE_BYTES = 64
};

struct entry {
	struct incident_id id;
	char *title;
	wall_ms onset;
};

struct feed {
	const struct site *site;
	const struct visitor *visitor;
	const char *service, *region; /* of these alone, or NULL */
	char instance[OWN_INSTANCE_BYTES];
	struct entry entries[ENTRIES];
	size_t count;
	struct text body, content; /* of the entry at hand */
	wall_ms updated;           /* the newest of all */
	wall_ms last;              /* of the entry at hand */
	bool full;                 /* so is its content */
};

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct feed *feed = arg;
	const struct output *o = &i->now;
	char length[WHEN_BYTES];
	struct text title;

	if (!site_lists(feed->site, feed->visitor, i,
		feed->service != NULL || feed->region != NULL))
		return true;
	text_init(&title, WORDS_BYTES);
	text_printf(&title, "%s: %s, ",
	    o->scope == SCOPE_ENDPOINT ? i->endpoint : i->scope,
	    kind_name(o->kind_worst));
	if (i->withdrawn)
		text_add(&title, "withdrawn");
	else if (i->closed != 0)
		text_printf(&title, "over after %s",
		    when_length(incident_failing_ms(o), length));
	else
		text_add(&title, phase_name(o->phase));
	feed->entries[feed->count++] = (struct entry){.id = o->incident,
	    .title = text_take(&title),
	    .onset = o->onset};
	return feed->count < ENTRIES;
}

static void
add_line(struct text *line, const struct query_event *e)
{
	json_t *j = incident_event_json(e);
	struct text words;

	text_init(&words, WORDS_BYTES);
	told_words(&words, e->event, j);
	text_add(line, "<li>");
	frame_time(line, e->at);
	text_printf(line, " %s ", event_name(e->event));
	html_add(line, text_str(&words));
	text_add(line, "</li>\n");
	text_done(&words);
	json_decref(j);
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct feed *feed = arg;
	struct text *t = &feed->content, line;

	if (!incident_event_shown(feed->visitor, e))
		return true;
	if (e->at > feed->last)
		feed->last = e->at;
	if (feed->full)
		return true;
	text_init(&line, LINE_BYTES);
	add_line(&line, e);
	feed->full = text_len(t) + text_len(&line) > CONTENT_BYTES - MORE_BYTES;
	text_add(t,
	    feed->full ? "<li>and more, on its page</li>\n" : text_str(&line));
	text_done(&line);
	return true;
}

/* A name that is the same for ever: a UUID of its own making (RFC 9562, 8). */
static void
add_urn(struct text *t, const char *instance, const char *what)
{
	unsigned char d[CRYPTO_SHA256_BYTES];
	char seed[WORDS_BYTES];

	(void)snprintf(seed, sizeof(seed), "%s/%s", instance, what);
	crypto_sha256(seed, strlen(seed), d);
	d[6] = (unsigned char)((d[6] & 0x0fu) | 0x80u);
	d[8] = (unsigned char)((d[8] & 0x3fu) | 0x80u);
	text_add(t, "<id>urn:uuid:");
	for (int i = 0; i < 16; i++)
		text_printf(t, "%s%02x",
		    i == 4 || i == 6 || i == 8 || i == 10 ? "-" : "", d[i]);
	text_add(t, "</id>\n");
}

static void
add_link(struct feed *feed, const char *path, const char *id)
{
	const char *url = feed->site->show.public_url;

	text_add(&feed->body, "<link href=\"");
	html_safe(&feed->body, url != NULL ? url : frame_base());
	text_printf(&feed->body, "%s%s\"/>\n", path, id);
}

static void
add_updated(struct text *t, const char *name, wall_ms at)
{
	char when[UTC_TEXT_BYTES];

	text_printf(t, "<%s>%s</%s>\n", name, utc_format(at, when), name);
}

static enum status
add_entry(struct feed *feed, struct query *q, const struct entry *e,
    struct fail *f)
{
	const struct query_incident_events on = {.on_event = on_event,
	    .arg = feed};
	char id[INCIDENT_TEXT_BYTES];
	enum status status;

	feed->last = e->onset;
	feed->full = false;
	text_reset(&feed->content);
	status = query_incident(q, e->id, &on, f);
	text_add(&feed->body, "<entry>\n");
	add_urn(&feed->body, feed->instance, incident_format(e->id, id));
	text_add(&feed->body, "<title>");
	html_safe(&feed->body, e->title);
	text_add(&feed->body, "</title>\n");
	add_link(feed, "/i/", id);
	add_updated(&feed->body, "published", e->onset);
	add_updated(&feed->body, "updated", feed->last);
	text_add(&feed->body, "<content type=\"html\">&lt;ul&gt;\n");
	html_add(&feed->body, text_str(&feed->content));
	text_add(&feed->body, "&lt;/ul&gt;</content>\n</entry>\n");
	if (feed->last > feed->updated)
		feed->updated = feed->last;
	return status;
}

static enum status
read_all(struct feed *feed, struct query *q, struct fail *f)
{
	const struct query_incidents which = {.service = feed->service,
	    .region = feed->region};
	enum status status = own_instance(q, feed->instance, f);

	if (status == OK)
		status = query_incidents(q, &which, on_incident, feed, f);
	for (size_t i = 0; i < feed->count && status == OK; i++)
		status = add_entry(feed, q, &feed->entries[i], f);
	return status;
}

static void
add_head(struct text *t, const struct feed *feed, const struct http_request *r)
{
	char subject[WORDS_BYTES];

	(void)snprintf(subject, sizeof(subject), "history%s%s%s%s",
	    feed->service != NULL ? " of " : "",
	    feed->service != NULL ? feed->service : "",
	    feed->region != NULL ? " in " : "",
	    feed->region != NULL ? feed->region : "");
	text_add(t,
	    "<?xml version=\"1.0\" encoding=\"utf-8\"?>\n"
	    "<feed xmlns=\"http://www.w3.org/2005/Atom\" xml:lang=\"en\">\n");
	add_urn(t, feed->instance, subject);
	text_add(t, "<title>Vigie: ");
	html_safe(t, subject);
	text_add(t,
	    "</title>\n<author><name>Vigie</name></author>\n"
	    "<link rel=\"self\" href=\"");
	if (feed->site->show.public_url != NULL)
		html_safe(t, feed->site->show.public_url);
	else
		text_add(t, frame_base());
	text_add(t, "/history.atom");
	text_add(t, r->query[0] != '\0' ? "?" : "");
	html_safe(t, r->query);
	text_add(t, "\"/>\n");
	add_updated(t, "updated", feed->updated);
}

void
feed_serve(struct site *s, const struct visitor *v)
{
	struct feed feed = {.site = s, .visitor = v};
	struct fail f = {.why = ""};
	struct query *q = site_query(s, &f);
	struct text page;

	if (!param_text(v, "service", &feed.service) ||
	    !param_text(v, "region", &feed.region))
		return;
	text_init(&page, PAGE_BYTES);
	text_init(&feed.body, PAGE_BYTES);
	text_init(&feed.content, CONTENT_BYTES);
	if (q == NULL || read_all(&feed, q, &f) != OK) {
		answer_unread(s, v->r, &f);
	} else {
		add_head(&page, &feed, v->r);
		text_add_n(&page, text_str(&feed.body), text_len(&feed.body));
		text_add(&page, "</feed>\n");
		answer_text(s, v->r, &page,
		    "application/atom+xml; charset=utf-8", s->now.change);
	}
	for (size_t i = 0; i < feed.count; i++)
		mem_free(feed.entries[i].title);
	text_done(&feed.content);
	text_done(&feed.body);
	text_done(&page);
}
