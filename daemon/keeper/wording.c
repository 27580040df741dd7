/* SPDX-License-Identifier: MIT */
#include <jansson.h>

#include "base/mem.h"
#include "keeper/impacts.h"
#include "keeper/inside.h"
#include "wire/notice_json.h"

enum { NAMES_MAX = 12 /* of one kind, in a line */ };

/* Of what the output has as numbers of endpoints; into *s. */
static void
scope_of(const struct keeper *k, const struct output *o,
    const struct watched *w, struct scope_names *s)
{
	size_t n = o->row_count < SCOPE_ROWS ? o->row_count : SCOPE_ROWS;

	*s = (struct scope_names){0};
	if (o->lead.n > 0)
		s->lead = registry_at(&k->endpoints, o->lead_endpoint)->id;
	if (o->scope == SCOPE_TAG && w != NULL && w->config != NULL)
		s->tag = w->config->tags[o->scope_tag];
	for (size_t i = 0; i < n; i++) {
		const struct watched *row =
		    registry_at(&k->endpoints, o->rows[i].endpoint);

		s->services[i] = row->service;
		s->regions[i] = row->region;
	}
}

/* scope: room for the names of what it is part of, as long as the result. */
static struct event_names
names_of(const struct keeper *k, const struct pending *e,
    struct scope_names *scope)
{
	const struct watched *w = registry_at(&k->endpoints, e->slot);
	struct event_names n = {.receiver = e->u.output.receiver,
	    .detail = e->u.output.detail,
	    .said = journal_said(e),
	    .scope = scope};

	scope_of(k, e->u.output.output, w, scope);
	if (w != NULL) {
		n.endpoint = w->id;
		n.service = w->service;
		n.region = w->region;
	}
	return n;
}

char *
wording_json(const struct keeper *k, const struct pending *e)
{
	struct scope_names scope;
	struct event_names n = names_of(k, e, &scope);
	struct json_t *j = event_json(e->u.output.output, &n);
	char *text = event_json_text(j);

	json_decref(j);
	return text;
}

void
wording_notice(const struct keeper *k, const struct pending *e, uint64_t seq,
    char **body, char **line)
{
	const struct output *o = e->u.output.output;
	const struct watched *w = registry_at(&k->endpoints, e->slot);
	struct scope_names scope;
	struct event_names n = names_of(k, e, &scope);
	/* No longer configured, it still has its name. */
	struct notice_service service = {.id = n.service};
	struct impacts impacts;
	struct notice_about about = {.event = o,
	    .names = &n,
	    .service = n.service != NULL ? &service : NULL,
	    .seq = seq,
	    .public_url = k->config->public_url,
	    .degraded = k->degraded,
	    .impacts = &impacts};
	struct text text;

	impacts_of_event(k, w != NULL ? w->config : NULL, o, &impacts);
	if (w != NULL && w->config != NULL) {
		const struct config_service *s = w->config;

		service = (struct notice_service){.id = s->id,
		    .name = s->name,
		    .owner = s->owner,
		    .runbook = s->runbook,
		    .advice = s->advice,
		    .tags = (const char *const *)s->tags,
		    .functions = (const char *const *)s->functions.names,
		    .unaffected = (const char *const *)s->unaffected.names};
	}
	*body = notice_json(&about);
	text_init(&text, NOTICE_JSON_BYTES);
	event_line(o, &n, &text);
	if (impacts.count > 0 || impacts.advice != NULL)
		text_add(&text, "; ");
	impacts_line(&impacts, loop_now(k->loop), NAMES_MAX, "; ", &text);
	impacts_done(&impacts);
	*line = text_take(&text);
}
