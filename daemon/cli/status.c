/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "base/glob.h"
#include "base/mem.h"
#include "cli/cli.h"
#include "cli/outlook.h"
#include "cli/paused.h"
#include "cli/reading.h"
#include "cli/reports.h"
#include "store/evidence.h"
#include "store/query.h"
#include "wire/event_json.h"

enum { OPT_DATABASE = 'D', WORDS_BYTES = 8192 };

/* Problems first; the exit code is that of the first rank in use. */
static const struct rank {
	enum bucket bucket;
	char mark; /* never colour alone, nor words alone */
	const char *word;
	enum exit_code exit;
	enum cli_style style;
} ranks[] = {
    {BUCKET_DOWN, 'x', "DOWN", EXIT_CODE_BAD, CLI_RED},
    {BUCKET_MAINTENANCE, '=', "MAINTENANCE", EXIT_CODE_MAINTENANCE, CLI_YELLOW},
    {BUCKET_DEGRADED, '~', "DEGRADED", EXIT_CODE_PARTLY, CLI_YELLOW},
    {BUCKET_RECOVERING, '@', "RECOVERING", EXIT_CODE_PARTLY, CLI_YELLOW},
    {BUCKET_UNKNOWN, '.', "NO DATA", EXIT_CODE_UNKNOWN, CLI_PLAIN},
    {BUCKET_UP, '#', "UP", EXIT_CODE_GOOD, CLI_GREEN},
};
enum { RANK_COUNT = sizeof(ranks) / sizeof(ranks[0]) };

struct row {
	struct query_endpoint e; /* its strings are ours */
	char *id, *service, *region, *paused_by, *paused_why;
	struct output incident; /* of an open incident */
	char *acked_by;         /* or NULL */
	char *partial;          /* which addresses fail, or NULL */
	wall_ms acked;
	bool has_incident;
};

/* What people report of a service, beside its verdict. */
struct heard {
	const char *service; /* of a row */
	struct reports reports;
};

struct listing {
	const char *filter; /* or NULL */
	enum reading_daemon daemon;
	struct heard *heard; /* those who are reported at all */
	size_t heard_count;
	struct row *rows;
	size_t count, size;
	struct outlook outlook;
};

static bool
wanted(const char *filter, const struct query_endpoint *e)
{
	return filter == NULL || glob_match(filter, e->id) ||
	    glob_match(filter, e->service) ||
	    (e->region != NULL && glob_match(filter, e->region));
}

static bool
on_endpoint(void *arg, const struct query_endpoint *e)
{
	struct listing *l = arg;
	struct row *r;

	if (!wanted(l->filter, e))
		return true;
	if (l->count == l->size) {
		l->size = 2 * l->size + 16;
		l->rows = mem_resize(l->rows, l->size, sizeof(l->rows[0]));
	}
	r = &l->rows[l->count++];
	*r = (struct row){.e = *e,
	    .id = mem_dup(e->id),
	    .service = mem_dup(e->service),
	    .region = mem_dup(e->region),
	    .paused_by = mem_dup(e->paused_by),
	    .paused_why = mem_dup(e->paused_why)};
	r->e.id = r->id;
	r->e.service = r->service;
	r->e.region = r->region;
	r->e.paused_by = r->paused_by;
	r->e.paused_why = r->paused_why;
	return true;
}

static bool
on_incident(void *arg, const struct query_incident *i)
{
	struct listing *l = arg;
	size_t lo = 0, hi = l->count;

	/* The endpoints came in order of id. */
	while (lo < hi) {
		size_t mid = lo + (hi - lo) / 2;
		int order = strcmp(l->rows[mid].id, i->endpoint);

		if (order == 0) {
			l->rows[mid].incident = i->now;
			l->rows[mid].has_incident = true;
			l->rows[mid].acked_by = mem_dup(i->acked_by);
			l->rows[mid].acked = i->acked;
			return true;
		}
		if (order < 0)
			lo = mid + 1;
		else
			hi = mid;
	}
	return true;
}

static bool
on_partial(void *arg, const struct query_evidence *e)
{
	struct row *r = arg;

	mem_free(r->partial);
	r->partial = mem_dup(e->detail);
	return true;
}

