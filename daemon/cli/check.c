/* SPDX-License-Identifier: MIT */
#include <fcntl.h>
#include <inttypes.h>
#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/duration.h"
#include "base/escape.h"
#include "base/mem.h"
#include "base/text.h"
#include "base/utc.h"
#include "cli/cli.h"
#include "config/config.h"
#include "config/option.h"
#include "config/window.h"
#include "wire/event_json.h"

enum { OPT_DUMP = 1, OPT_KEYS, OPT_WINDOWS };
enum {
	OCCURRENCES = 20,
	DUMP_MAX = 512 << 20,
	LINE_MAX_BYTES = 16384,
	LISTED_BYTES = 8 << 20
};

/* What was asked for beside the summary. */
struct wish {
	bool dump, keys, windows;
	wall_ms since; /* of windows */
};

static void
print_json(struct cli *c, json_t *j)
{
	char *line = event_json_text(j);

	(void)fprintf(c->out, "%s\n", line != NULL ? line : "{}");
	mem_free(line);
	json_decref(j);
}

static void
put(json_t *o, const char *key, json_t *value)
{
	/* Fails only for want of memory or on text that was checked. */
	(void)json_object_set_new(o, key, value);
}

static void
put_functions(json_t *list, const struct config_service *s,
    const struct config_functions *f, enum impact declared)
{
	for (size_t i = 0; i < f->count; i++) {
		const struct config_function *each = &f->each[i];
		json_t *o = json_object(), *proof = json_array();

		put(o, "service", json_string(s->id));
		put(o, "name", json_string(f->names[i]));
		put(o, "declared", json_string(impact_name(declared)));
		for (size_t k = 0; k < each->proof_count; k++)
			(void)json_array_append_new(proof,
			    json_string(each->proof[k]->target.id));
		put(o, "endpoints", proof);
		(void)json_array_append_new(list, o);
	}
}

static json_t *
endpoint_json(const struct target *t)
{
	json_t *o = json_object();

	put(o, "id", json_string(t->id));
	put(o, "url", json_string(t->url));
	put(o, "interval_ms", json_integer(t->interval));
	put(o, "timeout_ms", json_integer(t->timeout));
	return o;
}

static void
tell_json(struct cli *c, const struct config *config)
{
	json_t *o = json_object(), *list = json_array();
	json_t *functions = json_array();

	put(o, "valid", json_true());
	put(o, "services", json_integer((json_int_t)config->service_count));
	put(o, "receivers", json_integer((json_int_t)config->receiver_count));
	put(o, "routes", json_integer((json_int_t)config->route_count));
	put(o, "windows", json_integer((json_int_t)config->window_count));
	put(o, "database", json_string(config->database));
	put(o, "control", json_string(config->control));
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t k = 0; k < s->endpoint_count; k++)
			(void)json_array_append_new(list,
			    endpoint_json(&s->endpoints[k].target));
		put_functions(functions, s, &s->functions, IMPACT_STOPS);
		put_functions(functions, s, &s->unaffected, IMPACT_WORKS);
	}
	put(o, "endpoints", list);
	put(o, "functions", functions);
	print_json(c, o);
}

static void
count(struct text *t, size_t n, const char *what)
{
	text_printf(t, "%s%zu %s%s", text_len(t) > 0 ? ", " : "", n, what,
	    n == 1 ? "" : "s");
}

/* "  stops: climate (declared), remote unlock (proven by car/eu/lock)" */
static void
tell_functions(struct cli *c, struct text *t, const struct config_functions *f,
    enum impact declared)
{
	text_reset(t);
	for (size_t i = 0; i < f->count; i++) {
		const struct config_function *each = &f->each[i];

		text_printf(t, "%s", i > 0 ? ", " : "");
		escape_log(t, f->names[i], strlen(f->names[i]));
		text_printf(t, " (%s",
		    each->proof_count > 0 ? "proven by"
					  : basis_name(BASIS_DECLARED));
		for (size_t k = 0; k < each->proof_count; k++)
			text_printf(t, " %s", each->proof[k]->target.id);
		text_char(t, ')');
	}
	if (f->count > 0)
		(void)fprintf(c->out, "  %s: %s\n", impact_text(declared),
		    text_str(t));
}

