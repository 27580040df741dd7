/* SPDX-License-Identifier: MIT */
#include <inttypes.h>
#include <jansson.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "cli/cli_compare.h"
#include "cli/replay.h"
#include "config/config.h"
#include "wire/event_json.h"

enum {
	WIDTH = 80,
	STAMP = 21, /* "2023-02-14 09:00:53Z " */
	NAME_WIDTH = 19,
	LINE_BYTES = 8192
};

/* What the sink needs; one replay. */
struct show {
	struct cli *cli;
	size_t total;
	bool progress, said, headed;
};

/* Words of s from column `at` on, broken before WIDTH, indented by STAMP. */
static void
print_wrapped(FILE *out, const char *s, size_t at)
{
	while (*s != '\0') {
		size_t word = strcspn(s, " ");

		if (at > STAMP && at + 1 + word > WIDTH) {
			(void)fprintf(out, "\n%*s", STAMP, "");
			at = STAMP;
		} else if (at > STAMP) {
			(void)fputc(' ', out);
			at++;
		}
		(void)fwrite(s, 1, word, out);
		at += word;
		s += word;
		s += strspn(s, " ");
	}
	(void)fputc('\n', out);
}

static void
print_line(struct cli *c, const struct output *o, const struct event_names *n)
{
	char stamp[UTC_TEXT_BYTES];
	struct text line;
	enum cli_style style = CLI_PLAIN;

	utc_format(o->at, stamp);
	stamp[10] = ' ';
	text_init(&line, LINE_BYTES);
	event_line(o, n, &line);
	if (o->loud)
		style = o->event == EVENT_RESOLVED ? CLI_GREEN : CLI_RED;
	(void)fprintf(c->out, "%.19sZ %s", stamp,
	    style != CLI_PLAIN ? cli_style(c, style) : "");
	print_wrapped(c->out, text_str(&line), STAMP);
	if (style != CLI_PLAIN)
		(void)fputs(cli_style(c, CLI_PLAIN), c->out);
	text_done(&line);
}

static void
on_event(void *arg, const struct output *o, const struct trace_endpoint *e,
    const struct scope_names *scope)
{
	struct show *s = arg;
	struct event_names n = {.scope = scope};

	if (e != NULL)
		n = (struct event_names){.endpoint = e->id,
		    .service = e->service,
		    .region = e->region,
		    .scope = scope};
	if (s->cli->json)
		cli_json(s->cli, event_json(o, &n));
	else
		print_line(s->cli, o, &n);
}

static void
print_row(FILE *out, const char *name, const int64_t ms[BUCKET_COUNT])
{
	static const int width[] = {9, 9, 11, 12, 9, 9};
	char buf[DURATION_TEXT_BYTES];

	if (strlen(name) > NAME_WIDTH)
		(void)fprintf(out, "%s\n%*s", name, NAME_WIDTH, "");
	else
		(void)fprintf(out, "%-*s", NAME_WIDTH, name);
	for (unsigned b = 0; b < BUCKET_COUNT; b++)
		(void)fprintf(out, " %*s", width[b] - 1,
		    ms == NULL       ? bucket_name((enum bucket)b)
			: ms[b] == 0 ? "-"
				     : duration_column(ms[b], buf));
	(void)fputc('\n', out);
}

static void
on_endpoint(void *arg, const struct replay_endpoint *e)
{
	struct show *s = arg;
	struct text name;

	if (s->cli->json)
		return;
	if (!s->headed)
		print_row(s->cli->out, "\nendpoint", NULL);
	s->headed = true;
	text_init(&name, LINE_BYTES);
	escape_log(&name, e->trace->id, strlen(e->trace->id));
	print_row(s->cli->out, text_str(&name), e->bucket_ms);
	text_done(&name);
}

static void
on_progress(void *arg, size_t done)
{
	struct show *s = arg;

	if (!s->progress || done == 0)
		return;
	(void)fprintf(s->cli->err, "\rreplayed %zu %% of %zu samples ",
	    done * 100 / s->total, s->total);
	s->said = true;
}

static void
on_read(void *arg, size_t samples)
{
	struct show *s = arg;

	if (!s->progress)
		return;
	(void)fprintf(s->cli->err, "\rread %zu samples ", samples);
	s->said = true;
}

/* Progress is gone when what is asked for comes. */
static void
wipe_progress(struct show *s)
{
	if (s->said)
		(void)fputs("\r\033[K", s->cli->err);
	s->said = false;
}

static void
print_summary_json(struct cli *c, const struct replay_totals *t)
{
	json_t *j = json_object(), *whole = json_object();
	const struct {
		const char *key;
		uint64_t n;
	} counts[] = {{"samples", t->samples}, {"endpoints", t->endpoints},
	    {"incidents", t->incidents}, {"open", t->open}, {"loud", t->loud},
	    {"quiet", t->quiet}, {"relapses", t->relapses},
	    {"glitches", t->glitches}};

	for (size_t i = 0; i < sizeof(counts) / sizeof(counts[0]); i++)
		(void)json_object_set_new(j, counts[i].key,
		    json_integer((json_int_t)counts[i].n));
	(void)json_object_set_new(j, "buckets_ms", buckets_json(t->bucket_ms));
	(void)json_object_set_new(whole, "summary", j);
	cli_json(c, whole);
}