static enum status
find_partial(struct query *q, struct listing *l, struct fail *f)
{
	enum status s = OK;

	for (size_t i = 0; i < l->count && s == OK; i++) {
		struct row *r = &l->rows[i];

		if (!r->e.sampled || r->e.paused != 0 ||
		    (r->e.last.flags & SAMPLE_PARTIAL) == 0)
			continue;
		r->partial = mem_dup("some addresses failing");
		s = evidence_partial(q, r->e.last_ref, r->e.endpoint,
		    on_partial, r, f);
	}
	return s;
}

static void
listing_done(struct listing *l)
{
	for (size_t i = 0; i < l->count; i++) {
		mem_free(l->rows[i].id);
		mem_free(l->rows[i].service);
		mem_free(l->rows[i].region);
		mem_free(l->rows[i].paused_by);
		mem_free(l->rows[i].paused_why);
		mem_free(l->rows[i].acked_by);
		mem_free(l->rows[i].partial);
	}
	mem_free(l->rows);
	mem_free(l->heard);
	outlook_close(&l->outlook);
}

/* The rows of a service follow one another, as their ids do. */
static enum status
find_reports(struct query *q, struct listing *l, wall_ms now, struct fail *f)
{
	enum status s = OK;
	struct heard h;

	for (size_t i = 0; i < l->count && s == OK; i++) {
		h.service = l->rows[i].service;
		if (i > 0 && strcmp(l->rows[i - 1].service, h.service) == 0)
			continue;
		s = reports_read(q, h.service, now, &h.reports, f);
		if (s != OK || !h.reports.view.any)
			continue;
		l->heard = mem_resize(l->heard, l->heard_count + 1,
		    sizeof(l->heard[0]));
		l->heard[l->heard_count++] = h;
	}
	return s;
}

/* "503 the server says maintenance (nobody announced it)" */
static void
print_cause(struct cli *c, const struct row *r)
{
	const struct output *o = &r->incident;

	if (o->kind_now == KIND_DEGRADATION &&
	    class_effect(o->class) == EFFECT_FAILING)
		(void)fputs("some checks fail: ", c->out);
	if (o->code != 0)
		(void)fprintf(c->out, "%d ", o->code);
	(void)fputs(o->class == CLASS_MAINT ? class_text(o->class)
					    : reason_text(o->reason),
	    c->out);
	if (o->kind_now == KIND_MAINTENANCE)
		(void)fputs(o->origin == ORIGIN_PLANNED
			? " (planned)"
			: " (nobody announced it)",
		    c->out);
}

static void
print_pause(struct cli *c, const struct row *r, wall_ms now)
{
	struct text t;

	text_init(&t, WORDS_BYTES);
	paused_words(&t, &r->e, now);
	(void)fputs(text_str(&t), c->out);
	text_done(&t);
}

static void
print_detail(struct cli *c, const struct row *r, wall_ms now)
{
	char when[READING_TIME_BYTES];

	if (r->e.paused != 0) {
		print_pause(c, r, now);
	} else if (r->e.bucket == BUCKET_UNKNOWN) {
		(void)fputs(why_text(r->e.why), c->out);
	} else if (!r->has_incident) {
		if (r->e.sampled)
			(void)fprintf(c->out, "%" PRIu32 " ms",
			    r->e.last.total_us / 1000);
	} else if (r->e.bucket == BUCKET_RECOVERING) {
		(void)fprintf(c->out, "%u %% to hold for an hour",
		    r->incident.chance);
		if (r->incident.all_clear_at != 0)
			(void)fprintf(c->out, ", all-clear %.5sZ",
			    reading_time(r->incident.all_clear_at, when) + 11);
	} else {
		print_cause(c, r);
	}
}

