/* SPDX-License-Identifier: MIT */
#include "keeper/complaint.h"

#include <string.h>

#include <jansson.h>

#include "base/mem.h"
#include "keeper/inside.h"

enum { GONE = 410 };

static bool
is_due(wall_ms told, wall_ms now)
{
	return told == 0 || now - told >= DAY_MS;
}

void
complaint_gone(struct keeper *k, size_t receiver)
{
	struct complaint *c = &k->complaints[receiver];
	wall_ms now = loop_now(k->loop);

	/* An attempt may be written twice, when the first commit fails. */
	if (!k->gone[receiver] && is_due(c->gone_told, now)) {
		c->gone_told = now;
		c->gone = true;
	}
	k->gone[receiver] = true;
}

void
complaint_failing(struct keeper *k, size_t receiver)
{
	struct complaint *c = &k->complaints[receiver];
	wall_ms now = loop_now(k->loop);

	if (!is_due(c->failing_told, now))
		return;
	c->failing_told = now;
	c->failing = true;
}

static void
add(struct keeper *k, size_t receiver, enum event_kind event, uint16_t code)
{
	struct output *o = mem_zalloc(sizeof(*o));
	struct pending *e;

	*o = (struct output){.kind = OUTPUT_EVENT,
	    .at = loop_now(k->loop),
	    .endpoint = ENDPOINT_NONE,
	    .event = event,
	    .loud = true,
	    .code = code};
	e = journal_add(k, ENTRY_OUTPUT, ENDPOINT_NONE);
	e->u.output.output = o;
	e->u.output.receiver = mem_dup(k->config->receivers[receiver].id);
}

bool
complaint_tell(struct keeper *k)
{
	bool any = false;

	for (size_t i = 0; i < k->config->receiver_count; i++) {
		struct complaint *c = &k->complaints[i];

		if (c->gone)
			add(k, i, EVENT_RECEIVER_GONE, GONE);
		if (c->failing)
			add(k, i, EVENT_RECEIVER_FAILING, 0);
		any = any || c->gone || c->failing;
		c->gone = c->failing = false;
	}
	return any;
}

static struct complaint *
find(struct keeper *k, const struct config *c, const char *id)
{
	for (size_t i = 0; i < c->receiver_count; i++) {
		if (strcmp(c->receivers[i].id, id) == 0)
			return &k->complaints[i];
	}
	return NULL;
}

void
complaint_begin(struct keeper *k)
{
	size_t count = k->config->receiver_count;

	k->complaints = mem_array(count, sizeof(k->complaints[0]));
	k->gone = mem_array(count, sizeof(k->gone[0]));
}

void
complaint_restore(struct keeper *k, enum event_kind event, wall_ms at,
    const char *json)
{
	json_t *j = json != NULL ? json_loads(json, 0, NULL) : NULL;
	const char *id = json_string_value(json_object_get(j, "receiver"));
	struct complaint *c = id != NULL ? find(k, k->config, id) : NULL;

	if (c != NULL) {
		wall_ms *told = event == EVENT_RECEIVER_GONE ? &c->gone_told
							     : &c->failing_told;

		*told = at > *told ? at : *told;
	}
	json_decref(j);
}

void
complaint_reset(struct keeper *k, const struct config *old)
{
	size_t count = k->config->receiver_count;
	struct complaint *next = mem_array(count, sizeof(next[0]));

	for (size_t i = 0; i < count; i++) {
		const struct complaint *c =
		    find(k, old, k->config->receivers[i].id);

		if (c != NULL)
			next[i] = *c;
		/* It may be another by now, and that would be news. */
		next[i].gone_told = 0;
	}
	mem_free(k->complaints);
	k->complaints = next;
	mem_free(k->gone);
	k->gone = mem_array(count, sizeof(k->gone[0]));
}
