/* SPDX-License-Identifier: MIT */
#include "cli/cli_compare.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/replay.h"
#include "config/config.h"
#include "wire/event_json.h"

enum {
	COLUMN = 28, /* 21 for the time and two of these make a line */
	CELL_BYTES = 64,
	NAME_BYTES = 4 * 4096
};

static const char letters[COMPARE_SIDES] = {'A', 'B'};

bool
cli_compare_fits(struct cli *c, const struct trace *t,
    const struct compare_setting *s)
{
	const struct trace_endpoint *first = NULL;
	size_t count = 0;

	for (size_t i = 0; i < trace_endpoint_count(t); i++) {
		const struct trace_endpoint *e = trace_endpoint_at(t, i);

		if (config_find(s->config, e->id, NULL) != NULL)
			continue;
		first = first != NULL ? first : e;
		count++;
	}
	if (count == 0)
		return true;
	(void)cli_error(c, EXIT_CODE_CONFIG,
	    "%s does not watch '%s', which the trace holds (%zu of its %zu "
	    "endpoints are not watched); add it to the configuration, as "
	    "service/region, or take it out of the trace",
	    s->path, first->id, count, trace_endpoint_count(t));
	return false;
}

/* One replay's events go to its side. */
struct hearing {
	struct compare *compare;
	unsigned side;
};

static void
on_event(void *arg, const struct output *o, const struct trace_endpoint *e,
    const struct scope_names *scope)
{
	struct hearing *h = arg;

	(void)scope;
	compare_hear(h->compare, h->side, o, e);
}

static void
on_endpoint(void *arg, const struct replay_endpoint *e)
{
	(void)arg;
	(void)e;
}

/* "resolved, loud +4h30m": so much later than the other; "-" for nothing. */
static const char *
cell(const struct compare_line *l, unsigned side, char buf[CELL_BYTES])
{
	const struct compare_said *s = l->said[side], *other = l->said[!side];
	const char *name;
	char later[DURATION_TEXT_BYTES];

	if (s == NULL)
		return "-";
	name = strchr(event_name(s->event), '.') + 1;
	(void)snprintf(buf, CELL_BYTES, "%s%s%s%s%s%s", name,
	    s->event == EVENT_CHANGED ? ": " : "",
	    s->event == EVENT_CHANGED ? kind_name(s->kind) : "",
	    s->loud ? ", loud" : "", l->same && s->at > other->at ? " +" : "",
	    l->same && s->at > other->at
		? duration_column(s->at - other->at, later)
		: "");
	return buf;
}

static void
print_name(struct cli *c, const char *name)
{
	struct text t;

	text_init(&t, NAME_BYTES);
	escape_log(&t, name, strlen(name));
	(void)fprintf(c->out, "%s\n", text_str(&t));
	text_done(&t);
}

static void
print_lines(struct cli *c, const struct compare *k)
{
	const struct trace_endpoint *of = NULL;
	char stamp[UTC_TEXT_BYTES], a[CELL_BYTES], b[CELL_BYTES];

	for (size_t i = 0; i < compare_count(k); i++) {
		const struct compare_line *l = compare_line_at(k, i);
		const struct compare_said *s = compare_earlier(l);

		if (s->endpoint != of) {
			(void)fputc('\n', c->out);
			print_name(c, s->endpoint->id);
			(void)fprintf(c->out, "%-21s%-*s%s\n", "", COLUMN, "A",
			    "B");
		}
		of = s->endpoint;
		utc_format(s->at, stamp);
		stamp[10] = ' ';
		(void)fprintf(c->out, "%.19sZ %-*s%s\n", stamp, COLUMN,
		    cell(l, 0, a), cell(l, 1, b));
	}
	if (compare_count(k) == 0)
		(void)fputs("\nNeither says anything.\n", c->out);
}

static void
print_counts(struct cli *c, const char *what, uint64_t a, uint64_t b)
{
	(void)fprintf(c->out, "%-33s%12" PRIu64 "%12" PRIu64 "\n", what, a, b);
}

static void
print_spans(struct cli *c, const char *what, int64_t a, int64_t b)
{
	char x[DURATION_TEXT_BYTES], y[DURATION_TEXT_BYTES];

	(void)fprintf(c->out, "%-33s%12s%12s\n", what,
	    a < 0 ? "-" : duration_column(a, x),
	    b < 0 ? "-" : duration_column(b, y));
}

static void
print_sums(struct cli *c, const struct compare *k)
{
	const struct compare_figures *a = compare_sum(k, 0);
	const struct compare_figures *b = compare_sum(k, 1);

	(void)fprintf(c->out, "\n%-33s%12s%12s\n", "", "A", "B");
	print_counts(c, "loud notices", a->loud, b->loud);
	print_counts(c, "quiet notices", a->quiet, b->quiet);
	print_counts(c, "all-clears", a->all_clears, b->all_clears);
	print_counts(c, "  false: down again within 30 min", a->false_30,
	    b->false_30);
	print_counts(c, "  false: down again within 60 min", a->false_60,
	    b->false_60);
	print_spans(c, "time told down", a->told_down_ms, b->told_down_ms);
	print_spans(c, "delay of the all-clear, median", a->delay_p50_ms,
	    b->delay_p50_ms);
	print_spans(c, "  of nine in ten, at most", a->delay_p90_ms,
	    b->delay_p90_ms);
}

