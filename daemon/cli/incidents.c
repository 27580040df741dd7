/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>

#include "base/duration.h"
#include "cli/cli.h"
#include "cli/incidents.h"
#include "cli/reading.h"
#include "store/query.h"
#include "store/recall.h"
#include "view/incident.h"
#include "view/put.h"
#include "view/when.h"
#include "wire/event_json.h"

enum { OPT_DATABASE = 'D', OPT_OPEN = 'o', OPT_SINCE = 's' };

struct listing {
	struct cli *cli;
	wall_ms now;
	json_t *list; /* with --json */
	size_t count;
	struct query *q;
	struct recall *recall; /* once an open one is met */
};

void
incidents_scope(struct cli *c, const struct query_incident *i,
    const char *before, const char *after)
{
	char id[INCIDENT_TEXT_BYTES];

	if (i->now.lead.n > 0) {
		(void)fprintf(c->out, "%s%s ", before,
		    i->now.effect ? "caused by" : "part of");
		reading_print(c, i->lead_endpoint);
		(void)fprintf(c->out, " (%s)%s",
		    incident_format(i->now.lead, id), after);
	} else if (i->now.scope != SCOPE_ENDPOINT) {
		(void)fputs(before, c->out);
		reading_print(c, i->scope);
		(void)fputs(after, c->out);
	}
}

/* What is stored of an open one is as of its last event. */
static void
refresh(struct listing *l, struct query_incident *i)
{
	struct fail f;

	if (l->recall == NULL && recall_open(l->q, &l->recall, &f) != OK)
		l->recall = NULL;
	recall_refresh(l->recall, i->owner, &i->now);
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct listing *l = arg;
	struct cli *c = l->cli;
	struct query_incident now = *i;
	const struct output *o = &now.now;
	char id[INCIDENT_TEXT_BYTES], when[WHEN_BYTES];
	char long_for[WHEN_BYTES];
	const char *phase;

	if (i->closed == 0)
		refresh(l, &now);
	phase = phase_name(o->phase);
	l->count++;
	if (c->json) {
		(void)json_array_append_new(l->list, incident_json(&now));
		return true;
	}
	if (i->withdrawn)
		phase = "withdrawn";
	(void)fprintf(c->out, "%-13s %s %-10s %-11s %6s  ",
	    incident_format(o->incident, id), when_text(o->onset, when), phase,
	    kind_name(o->kind_worst),
	    when_age(incident_failing_ms(o), long_for));
	reading_print(c, i->endpoint);
	incidents_scope(c, i, ", ", "");
	if (o->relapses > 0)
		(void)fprintf(c->out, " (%u relapse%s)", o->relapses,
		    o->relapses == 1 ? "" : "s");
	if (i->acked_by != NULL) {
		(void)fputs("; acknowledged by ", c->out);
		reading_print(c, i->acked_by);
	}
	(void)fputc('\n', c->out);
	return true;
}

static int
tell(struct cli *c, struct query *q, const struct query_incidents *w)
{
	struct listing l = {.cli = c, .list = json_array(), .q = q};
	struct fail f = {.why = ""};
	enum status s;

	if (!c->json)
		(void)fprintf(c->out, "%-13s %-20s %-10s %-11s %6s  %s\n", "id",
		    "since", "phase", "kind", "for", "endpoint");
	s = query_incidents(q, w, on_incident, &l, &f);
	if (s == OK && c->json)
		cli_json(c, json_incref(l.list));
	else if (s == OK && l.count == 0)
		(void)fputs("no incidents\n", c->out);
	json_decref(l.list);
	recall_close(l.recall);
	return s == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
}

int
cli_incidents(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {"open", no_argument, NULL, OPT_OPEN},
	    {"since", required_argument, NULL, OPT_SINCE}, {0}};
	struct query_incidents w = {0};
	const char *database = NULL;
	struct fail f;
	struct query *q;
	span_ms since = 0;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		if (opt == OPT_DATABASE)
			database = c->value;
		else if (opt == OPT_OPEN)
			w.open_only = true;
		else if (duration_parse(c->value, &since, &f) != OK)
			return cli_usage(c, "--since: %s", f.why);
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand > 1)
		return cli_usage(c, "one endpoint at most");
	if (c->operand < argc)
		w.endpoint = argv[c->operand];
	code = reading_open(c, database, &q);
	if (code != EXIT_CODE_GOOD)
		return code;
	if (since > 0)
		w.since = query_known_until(q) - since;
	code = tell(c, q, &w);
	query_close(q);
	return code;
}
