/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <string.h>

#include "cli/explaining.h"
#include "cli/outlook.h"
#include "view/put.h"
#include "view/reports.h"
#include "wire/event_json.h"

enum { OPT_DATABASE = 'D' };

/* All that is told of an endpoint or an incident. */
struct telling {
	struct query *query;
	const struct config *config; /* or NULL */
	const struct dossier *dossier;
	const struct reports *reports;
	const struct outlook *outlook;
	enum reading_daemon daemon;
};

static bool
is_over(const struct dossier *d)
{
	return d->has_incident && d->incident.closed != 0;
}

/* What it depends on, where it is configured. */
static enum status
tell_depends(struct cli *c, const struct telling *t, json_t *whole,
    struct fail *f)
{
	const struct dossier *d = t->dossier;
	const struct config_endpoint *e = t->config == NULL || !d->watched
	    ? NULL
	    : config_find(t->config, d->id, NULL);

	return e == NULL ? OK : explaining_depends(c, t->query, e, whole, f);
}

static const struct config_service *
service_of(const struct telling *t)
{
	const struct dossier *d = t->dossier;

	return d->watched ? outlook_service(t->outlook, d->service) : NULL;
}

static enum status
tell_json(struct cli *c, const struct telling *t, struct fail *f)
{
	json_t *j = explaining_json(t->dossier);
	enum status s = OK;

	if (!is_over(t->dossier)) {
		if (t->reports->view.any)
			(void)json_object_set_new(j, "reports",
			    reports_json(t->reports));
		s = tell_depends(c, t, j, f);
		outlook_put(j, t->outlook, service_of(t),
		    outlook_view(&t->dossier->x.now));
	}
	put_text(j, "daemon", reading_daemon_name(t->daemon));
	cli_json(c, j);
	return s;
}

static enum status
tell(struct cli *c, const struct telling *t, struct fail *f)
{
	const struct dossier *d = t->dossier;
	enum status s = OK;

	if (c->json)
		return tell_json(c, t, f);
	if (is_over(d)) {
		explaining_closed(c, d);
	} else {
		explaining_endpoint(c, d);
		s = tell_depends(c, t, NULL, f);
		explaining_reports(c, t->reports);
		outlook_print(c, t->outlook, service_of(t),
		    outlook_view(&d->x.now), "\nFor the users of the service");
	}
	reading_as_of(c, d->known, t->daemon);
	return s;
}

static int
explain(struct cli *c, struct query *q, const char *what,
    const struct config *config, enum reading_daemon daemon)
{
	struct outlook o = {0};
	struct fail f = {.why = ""};
	struct reports r = {.region_count = 0};
	struct incident_id id;
	struct dossier d;
	enum status s;

	if (strchr(what, '/') == NULL && !incident_parse(what, &id)) {
		s = explaining_service(c, q, what, daemon, &f);
		if (s != ERR_NOTFOUND)
			return s == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
	}
	if (incident_parse(what, &id)) {
		s = dossier_incident(q, id, &d, &f);
	} else {
		s = dossier_read(q, what, &d, &f);
		if (s == OK)
			s = dossier_prove(q, &d, &f);
	}
	if (s == OK && d.service != NULL)
		s = reports_read(q, d.service, d.known, &r, &f);
	if (s == OK)
		s = outlook_open(q, config, &o, &f);
	if (s == OK)
		s = tell(c, &(struct telling){q, config, &d, &r, &o, daemon},
		    &f);
	outlook_close(&o);
	dossier_done(&d);
	return s == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
}

int
cli_explain(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {0}};
	enum reading_daemon daemon;
	const char *database = NULL;
	struct reading_source source = {0};
	struct query *q;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		database = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c,
		    "explain what?  One endpoint, as service/region, one "
		    "service, or one incident, as 20230214-1");
	code = reading_open_source(c, database, &source, &q, &daemon);
	if (code == EXIT_CODE_GOOD) {
		code = explain(c, q, argv[c->operand], source.config, daemon);
		query_close(q);
	}
	reading_done(&source);
	return code;
}
