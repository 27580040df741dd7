/* SPDX-License-Identifier: MIT */
/* Certificates that run out soon: told once a day, until they are renewed. */
#include "base/mem.h"
#include "keeper/inside.h"

/* Told of so long before its end. */
static const int16_t warn_days = 14;

void
expiring_look(struct keeper *k, struct watched *w, const struct input *in)
{
	const struct sample *s = &in->u.sample;
	struct output *o;

	/* CERT_DAYS_UNKNOWN is below 0 too. */
	if (s->cert_days < 0 || s->cert_days >= warn_days ||
	    (w->expiring_told != 0 && in->at - w->expiring_told < DAY_MS))
		return;
	w->expiring_told = in->at;
	o = mem_zalloc(sizeof(*o));
	*o = (struct output){.kind = OUTPUT_EVENT,
	    .at = in->at,
	    .endpoint = w->slot,
	    .event = EVENT_CERT_EXPIRING,
	    .loud = true,
	    .cause = CAUSE_EVIDENCE,
	    .cert_days = s->cert_days,
	    .first_ref = in->ref,
	    .ref = in->ref,
	    .class = (enum sample_class)s->class,
	    .reason = (enum reason)s->reason,
	    .code = s->code};
	journal_add(k, ENTRY_OUTPUT, w->slot)->u.output.output = o;
	journal_soon(k);
}
