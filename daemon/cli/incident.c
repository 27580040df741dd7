/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/dossier.h"
#include "cli/incidents.h"
#include "cli/notices.h"
#include "cli/outlook.h"
#include "cli/reading.h"
#include "store/query.h"
#include "view/delivery.h"
#include "view/evidence.h"
#include "view/incident.h"
#include "view/put.h"
#include "view/reports.h"
#include "view/told.h"
#include "view/when.h"
#include "wire/event_json.h"

enum { WORDS_BYTES = 4096, SERVICE_BYTES = 64 };
enum { OPT_DATABASE = 'D' };

struct story {
	struct cli *cli;
	const struct dossier *now;   /* its endpoint at present; NULL: over */
	struct reports reports;      /* if it is not over */
	int64_t reported;            /* while it lasted, if it is */
	const struct config *config; /* or NULL */
	struct outlook outlook;
	struct evidence_seen seen;
	/* With --json. */
	json_t *whole, *parts, *effects, *timeline, *evidence, *notices;
	bool parts_headed, effects_headed;
	bool timeline_headed, evidence_headed, notices_headed;
};

static void
head(struct story *s, bool *headed, const char *title)
{
	if (!*headed)
		(void)fprintf(s->cli->out, "\n%s\n", title);
	*headed = true;
}

/* What is stored of it is as of its last event. */
static struct query_incident
as_of_now(const struct query_incident *i, const struct dossier *d)
{
	struct query_incident now = *i;

	if (d != NULL)
		output_refresh(&now.now, &d->x.now);
	return now;
}

static void
put_now(json_t *j, const struct dossier *d)
{
	if (d == NULL)
		return;
	put_text(j, "state", state_name(d->x.now.to));
	put_text(j, "bucket", bucket_name(d->x.now.bucket));
	put_time(j, "since", d->x.now.since);
	put_time(j, "as_of", d->known);
}

/* "now recovering since 2023-02-14 13:04:10Z, 62 % to hold for an hour" */
static void
print_now(struct cli *c, const struct dossier *d)
{
	char when[WHEN_BYTES];
	const struct output *o;

	if (d == NULL)
		return;
	o = &d->x.now;
	(void)fprintf(c->out, "now %s since %s", bucket_name(o->bucket),
	    when_text(o->since, when));
	if (o->bucket == BUCKET_UNKNOWN)
		(void)fprintf(c->out, ": %s", why_text(o->why));
	if (o->phase == PHASE_RECOVERING)
		(void)fprintf(c->out, ", %u %% to hold for an hour", o->chance);
	if (d->x.suspect && d->x.fails > 0)
		(void)fputs(", a failure is being confirmed", c->out);
	(void)fputc('\n', c->out);
}

/* Of an incident that is over: how many there were while it lasted. */
static json_t *
reported_json(const struct story *s, const struct query_incident *i)
{
	json_t *j;

	if (i->closed == 0)
		return s->reports.view.any ? reports_json(&s->reports) : NULL;
	if (s->reported == 0)
		return NULL;
	j = json_object();
	put_time(j, "from", i->now.onset);
	put_time(j, "to", i->closed);
	put_count(j, "count", s->reported);
	return j;
}

static void
print_reported(const struct story *s, const struct query_incident *i)
{
	FILE *out = s->cli->out;
	struct text t;

	if (i->closed != 0 && s->reported > 0)
		(void)fprintf(out, "reports: %" PRId64 " while it lasted\n",
		    s->reported);
	if (i->closed != 0 || !s->reports.view.any)
		return;
	text_init(&t, WORDS_BYTES);
	reports_words(&t, &s->reports);
	(void)fprintf(out, "reports: %s\n", text_str(&t));
	text_done(&t);
}

/* As long as it goes on. */
static void
tell_outlook(struct story *s, json_t *j)
{
	const struct output *o = s->now != NULL ? &s->now->x.now : NULL;
	const struct config_service *of;
	enum impacts_view view;

	if (o == NULL)
		return;
	view = outlook_view(o);
	of = outlook_service(&s->outlook, s->now->service);
	if (j != NULL)
		outlook_put(j, &s->outlook, of, view);
	else
		outlook_print(s->cli, &s->outlook, of, view,
		    "for the users of the service:");
}

