/* SPDX-License-Identifier: MIT */
#include <string.h>

#include "base/escape.h"
#include "base/text.h"
#include "cli/explaining.h"
#include "wire/event_json.h"

enum { PARAGRAPH_BYTES = 4096 };

void
explaining_scope(struct cli *c, const struct dossier *d)
{
	const struct event_names names = dossier_names(d);
	const struct output *o = &d->x.now;
	char id[INCIDENT_TEXT_BYTES];
	const char *lead = d->lead != NULL ? d->lead : "another endpoint";
	struct text t;

	if (o->phase == PHASE_NONE ||
	    (o->row_count <= 1 && o->lead.n == 0 && o->members == 0 &&
		o->effects == 0))
		return;
	(void)fprintf(c->out, "\n%sFor whom?%s\n", cli_style(c, CLI_BOLD),
	    cli_style(c, CLI_PLAIN));
	text_init(&t, PARAGRAPH_BYTES);
	if (o->effect) {
		text_add(&t, "It fails because of what it depends on: ");
		escape_log(&t, lead, strlen(lead));
		text_printf(&t,
		    ", incident %s, which is told of; this one is quiet. "
		    "Where it still fails two minutes after that is over, it "
		    "is told of by itself.",
		    incident_format(o->lead, id));
	} else if (o->lead.n > 0) {
		text_add(&t,
		    "It fell ill together with others: it is part of what "
		    "began with ");
		escape_log(&t, lead, strlen(lead));
		text_printf(&t,
		    ", incident %s, which is told of; this one is quiet.",
		    incident_format(o->lead, id));
	} else {
		scope_who(o, &names, &t);
		scope_parts(o, &names, &t);
		text_char(&t, '.');
		if (o->members > 0)
			text_printf(&t, " %u other incident%s part of it.",
			    o->members, o->members == 1 ? " is" : "s are");
		if (o->effects > 0)
			text_printf(&t,
			    " %u endpoint%s because of it: vigie incident %s "
			    "names them.",
			    o->effects,
			    o->effects == 1 ? " that depends on it fails"
					    : "s that depend on it fail",
			    incident_format(o->incident, id));
		if (o->lingers)
			text_add(&t,
			    " This endpoint is well, and its incident goes on "
			    "until the last of them is over.");
	}
	explaining_paragraph(c, text_str(&t));
	text_done(&t);
}