static void
print_summary(struct cli *c, const struct replay_totals *t)
{
	if (t->endpoints > 1)
		print_row(c->out, "all", t->bucket_ms);
	(void)fprintf(c->out,
	    "%s%" PRIu64 " samples of %" PRIu64 " endpoint%s: %" PRIu64
	    " incident%s (%" PRIu64 " still open), %" PRIu64 " relapse%s,\n"
	    "%" PRIu64 " glitch%s; %" PRIu64 " loud notice%s, %" PRIu64
	    " quiet.\n",
	    t->samples > 0 ? "\n" : "", t->samples, t->endpoints,
	    t->endpoints == 1 ? "" : "s", t->incidents,
	    t->incidents == 1 ? "" : "s", t->open, t->relapses,
	    t->relapses == 1 ? "" : "s", t->glitches,
	    t->glitches == 1 ? "" : "es", t->loud, t->loud == 1 ? "" : "s",
	    t->quiet);
}

static int
read_traces(struct show *s, struct trace *t, int n, char **paths)
{
	struct cli *c = s->cli;
	bool standard = false;

	for (int i = 0; i < n; i++) {
		unsigned long line;
		struct fail f;

		if (strcmp(paths[i], "-") == 0 && standard)
			return cli_usage(c, "'-' is given twice");
		standard = standard || strcmp(paths[i], "-") == 0;
		switch (trace_read(t, paths[i], on_read, s, &line, &f)) {
		case OK:
			break;
		case ERR_IO:
			wipe_progress(s);
			return cli_error(c, EXIT_CODE_IO, "%s: %s", paths[i],
			    f.why);
		default:
			wipe_progress(s);
			cli_place(c, paths[i], line, f.why);
			return EXIT_CODE_DATA;
		}
	}
	trace_sort(t);
	return EXIT_CODE_GOOD;
}

static void
run(struct show *s, const struct trace *t, const struct config *config)
{
	struct replay_sink sink = {.on_event = on_event,
	    .on_endpoint = on_endpoint,
	    .on_progress = s->progress ? on_progress : NULL,
	    .arg = s};
	struct replay_totals totals;

	s->total = trace_count(t);
	replay_run(t, config, &sink, &totals);
	wipe_progress(s);
	if (s->cli->json)
		print_summary_json(s->cli, &totals);
	else
		print_summary(s->cli, &totals);
}

/* The configuration of each side, then the traces. */
static int
compare(struct show *s, int n, char **paths)
{
	struct cli *c = s->cli;
	struct config *configs[COMPARE_SIDES] = {NULL, NULL};
	struct compare_setting settings[COMPARE_SIDES];
	struct trace *t = trace_new();
	int code = EXIT_CODE_GOOD;

	for (int i = 0; i < COMPARE_SIDES && code == EXIT_CODE_GOOD; i++) {
		c->config_path = paths[i];
		code = cli_config(c, &configs[i]);
		settings[i] = (struct compare_setting){.path = paths[i],
		    .config = configs[i]};
	}
	if (code == EXIT_CODE_GOOD)
		code =
		    read_traces(s, t, n - COMPARE_SIDES, paths + COMPARE_SIDES);
	wipe_progress(s);
	for (int i = 0; i < COMPARE_SIDES && code == EXIT_CODE_GOOD; i++)
		if (!cli_compare_fits(c, t, &settings[i]))
			code = EXIT_CODE_CONFIG;
	if (code == EXIT_CODE_GOOD)
		cli_compare(c, t, settings);
	trace_free(t);
	config_free(configs[0]);
	config_free(configs[1]);
	return code;
}

static int
replay(struct show *s, int n, char **paths)
{
	struct config *config = NULL;
	struct trace *t;
	int code = EXIT_CODE_GOOD;

	if (s->cli->config_path != NULL)
		code = cli_config(s->cli, &config);
	if (code != EXIT_CODE_GOOD)
		return code;
	t = trace_new();
	code = read_traces(s, t, n, paths);
	if (code == EXIT_CODE_GOOD)
		run(s, t, config);
	trace_free(t);
	config_free(config);
	return code;
}

int
cli_replay(struct cli *c, int argc, char **argv)
{
	enum { OPTION_COMPARE = 1 };
	static const struct option own[] = {{"compare", no_argument, NULL,
						OPTION_COMPARE},
	    {0}};
	struct show s = {.cli = c};
	bool comparing = false;
	int value, n;

	while ((value = cli_option(c, argc, argv, own)) == OPTION_COMPARE)
		comparing = true;
	if (value == CLI_STOP)
		return c->exit;
	n = argc - c->operand;
	/* Where events go to the same terminal, they are the progress. */
	s.progress = isatty(STDERR_FILENO) && !isatty(STDOUT_FILENO);
	if (comparing && c->config_path != NULL)
		return cli_usage(c,
		    "-c and --compare exclude each other; name both "
		    "configurations after --compare");
	if (comparing && n <= COMPARE_SIDES)
		return cli_usage(c,
		    "--compare needs two configurations and a trace, "
		    "%d argument%s given: --compare A.yaml B.yaml TRACE...",
		    n, n == 1 ? "" : "s");
	if (n == 0)
		return cli_usage(c, "no trace named; '-' is standard input");
	return comparing ? compare(&s, n, argv + c->operand)
			 : replay(&s, n, argv + c->operand);
}
