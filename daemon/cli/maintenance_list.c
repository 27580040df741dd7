/* SPDX-License-Identifier: MIT */
#include <jansson.h>
#include <stdio.h>
#include <string.h>

#include "base/mem.h"
#include "base/utc.h"
#include "cli/maintenance.h"
#include "cli/reading.h"
#include "config/window.h"
#include "config/windowjson.h"
#include "config/windowspec.h"
#include "store/planned.h"
#include "view/put.h"
#include "view/when.h"

enum { STEPS_MAX = 200000, ID_BYTES = 32, DESCRIBED_BYTES = 1024 };

static void
print_occurrence(const struct planning *p, const struct config_window *w,
    wall_ms from, wall_ms to)
{
	char a[WHEN_BYTES], b[WHEN_BYTES];
	char c[UTC_TEXT_BYTES], d[UTC_TEXT_BYTES];

	(void)fprintf(p->c->out, "  %s%-4s %s to %s%s",
	    from <= p->now ? cli_style(p->c, CLI_YELLOW) : "",
	    from <= p->now ? "NOW" : "", when_text(from, a), when_text(to, b),
	    from <= p->now ? cli_style(p->c, CLI_PLAIN) : "");
	if (w->zone != NULL)
		(void)fprintf(p->c->out, "  (%.16s to %.16s %s)",
		    windowjson_local(w, from, c), windowjson_local(w, to, d),
		    w->timezone);
	(void)fputc('\n', p->c->out);
}

static void
print_origin(const struct planning *p, const struct planned_line *l)
{
	char added[WHEN_BYTES];

	(void)fprintf(p->c->out, "  %s", l->source);
	if (l->place != NULL) {
		(void)fputc(' ', p->c->out);
		reading_print(p->c, l->place);
	}
	if (l->author != NULL) {
		(void)fputs(" by ", p->c->out);
		reading_print(p->c, l->author);
	}
	if (l->added != 0)
		(void)fprintf(p->c->out, ", %s", when_text(l->added, added));
	if (l->why != NULL) {
		(void)fputs(": ", p->c->out);
		reading_print(p->c, l->why);
	}
	(void)fputc('\n', p->c->out);
}

void
planned_print(const struct planning *p, const struct planned_line *l)
{
	const struct config_window *w = l->window;
	wall_ms from, to, after = p->now;
	struct text described;
	bool some = false;

	text_init(&described, DESCRIBED_BYTES);
	windowspec_describe(w, &described);
	(void)fprintf(p->c->out, "%s%s%s  %s%s%s  ", cli_style(p->c, CLI_BOLD),
	    l->id, cli_style(p->c, CLI_PLAIN), w->service,
	    w->region != NULL ? "/" : "", w->region != NULL ? w->region : "");
	reading_print(p->c, w->title);
	(void)fputs("\n  ", p->c->out);
	reading_print(p->c, text_str(&described));
	(void)fputc('\n', p->c->out);
	text_done(&described);
	print_origin(p, l);
	for (size_t i = 0; i < p->next && window_next(w, after, &from, &to);
	     i++, after = to) {
		print_occurrence(p, w, from, to);
		some = true;
	}
	if (!some)
		(void)fputs("  over\n", p->c->out);
}

json_t *
planned_json(const struct planning *p, const struct planned_line *l)
{
	json_t *j = windowjson(l->window, p->now, p->next);

	put_text(j, "id", l->id);
	put_text(j, "source", l->source);
	put_text(j, "place", l->place);
	put_text(j, "author", l->author);
	put_time(j, "added", l->added);
	put_text(j, "why", l->why);
	return j;
}

struct listing {
	const struct planning *p;
	json_t *list; /* with --json */
	size_t count;
};

static void
show(struct listing *t, const struct planned_line *l)
{
	t->count++;
	if (t->p->c->json)
		(void)json_array_append_new(t->list, planned_json(t->p, l));
	else
		planned_print(t->p, l);
}

static bool
on_row(void *arg, const struct planned_row *r)
{
	struct listing *t = arg;
	struct fail f = {.why = ""};
	struct windowspec *spec = windowspec_parse(r->spec, &f);
	char id[ID_BYTES];
	struct planned_line l = {.id = id,
	    .source = r->source == PLANNED_CALENDAR ? "calendar" : "command",
	    .author = r->author,
	    .added = r->added};

	(void)snprintf(id, sizeof(id), "w%lld", (long long)r->id);
	if (spec == NULL) {
		(void)cli_error(t->p->c, EXIT_CODE_DATA, "%s: %s", id, f.why);
		return true;
	}
	l.window = &spec->window;
	l.why = spec->why;
	show(t, &l);
	windowspec_free(spec);
	return true;
}

static int
list_kept(struct listing *t)
{
	struct fail f = {.why = ""};
	struct query *q;
	enum store_outcome o =
	    query_open(t->p->config->database, STEPS_MAX, &q, &f);
	enum status s;

	/* Nothing was ever added where no daemon ever ran. */
	if (o == STORE_MISSING)
		return EXIT_CODE_GOOD;
	if (o != STORE_OK)
		return cli_error(t->p->c, store_exit_code(o), "%s", f.why);
	s = query_planned(q, on_row, t, &f);
	query_close(q);
	return s == OK ? EXIT_CODE_GOOD : reading_failed(t->p->c, &f);
}

int
maintenance_list(struct planning *p)
{
	struct listing t = {.p = p, .list = json_array()};
	char id[ID_BYTES];
	int code;

	for (size_t i = 0; i < p->config->window_count; i++) {
		const struct config_window *w = &p->config->windows[i];

		(void)snprintf(id, sizeof(id), "c%zu", i + 1);
		show(&t,
		    &(struct planned_line){.id = id,
			.source = "config",
			.place = w->place,
			.window = w});
	}
	code = list_kept(&t);
	if (p->c->json && code == EXIT_CODE_GOOD)
		cli_json(p->c, t.list);
	else
		json_decref(t.list);
	if (t.count == 0 && !p->c->json && code == EXIT_CODE_GOOD)
		(void)fputs("no maintenance is planned\n", p->c->out);
	return code;
}
