/* SPDX-License-Identifier: MIT */
#include "view/paused.h"

#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/escape.h"
#include "view/put.h"

void
paused_words(struct text *t, const struct query_endpoint *e, wall_ms now)
{
	char when[PROSPECT_TIME_BYTES];

	text_add(t, "paused");
	if (e->paused_until != 0)
		text_printf(t, " until %s",
		    prospect_time(e->paused_until, now, when));
	if (e->paused_by != NULL) {
		text_add(t, " by ");
		escape_log(t, e->paused_by, strlen(e->paused_by));
	}
	if (e->paused_why == NULL)
		return;
	text_add(t, ": ");
	escape_log(t, e->paused_why, strlen(e->paused_why));
}

void
paused_put(json_t *j, const struct query_endpoint *e)
{
	json_t *p;

	if (e->paused == 0)
		return;
	p = json_object();
	put_time(p, "since", e->paused);
	put_time(p, "until", e->paused_until);
	put_text(p, "by", e->paused_by);
	put_text(p, "why", e->paused_why);
	(void)json_object_set_new(j, "paused", p);
}

size_t
paused_prospects(const struct query_endpoint *e, wall_ms now,
    struct prospect out[PROSPECTS_MAX])
{
	char when[PROSPECT_TIME_BYTES];
	size_t n = 0;

	if (e->paused_until != 0) {
		out[n] = (struct prospect){.at = e->paused_until,
		    .then = BUCKET_UNKNOWN};
		(void)snprintf(out[n++].text, sizeof(out[0].text),
		    "It is watched again at %s.",
		    prospect_time(e->paused_until, now, when));
	}
	out[n] = (struct prospect){.then = BUCKET_UNKNOWN};
	(void)snprintf(out[n++].text, sizeof(out[0].text),
	    "'vigie resume' has it watched again at once.  It is as new then: "
	    "two good answers 5 s or more apart make it up.");
	return n;
}