static bool
on_one(void *arg, const struct query_incident *stored)
{
	struct story *s = arg;
	FILE *out = s->cli->out;
	const struct query_incident now = as_of_now(stored, s->now), *i = &now;
	const struct output *o = &i->now;
	char id[INCIDENT_TEXT_BYTES], when[WHEN_BYTES];
	char buf[DURATION_TEXT_BYTES];

	if (s->cli->json) {
		json_t *j = incident_json(i), *reported = reported_json(s, i);

		put_now(j, s->now);
		if (reported != NULL)
			(void)json_object_set_new(j, "reports", reported);
		tell_outlook(s, j);
		(void)json_object_update(s->whole, j);
		json_decref(j);
		return true;
	}
	(void)fprintf(out, "%s  %s, %s, %s\n", incident_format(o->incident, id),
	    kind_name(o->kind_worst), origin_name(o->origin),
	    i->withdrawn ? "withdrawn" : phase_name(o->phase));
	reading_print(s->cli, i->endpoint);
	(void)fprintf(out, ": %s", reason_text(o->reason));
	if (o->code != 0)
		(void)fprintf(out, " (%d)", o->code);
	(void)fputc('\n', out);
	incidents_scope(s->cli, i, "", "\n");
	print_now(s->cli, s->now);
	(void)fprintf(out, "since %s", when_text(o->onset, when));
	if (o->ended != 0)
		(void)fprintf(out, ", ended %s", when_text(o->ended, when));
	if (o->promised != 0)
		(void)fprintf(out, "\npromised to be back at %s%s%s",
		    when_text(o->promised, when), o->ended != 0 ? ": " : "",
		    o->ended == 0        ? ""
			: output_kept(o) ? "kept"
					 : "not kept");
	(void)fprintf(out, "\nfailing %s, %u relapse%s\n",
	    duration_format(incident_failing_ms(o), buf), o->relapses,
	    o->relapses == 1 ? "" : "s");
	if (i->acked_by != NULL) {
		(void)fputs("acknowledged by ", out);
		reading_print(s->cli, i->acked_by);
		(void)fprintf(out, " at %s\n", when_text(i->acked, when));
	}
	print_reported(s, i);
	for (unsigned b = 0; b < BUCKET_COUNT; b++) {
		if (o->bucket_ms[b] > 0)
			(void)fprintf(out, "  %-12s %s\n",
			    bucket_name((enum bucket)b),
			    duration_format(o->bucket_ms[b], buf));
	}
	tell_outlook(s, NULL);
	return true;
}

/* One that is part of it, or that it is the cause of. */
static bool
on_follower(void *arg, const struct query_incident *i)
{
	struct story *s = arg;
	FILE *out = s->cli->out;
	bool effect = i->now.effect;
	char id[INCIDENT_TEXT_BYTES], when[WHEN_BYTES];
	char failing[WHEN_BYTES];

	if (s->cli->json) {
		(void)json_array_append_new(effect ? s->effects : s->parts,
		    incident_json(i));
		return true;
	}
	head(s, effect ? &s->effects_headed : &s->parts_headed,
	    effect ? "Hit by it" : "Part of it");
	(void)fprintf(out, "  %s  %-13s %-10s %6s  ",
	    when_text(i->now.onset, when), incident_format(i->now.incident, id),
	    phase_name(i->now.phase),
	    when_age(incident_failing_ms(&i->now), failing));
	reading_print(s->cli, i->endpoint);
	(void)fputc('\n', out);
	return true;
}

/* The words of a person, whole. */
static void
print_said(struct cli *c, const struct event_said *said)
{
	if (said->author == NULL)
		return;
	(void)fprintf(c->out, ": %s by ", told_act(said->act));
	reading_print(c, said->author);
	if (said->text == NULL)
		return;
	(void)fputs(": ", c->out);
	reading_print_lines(c, said->text, "      ");
}

static void
print_event(struct story *s, const struct query_event *e, const json_t *j)
{
	char when[WHEN_BYTES];
	struct text words;

	head(s, &s->timeline_headed, "Timeline");
	(void)fprintf(s->cli->out, "  %s  %s%s", when_text(e->at, when),
	    event_name(e->event), e->loud ? " (told loudly)" : "");
	text_init(&words, WORDS_BYTES);
	told_words(&words, e->event, j);
	if (text_len(&words) > 0)
		(void)fprintf(s->cli->out, ": %s", text_str(&words));
	text_done(&words);
	print_said(s->cli, &e->said);
	(void)fputc('\n', s->cli->out);
}

static bool
on_event(void *arg, const struct query_event *e)
{
	struct story *s = arg;
	json_t *j = incident_event_json(e);

	if (s->cli->json) {
		(void)json_array_append(s->timeline, j);
	} else {
		print_event(s, e, j);
	}
	json_decref(j);
	return true;
}