static json_t *
said_json(const struct compare_said *s)
{
	char stamp[UTC_TEXT_BYTES], id[INCIDENT_TEXT_BYTES];
	json_t *j;

	if (s == NULL)
		return json_null();
	j = json_object();
	(void)json_object_set_new(j, "t",
	    json_string(utc_format(s->at, stamp)));
	(void)json_object_set_new(j, "event",
	    json_string(event_name(s->event)));
	(void)json_object_set_new(j, "incident",
	    json_string(incident_format(s->incident, id)));
	(void)json_object_set_new(j, "kind", json_string(kind_name(s->kind)));
	(void)json_object_set_new(j, "loud", json_boolean(s->loud));
	return j;
}

static json_t *
line_json(const struct compare_line *l)
{
	const struct compare_said *s = compare_earlier(l);
	char stamp[UTC_TEXT_BYTES];
	json_t *j = json_object();

	(void)json_object_set_new(j, "t",
	    json_string(utc_format(s->at, stamp)));
	(void)json_object_set_new(j, "endpoint", json_string(s->endpoint->id));
	(void)json_object_set_new(j, "a", said_json(l->said[0]));
	(void)json_object_set_new(j, "b", said_json(l->said[1]));
	(void)json_object_set_new(j, "same", json_boolean(l->same));
	if (l->same)
		(void)json_object_set_new(j, "b_later_ms",
		    json_integer(l->said[1]->at - l->said[0]->at));
	return j;
}

static json_t *
figures_json(const struct compare_figures *f, const char *path)
{
	json_t *j = json_object();
	struct text name;
	const struct {
		const char *key;
		int64_t n;
	} figures[] = {{"loud", (int64_t)f->loud}, {"quiet", (int64_t)f->quiet},
	    {"all_clears", (int64_t)f->all_clears},
	    {"false_30min", (int64_t)f->false_30},
	    {"false_60min", (int64_t)f->false_60},
	    {"told_down_ms", f->told_down_ms},
	    {"all_clear_delay_p50_ms", f->delay_p50_ms},
	    {"all_clear_delay_p90_ms", f->delay_p90_ms}};

	/* A path may be no UTF-8, which JSON must be. */
	text_init(&name, NAME_BYTES);
	escape_log(&name, path, strlen(path));
	(void)json_object_set_new(j, "config", json_string(text_str(&name)));
	text_done(&name);
	for (size_t i = 0; i < sizeof(figures) / sizeof(figures[0]); i++)
		(void)json_object_set_new(j, figures[i].key,
		    figures[i].n >= 0 ? json_integer(figures[i].n)
				      : json_null());
	return j;
}

static void
show_json(struct cli *c, const struct trace *t, const struct compare *k,
    const struct compare_setting s[COMPARE_SIDES])
{
	json_t *sum = json_object(), *whole = json_object();

	for (size_t i = 0; i < compare_count(k); i++)
		cli_json(c, line_json(compare_line_at(k, i)));
	(void)json_object_set_new(sum, "samples",
	    json_integer((json_int_t)trace_count(t)));
	(void)json_object_set_new(sum, "endpoints",
	    json_integer((json_int_t)trace_endpoint_count(t)));
	(void)json_object_set_new(sum, "a",
	    figures_json(compare_sum(k, 0), s[0].path));
	(void)json_object_set_new(sum, "b",
	    figures_json(compare_sum(k, 1), s[1].path));
	(void)json_object_set_new(whole, "summary", sum);
	cli_json(c, whole);
}

void
cli_compare(struct cli *c, const struct trace *t,
    const struct compare_setting s[COMPARE_SIDES])
{
	struct compare *k = compare_new();
	struct replay_totals totals;

	for (unsigned side = 0; side < COMPARE_SIDES; side++) {
		struct hearing h = {.compare = k, .side = side};
		struct replay_sink sink = {.on_event = on_event,
		    .on_endpoint = on_endpoint,
		    .on_progress = NULL,
		    .arg = &h};

		replay_run(t, s[side].config, &sink, &totals);
	}
	compare_pair(k, trace_end(t));
	if (c->json) {
		show_json(c, t, k, s);
	} else {
		for (unsigned side = 0; side < COMPARE_SIDES; side++) {
			(void)fprintf(c->out, "%c: ", letters[side]);
			print_name(c, s[side].path);
		}
		print_lines(c, k);
		print_sums(c, k);
	}
	compare_free(k);
}
