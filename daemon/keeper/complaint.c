/* SPDX-License-Identifier: MIT */
#include "keeper/complaint.h"

#include <string.h>

#include "base/mem.h"
#include "keeper/inside.h"

enum { GONE = 410 };

void
complaint_gone(struct keeper *k, size_t receiver)
{
	/* An attempt may be written twice, when the first commit fails. */
	k->complaints[receiver].gone |= !k->gone[receiver];
	k->gone[receiver] = true;
}

void
complaint_failing(struct keeper *k, size_t receiver)
{
	struct complaint *c = &k->complaints[receiver];
	wall_ms now = loop_now(k->loop);

	if (c->told != 0 && now - c->told < DAY_MS)
		return;
	c->told = now;
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

void
complaint_reset(struct keeper *k, const struct config *old)
{
	size_t count = k->config->receiver_count;
	struct complaint *next = mem_array(count, sizeof(next[0]));

	for (size_t i = 0; k->complaints != NULL && i < count; i++) {
		for (size_t j = 0; j < old->receiver_count; j++) {
			if (strcmp(old->receivers[j].id,
				k->config->receivers[i].id) == 0)
				next[i] = k->complaints[j];
		}
	}
	mem_free(k->complaints);
	k->complaints = next;
	mem_free(k->gone);
	k->gone = mem_array(count, sizeof(k->gone[0]));
}
