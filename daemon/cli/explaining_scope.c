/* SPDX-License-Identifier: MIT */
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
	struct text t;

	if (o->phase == PHASE_NONE ||
	    (o->row_count <= 1 && o->lead.n == 0 && o->members == 0))
		return;
	(void)fprintf(c->out, "\n%sFor whom?%s\n", cli_style(c, CLI_BOLD),
	    cli_style(c, CLI_PLAIN));
	text_init(&t, PARAGRAPH_BYTES);
	if (o->lead.n > 0) {
		text_printf(&t,
		    "It fell ill together with others: it is part of "
		    "incident %s, which is told of, and quiet itself.",
		    incident_format(o->lead, id));
	} else {
		scope_who(o, &names, &t);
		scope_parts(o, &names, &t);
		text_char(&t, '.');
		if (o->members > 0)
			text_printf(&t, " %u other incident%s part of it.",
			    o->members, o->members == 1 ? " is" : "s are");
		if (o->lingers)
			text_add(&t,
			    " This endpoint is well, and its incident goes on "
			    "until the last of them is over.");
	}
	explaining_paragraph(c, text_str(&t));
	text_done(&t);
}