static void
tell_service(struct cli *c, struct text *t, const struct config_service *s)
{
	char every[DURATION_TEXT_BYTES], timeout[DURATION_TEXT_BYTES];

	for (size_t k = 0; k < s->endpoint_count; k++) {
		const struct target *e = &s->endpoints[k].target;

		text_reset(t);
		escape_log(t, e->url, strlen(e->url));
		(void)fprintf(c->out, "%-28s every %-7s timeout %-7s %s\n",
		    e->id, duration_format(e->interval, every),
		    duration_format(e->timeout, timeout), text_str(t));
	}
	tell_functions(c, t, &s->functions, IMPACT_STOPS);
	tell_functions(c, t, &s->unaffected, IMPACT_WORKS);
	if (s->advice == NULL)
		return;
	text_reset(t);
	escape_log(t, s->advice, strlen(s->advice));
	(void)fprintf(c->out, "  advice: %s\n", text_str(t));
}

static void
tell_text(struct cli *c, const struct config *config)
{
	struct text t;

	text_init(&t, LISTED_BYTES);
	count(&t, config->service_count, "service");
	count(&t, config->endpoint_count, "endpoint");
	count(&t, config->receiver_count, "receiver");
	count(&t, config->route_count, "route");
	count(&t, config->window_count, "window");
	(void)fprintf(c->out, "%s%s%s\n", cli_style(c, CLI_GREEN), text_str(&t),
	    cli_style(c, CLI_PLAIN));
	for (size_t i = 0; i < config->service_count; i++)
		tell_service(c, &t, &config->services[i]);
	text_done(&t);
}

static int
refuse(struct cli *c, const struct config_errors *e)
{
	json_t *o, *list;
	const char *s = text_str(&e->lines);

	(void)fputs(s, c->err);
	if (!c->json)
		return EXIT_CODE_CONFIG;
	o = json_object();
	list = json_array();
	while (*s != '\0') {
		size_t n = strcspn(s, "\n");

		(void)json_array_append_new(list, json_stringn(s, n));
		s += n + (s[n] == '\n');
	}
	put(o, "valid", json_false());
	put(o, "errors", list);
	print_json(c, o);
	return EXIT_CODE_CONFIG;
}

static void
bounds(struct text *t, const struct option_row *r)
{
	char low[DURATION_TEXT_BYTES], high[DURATION_TEXT_BYTES];
	char words[OPTION_WORDS_BYTES];

	if (r->words != NULL)
		text_add(t, option_words(r->words, words));
	else if (r->type == OPTION_DURATION)
		text_printf(t, "%s to %s", duration_format(r->min, low),
		    duration_format(r->max, high));
	else if (r->type == OPTION_INTEGER)
		text_printf(t, "%" PRId64 " to %" PRId64, r->min, r->max);
	else
		text_add(t, option_type_name(r->type));
}

/* Every key of one place, from the table that the parser reads. */
static void
tell_keys_of(struct cli *c, unsigned bit)
{
	struct text t;

	text_init(&t, LINE_MAX_BYTES);
	(void)fprintf(c->out, "%s%s%s\n", cli_style(c, CLI_BOLD),
	    option_section_name(bit), cli_style(c, CLI_PLAIN));
	for (const struct option_row *r = option_table; r->name != NULL; r++) {
		if ((r->sections & 1U << bit) == 0 || r->type == OPTION_REFUSED)
			continue;
		text_reset(&t);
		bounds(&t, r);
		(void)fprintf(c->out, "  %-14s %s\n  %14s %s%s%s\n", r->name,
		    r->help, "", text_str(&t),
		    r->preset != NULL ? "; default " : "",
		    r->preset != NULL ? r->preset : "");
	}
	text_done(&t);
}