static void
print_row(struct cli *c, const struct rank *k, const struct row *r, wall_ms now)
{
	char age[READING_TIME_BYTES];
	wall_ms since = r->e.since;

	if (r->has_incident && r->e.bucket != BUCKET_RECOVERING)
		since = r->incident.onset;
	(void)fprintf(c->out, "%s%c %-12s%s", cli_style(c, k->style), k->mark,
	    k->word, cli_style(c, CLI_PLAIN));
	reading_print(c, r->id);
	(void)fprintf(c->out, "%*s %6s  ",
	    strlen(r->id) < 28 ? (int)(28 - strlen(r->id)) : 0, "",
	    since != 0 ? reading_age(now - since, age) : "-");
	print_detail(c, r, now);
	if (r->partial != NULL) {
		(void)fputs("; ", c->out);
		reading_print(c, r->partial);
	}
	if (r->acked_by != NULL) {
		(void)fputs("; acknowledged by ", c->out);
		reading_print(c, r->acked_by);
	}
	(void)fputc('\n', c->out);
}

/* For the users of a service: what of it fails decides. */
static enum impacts_view
view_of(const struct listing *l, const char *service, bool *shown)
{
	enum impacts_view view = IMPACTS_MEASURED;

	*shown = false;
	for (size_t i = 0; i < l->count; i++) {
		const struct row *r = &l->rows[i];

		if (strcmp(r->service, service) != 0)
			continue;
		*shown = true;
		if (r->e.bucket == BUCKET_DOWN ||
		    r->e.bucket == BUCKET_MAINTENANCE)
			view = IMPACTS_OF_FAILURE;
	}
	return view;
}

static void
print_services(struct cli *c, const struct listing *l)
{
	const struct config *config = l->outlook.config;

	for (size_t i = 0; config != NULL && i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];
		bool shown;
		enum impacts_view view = view_of(l, s->id, &shown);
		struct text title;

		if (!shown)
			continue;
		if (view == IMPACTS_MEASURED)
			view = IMPACTS_OF_TROUBLE;
		text_init(&title, WORDS_BYTES);
		escape_log(&title, s->name, strlen(s->name));
		text_add(&title, ", for its users:");
		outlook_print(c, &l->outlook, s, view, text_str(&title));
		text_done(&title);
	}
}

static json_t *
services_json(const struct listing *l)
{
	const struct config *config = l->outlook.config;
	json_t *list = json_array();

	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];
		bool shown;
		enum impacts_view view = view_of(l, s->id, &shown);
		json_t *j;

		if (!shown)
			continue;
		j = json_object();
		reading_put(j, "id", s->id);
		reading_put(j, "name", s->name);
		outlook_put(j, &l->outlook, s, view);
		(void)json_array_append_new(list, j);
	}
	return list;
}

static void
print_reports(struct cli *c, const struct heard *h)
{
	struct text t;

	if (!reports_any_now(&h->reports))
		return;
	text_init(&t, WORDS_BYTES);
	reports_words(&t, &h->reports);
	reading_print(c, h->service);
	(void)fprintf(c->out, ": reports: %s\n", text_str(&t));
	text_done(&t);
}

static void
print_all(struct cli *c, const struct listing *l, wall_ms now)
{
	char when[READING_TIME_BYTES];

	for (size_t k = 0; k < RANK_COUNT; k++) {
		for (size_t i = 0; i < l->count; i++) {
			if (l->rows[i].e.bucket == ranks[k].bucket)
				print_row(c, &ranks[k], &l->rows[i], now);
		}
	}
	print_services(c, l);
	for (size_t i = 0; i < l->heard_count; i++)
		print_reports(c, &l->heard[i]);
	(void)fprintf(c->out, "%zu endpoint%s, as of %s\n", l->count,
	    l->count == 1 ? "" : "s", reading_time(now, when));
	reading_banner(c, l->daemon);
}

