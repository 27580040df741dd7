/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/escape.h"
#include "cli/cli.h"
#include "cli/outlook.h"
#include "cli/reading.h"
#include "store/query.h"
#include "view/put.h"
#include "view/reports.h"
#include "view/status.h"
#include "view/when.h"

enum { OPT_DATABASE = 'D', WORDS_BYTES = 8192 };

static const struct look {
	char mark; /* never colour alone, nor words alone */
	const char *word;
	enum exit_code exit; /* of the worst of all */
	enum cli_style style;
} looks[BUCKET_COUNT] = {
    [BUCKET_DOWN] = {'x', "DOWN", EXIT_CODE_BAD, CLI_RED},
    [BUCKET_MAINTENANCE] = {'=', "MAINTENANCE", EXIT_CODE_MAINTENANCE,
	CLI_YELLOW},
    [BUCKET_DEGRADED] = {'~', "DEGRADED", EXIT_CODE_PARTLY, CLI_YELLOW},
    [BUCKET_RECOVERING] = {'@', "RECOVERING", EXIT_CODE_PARTLY, CLI_YELLOW},
    [BUCKET_UNKNOWN] = {'.', "NO DATA", EXIT_CODE_UNKNOWN, CLI_PLAIN},
    [BUCKET_UP] = {'#', "UP", EXIT_CODE_GOOD, CLI_GREEN},
};

struct listing {
	enum reading_daemon daemon;
	struct status_list all;
	struct outlook outlook;
};

static void
print_row(struct cli *c, const struct status_row *r, wall_ms now)
{
	const struct look *k = &looks[r->e.bucket];
	char age[WHEN_BYTES];
	wall_ms since = status_since(r);
	struct text words;

	(void)fprintf(c->out, "%s%c %-12s%s", cli_style(c, k->style), k->mark,
	    k->word, cli_style(c, CLI_PLAIN));
	reading_print(c, r->id);
	(void)fprintf(c->out, "%*s %6s  ",
	    strlen(r->id) < 28 ? (int)(28 - strlen(r->id)) : 0, "",
	    since != 0 ? when_age(now - since, age) : "-");
	text_init(&words, WORDS_BYTES);
	status_words(&words, r, now);
	(void)fprintf(c->out, "%s\n", text_str(&words));
	text_done(&words);
}

/* For the users of a service: what of it fails decides. */
static enum impacts_view
view_of(const struct listing *l, const char *service, bool *shown)
{
	enum impacts_view view = IMPACTS_MEASURED;

	*shown = false;
	for (size_t i = 0; i < l->all.count; i++) {
		const struct status_row *r = &l->all.rows[i];

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
		put_text(j, "id", s->id);
		put_text(j, "name", s->name);
		outlook_put(j, &l->outlook, s, view);
		(void)json_array_append_new(list, j);
	}
	return list;
}

static void
print_reports(struct cli *c, const struct status_heard *h)
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
print_all(struct cli *c, const struct listing *l)
{
	wall_ms now = l->all.as_of;
	char when[WHEN_BYTES];

	for (size_t k = 0; k < BUCKET_COUNT; k++) {
		for (size_t i = 0; i < l->all.count; i++) {
			if (l->all.rows[i].e.bucket == status_ranked(k))
				print_row(c, &l->all.rows[i], now);
		}
	}
	print_services(c, l);
	for (size_t i = 0; i < l->all.heard_count; i++)
		print_reports(c, &l->all.heard[i]);
	(void)fprintf(c->out, "%zu endpoint%s, as of %s\n", l->all.count,
	    l->all.count == 1 ? "" : "s", when_text(now, when));
	reading_banner(c, l->daemon);
}

static void
print_json(struct cli *c, const struct listing *l)
{
	json_t *whole = status_json(&l->all, reading_daemon_name(l->daemon));

	if (l->outlook.config != NULL)
		(void)json_object_set_new(whole, "services", services_json(l));
	cli_json(c, whole);
}

static int
tell(struct cli *c, struct query *q, const struct config *config,
    const char *filter, struct listing *l)
{
	struct fail f = {.why = ""};

	if (status_read(q, filter, &l->all, &f) != OK ||
	    outlook_open(q, config, &l->outlook, &f) != OK)
		return reading_failed(c, &f);
	if (l->all.count == 0 && filter != NULL)
		return cli_usage(c, "no endpoint matches '%s'", filter);
	if (c->json)
		print_json(c, l);
	else
		print_all(c, l);
	return (int)looks[status_worst(&l->all)].exit;
}

int
cli_status(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"database", required_argument,
						NULL, OPT_DATABASE},
	    {0}};
	const char *database = NULL, *filter = NULL;
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
		filter = argv[c->operand];
	code = reading_open_source(c, database, &source, &q, &l.daemon);
	if (code == EXIT_CODE_GOOD) {
		code = tell(c, q, source.config, filter, &l);
		status_done(&l.all);
		outlook_close(&l.outlook);
		query_close(q);
	}
	reading_done(&source);
	return code;
}
