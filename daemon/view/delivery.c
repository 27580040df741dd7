/* SPDX-License-Identifier: MIT */
#include "view/delivery.h"

#include <jansson.h>

#include "view/put.h"
#include "wire/event_json.h"

json_t *
delivery_json(const struct query_delivery *d)
{
	json_t *j = json_object();
	char id[INCIDENT_TEXT_BYTES];

	put_count(j, "notice", (int64_t)d->notice.id);
	put_time(j, "t", d->notice.at);
	put_text(j, "event", event_name(d->notice.event));
	if (d->notice.incident.n > 0)
		put_text(j, "incident",
		    incident_format(d->notice.incident, id));
	put_text(j, "service", d->notice.service);
	put_count(j, "seq", (int64_t)d->notice.seq);
	(void)json_object_set_new(j, "loud", json_boolean(d->notice.loud));
	put_text(j, "receiver", d->receiver);
	put_text(j, "webhook_id", d->webhook_id);
	put_text(j, "state", outbox_state_name(d->state));
	put_count(j, "attempts", d->attempts);
	if (d->done == 0)
		put_time(j, "next_try", d->next_try);
	put_time(j, "done", d->done);
	if (d->code != 0)
		put_count(j, "code", d->code);
	put_text(j, "detail", d->detail);
	return j;
}