static bool
on_evidence(void *arg, const struct query_evidence *e)
{
	struct story *s = arg;
	FILE *out = s->cli->out;
	char when[WHEN_BYTES];
	struct text words;

	if (!evidence_is_news(&s->seen, e))
		return true;
	if (s->cli->json) {
		(void)json_array_append_new(s->evidence, evidence_json(e));
		return true;
	}
	head(s, &s->evidence_headed, "Evidence");
	text_init(&words, WORDS_BYTES);
	evidence_words(&words, e);
	(void)fprintf(out, "  %s  %s", when_text(evidence_at(e), when),
	    text_str(&words));
	text_done(&words);
	(void)fputc('\n', out);
	return true;
}

static bool
on_delivery(void *arg, const struct query_delivery *d)
{
	struct story *s = arg;

	if (s->cli->json) {
		(void)json_array_append_new(s->notices, delivery_json(d));
		return true;
	}
	head(s, &s->notices_headed, "Notices");
	notices_line(s->cli, d);
	return true;
}

/* Of the service that its id begins with. */
static enum status
read_reports(struct story *s, struct query *q, const struct dossier *d,
    struct fail *f)
{
	char service[SERVICE_BYTES];

	(void)snprintf(service, sizeof(service), "%.*s",
	    (int)strcspn(d->id, "/"), d->id);
	if (d->incident.closed == 0)
		return reports_read(q, service, d->known, &s->reports, f);
	return query_reports_within(q, service, d->incident.now.onset,
	    d->incident.closed, &s->reported, f);
}

static enum status
walk(struct story *s, struct query *q, struct incident_id id, struct fail *f)
{
	const struct query_incident_events on = {.on_incident = on_one,
	    .on_follower = on_follower,
	    .on_event = on_event,
	    .on_evidence = on_evidence,
	    .on_delivery = on_delivery,
	    .arg = s};
	struct dossier d;
	enum status status = dossier_incident(q, id, &d, f);

	if (status == OK)
		status = outlook_open(q, s->config, &s->outlook, f);
	if (status == OK) {
		if (d.watched && d.x.now.phase != PHASE_NONE &&
		    d.x.now.incident.day == id.day &&
		    d.x.now.incident.n == id.n)
			s->now = &d;
		status = read_reports(s, q, &d, f);
		if (status == OK)
			status = query_incident(q, id, &on, f);
		s->now = NULL;
	}
	dossier_done(&d);
	outlook_close(&s->outlook);
	return status;
}

static int
tell_one(struct cli *c, struct query *q, struct incident_id id,
    const struct config *config, enum reading_daemon daemon)
{
	struct story s = {.cli = c,
	    .config = config,
	    .whole = json_object(),
	    .parts = json_array(),
	    .effects = json_array(),
	    .timeline = json_array(),
	    .evidence = json_array(),
	    .notices = json_array()};
	struct fail f = {.why = ""};
	char text[INCIDENT_TEXT_BYTES];
	enum status status = walk(&s, q, id, &f);

	(void)json_object_set_new(s.whole, "parts", s.parts);
	(void)json_object_set_new(s.whole, "effects", s.effects);
	(void)json_object_set_new(s.whole, "timeline", s.timeline);
	(void)json_object_set_new(s.whole, "evidence", s.evidence);
	(void)json_object_set_new(s.whole, "notices", s.notices);
	if (status == OK && c->json)
		cli_json(c, json_incref(s.whole));
	else if (status == OK)
		reading_as_of(c, query_known_until(q), daemon);
	json_decref(s.whole);
	evidence_seen_done(&s.seen);
	if (status == ERR_NOTFOUND)
		return cli_error(c, EXIT_CODE_DATA, "no incident %s",
		    incident_format(id, text));
	return status == OK ? EXIT_CODE_GOOD : reading_failed(c, &f);
}

int
cli_incident(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {0}};
	const char *database = NULL;
	enum reading_daemon daemon;
	struct reading_source source = {0};
	struct incident_id id;
	struct query *q;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		database = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand != 1)
		return cli_usage(c, "which incident?  One, as 20230214-1");
	if (!incident_parse(argv[c->operand], &id))
		return cli_usage(c,
		    "'%s' is no incident; they are named as 20230214-1",
		    argv[c->operand]);
	code = reading_open_source(c, database, &source, &q, &daemon);
	if (code == EXIT_CODE_GOOD) {
		code = tell_one(c, q, id, source.config, daemon);
		query_close(q);
	}
	reading_done(&source);
	return code;
}
