/* SPDX-License-Identifier: MIT */
/* A service: what people report of it, and how its endpoints are. */
#include <jansson.h>
#include <string.h>

#include "base/text.h"
#include "cli/explaining.h"
#include "view/put.h"
#include "view/reports.h"
#include "view/when.h"

enum { WORDS_BYTES = 8192 };

struct listing {
	struct cli *cli;
	const char *service;
	json_t *list; /* with --json */
	wall_ms known;
	size_t count;
	bool print;
};

struct json_t *
explaining_state_json(const struct query_endpoint *e)
{
	json_t *j = json_object();

	put_text(j, "id", e->id);
	put_text(j, "state", state_name(e->state));
	put_text(j, "bucket", bucket_name(e->bucket));
	put_time(j, "since", e->since);
	return j;
}

void
explaining_state(struct cli *c, const struct query_endpoint *e, wall_ms known,
    const char *after)
{
	char age[WHEN_BYTES];

	(void)fputs("  ", c->out);
	reading_print(c, e->id);
	(void)fprintf(c->out, ": %s", bucket_name(e->bucket));
	if (e->since != 0)
		(void)fprintf(c->out, " for %s",
		    when_age(known - e->since, age));
	(void)fprintf(c->out, "%s\n", after);
}

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct listing *l = arg;

	if (strcmp(e->service, l->service) != 0)
		return true;
	l->count++;
	if (!l->print)
		return true;
	if (l->list != NULL)
		(void)json_array_append_new(l->list, explaining_state_json(e));
	else
		explaining_state(l->cli, e, l->known, "");
	return true;
}

void
explaining_reports(struct cli *c, const struct reports *r)
{
	struct text t;

	if (!r->view.any)
		return;
	text_init(&t, WORDS_BYTES);
	text_add(&t, "reports: ");
	reports_words(&t, r);
	text_add(&t, ". They change no verdict.");
	(void)fprintf(c->out, "\n%sWhat people report%s\n",
	    cli_style(c, CLI_BOLD), cli_style(c, CLI_PLAIN));
	explaining_paragraph(c, text_str(&t));
	text_done(&t);
}

static void
tell(struct listing *l, struct query *q, const struct reports *r,
    enum reading_daemon daemon)
{
	struct fail f = {.code = OK, .why = ""};
	struct cli *c = l->cli;
	json_t *j;

	l->print = true;
	if (c->json)
		l->list = json_array();
	else
		(void)fprintf(c->out,
		    "%s has %zu endpoint%s; 'vigie explain' says more of "
		    "each.\n",
		    l->service, l->count, l->count == 1 ? "" : "s");
	if (query_endpoints(q, NULL, on_endpoint, l, &f) != OK)
		(void)cli_error(c, EXIT_CODE_IO, "%s", f.why);
	if (!c->json) {
		explaining_reports(c, r);
		reading_as_of(c, l->known, daemon);
		return;
	}
	j = json_object();
	put_text(j, "service", l->service);
	put_time(j, "as_of", l->known);
	if (r->view.any)
		(void)json_object_set_new(j, "reports", reports_json(r));
	(void)json_object_set_new(j, "endpoints", l->list);
	put_text(j, "daemon", reading_daemon_name(daemon));
	cli_json(c, j);
}

enum status
explaining_service(struct cli *c, struct query *q, const char *service,
    enum reading_daemon daemon, struct fail *f)
{
	struct listing l = {.cli = c,
	    .service = service,
	    .known = query_known_until(q)};
	struct reports r;
	enum status s = query_endpoints(q, NULL, on_endpoint, &l, f);

	if (s == OK && l.count == 0)
		return ERR_NOTFOUND;
	if (s == OK)
		s = reports_read(q, service, l.known, &r, f);
	if (s == OK)
		tell(&l, q, &r, daemon);
	return s;
}