static json_t *
row_json(const struct row *r)
{
	json_t *j = json_object();
	char id[INCIDENT_TEXT_BYTES];

	reading_put(j, "id", r->id);
	reading_put(j, "service", r->service);
	reading_put(j, "region", r->region);
	reading_put(j, "state", state_name(r->e.state));
	if (r->e.state == STATE_UNKNOWN)
		reading_put(j, "why", why_name(r->e.why));
	reading_put(j, "bucket", bucket_name(r->e.bucket));
	reading_put_time(j, "since", r->e.since);
	paused_put(j, &r->e);
	if (r->e.sampled) {
		enum sample_class class = (enum sample_class)r->e.last.class;

		reading_put_time(j, "last_at", r->e.last.start);
		reading_put(j, "last_class", class_name(class));
		reading_put_count(j, "last_ms", r->e.last.total_us / 1000);
	}
	reading_put_safe(j, "partial", r->partial);
	if (!r->has_incident)
		return j;
	reading_put(j, "incident", incident_format(r->incident.incident, id));
	reading_put(j, "phase", phase_name(r->incident.phase));
	reading_put(j, "kind", kind_name(r->incident.kind_worst));
	reading_put_time(j, "onset", r->incident.onset);
	if (r->incident.phase == PHASE_RECOVERING) {
		reading_put_count(j, "chance", r->incident.chance);
		reading_put_time(j, "all_clear_at", r->incident.all_clear_at);
	}
	reading_put(j, "acknowledged_by", r->acked_by);
	reading_put_time(j, "acknowledged", r->acked);
	return j;
}

static void
print_json(struct cli *c, const struct listing *l, enum bucket worst,
    wall_ms now)
{
	json_t *whole = json_object(), *counts = json_object();
	json_t *list = json_array(), *reported = json_object();
	int64_t n[BUCKET_COUNT] = {0};

	for (size_t i = 0; i < l->count; i++) {
		n[l->rows[i].e.bucket]++;
		(void)json_array_append_new(list, row_json(&l->rows[i]));
	}
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		reading_put_count(counts, bucket_name((enum bucket)b), n[b]);
	reading_put_time(whole, "as_of", now);
	reading_put(whole, "daemon", reading_daemon_name(l->daemon));
	reading_put(whole, "overall", bucket_name(worst));
	(void)json_object_set_new(whole, "counts", counts);
	(void)json_object_set_new(whole, "endpoints", list);
	(void)json_object_set_new(whole, "reports", reported);
	for (size_t i = 0; i < l->heard_count; i++)
		(void)json_object_set_new(reported, l->heard[i].service,
		    reports_json(&l->heard[i].reports));
	if (l->outlook.config != NULL)
		(void)json_object_set_new(whole, "services", services_json(l));
	cli_json(c, whole);
}

/* Of the worst endpoint; without any, nothing is known. */
static const struct rank *
worst_rank(const struct listing *l)
{
	for (size_t k = 0; k < RANK_COUNT; k++) {
		for (size_t i = 0; i < l->count; i++) {
			if (l->rows[i].e.bucket == ranks[k].bucket)
				return &ranks[k];
		}
	}
	return &ranks[RANK_COUNT - 2];
}

static int
tell(struct cli *c, struct query *q, const struct config *config,
    struct listing *l)
{
	const struct query_incidents open = {.open_only = true};
	wall_ms now = query_known_until(q);
	struct fail f = {.why = ""};
	const struct rank *worst;

	if (query_endpoints(q, NULL, on_endpoint, l, &f) != OK ||
	    query_incidents(q, &open, on_incident, l, &f) != OK ||
	    find_partial(q, l, &f) != OK || find_reports(q, l, now, &f) != OK ||
	    outlook_open(q, config, &l->outlook, &f) != OK)
		return reading_failed(c, &f);
	if (l->count == 0 && l->filter != NULL)
		return cli_usage(c, "no endpoint matches '%s'", l->filter);
	worst = worst_rank(l);
	if (c->json)
		print_json(c, l, worst->bucket, now);
	else
		print_all(c, l, now);
	return (int)worst->exit;
}

int
cli_status(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {0}};
	const char *database = NULL;
	struct listing l = {0};
	struct reading_source source = {0};
	struct query *q;
	int opt, code;

	while ((opt = cli_option(c, argc, argv, own)) > 0)
		database = c->value;
	if (opt == CLI_STOP)
		return c->exit;
	if (argc - c->operand > 1)
		return cli_usage(c, "one filter at most");
	if (c->operand < argc)
		l.filter = argv[c->operand];
	code = reading_open_source(c, database, &source, &q, &l.daemon);
	if (code == EXIT_CODE_GOOD) {
		code = tell(c, q, source.config, &l);
		listing_done(&l);
		query_close(q);
	}
	reading_done(&source);
	return code;
}