static void
tell_window(struct cli *c, const struct config_window *w, wall_ms from,
    wall_ms to)
{
	char begin[UTC_TEXT_BYTES], end[UTC_TEXT_BYTES];
	json_t *o;

	(void)utc_format(from, begin);
	(void)utc_format(to, end);
	if (!c->json) {
		(void)fprintf(c->out, "%s  %s  %s/%s  %s\n", begin, end,
		    w->service, w->region != NULL ? w->region : "*", w->title);
		return;
	}
	o = json_object();
	put(o, "from", json_string(begin));
	put(o, "to", json_string(end));
	put(o, "service", json_string(w->service));
	put(o, "region",
	    w->region != NULL ? json_string(w->region) : json_null());
	put(o, "title", json_string(w->title));
	print_json(c, o);
}

/* What the calendar of maintenance means, as instants. */
static void
tell_windows(struct cli *c, const struct config *config, wall_ms since)
{
	for (size_t i = 0; i < config->window_count; i++) {
		const struct config_window *w = &config->windows[i];
		wall_ms from, to, after = since;

		for (int n = 0;
		     n < OCCURRENCES && window_next(w, after, &from, &to);
		     n++, after = to)
			tell_window(c, w, from, to);
	}
}

static void
tell(struct cli *c, const struct config *config, const struct wish *wish)
{
	struct text t;

	if (wish->windows) {
		tell_windows(c, config, wish->since);
	} else if (wish->dump) {
		text_init(&t, DUMP_MAX);
		config_dump(config, &t);
		(void)fputs(text_str(&t), c->out);
		text_done(&t);
	} else if (c->json) {
		tell_json(c, config);
	} else {
		tell_text(c, config);
	}
}

/* From a group to a group; the other way round it is nobody. */
static bool
nobody_may_ping(void)
{
	int fd =
	    open("/proc/sys/net/ipv4/ping_group_range", O_RDONLY | O_CLOEXEC);
	char text[64], *end;
	ssize_t n;

	if (fd < 0)
		return false;
	n = read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	if (n <= 0)
		return false;
	text[n] = '\0';
	return strtoul(text, &end, 10) > strtoul(end, NULL, 10);
}

/* Right in itself, but not on this machine, or today. */
static void
warn(struct cli *c, const struct config *config)
{
	bool pings = false;

	if (config->warnings != NULL)
		(void)fputs(config->warnings, c->err);
	for (size_t i = 0; i < config->service_count; i++) {
		const struct config_service *s = &config->services[i];

		for (size_t j = 0; j < s->endpoint_count; j++)
			pings =
			    pings || s->endpoints[j].target.kind == TARGET_ICMP;
	}
	if (pings && nobody_may_ping())
		(void)fprintf(c->err,
		    "vigie check: warning: icmp: is not permitted to anybody "
		    "here; run: sysctl -w net.ipv4.ping_group_range=\"0 "
		    "2147483647\"\n");
}

static int
load_and_tell(struct cli *c, const struct wish *wish)
{
	struct config_errors errors;
	struct config *config = config_load(cli_config_path(c), &errors);
	int code = EXIT_CODE_GOOD;

	if (config != NULL) {
		tell(c, config, wish);
		warn(c, config);
	} else {
		code = refuse(c, &errors);
	}
	text_done(&errors.lines);
	config_free(config);
	return code;
}

int
cli_check(struct cli *c, int argc, char **argv)
{
	static const struct option own[] = {{"dump", no_argument, NULL,
						OPT_DUMP},
	    {"keys", no_argument, NULL, OPT_KEYS},
	    {"windows", required_argument, NULL, OPT_WINDOWS}, {0}};
	struct wish wish = {0};
	int opt;

	while ((opt = cli_option(c, argc, argv, own)) > 0) {
		wish.dump = wish.dump || opt == OPT_DUMP;
		wish.keys = wish.keys || opt == OPT_KEYS;
		wish.windows = wish.windows || opt == OPT_WINDOWS;
		if (opt == OPT_WINDOWS && !utc_parse(c->value, &wish.since))
			return cli_usage(c,
			    "--windows wants a time like 2026-03-01T00:00:00Z");
	}
	if (opt == CLI_STOP)
		return c->exit;
	if (argc != c->operand)
		return cli_usage(c, "the file is named with -c");
	if (!wish.keys)
		return load_and_tell(c, &wish);
	for (unsigned bit = 0; bit < SECTION_COUNT; bit++)
		tell_keys_of(c, bit);
	return EXIT_CODE_GOOD;
}
